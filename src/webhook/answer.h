// What a webhook's answer means, and how to say it to a person. Pure; any thread.
//
// Only the status decides: bodies differ between Kestra's versions and repeat our payload. The
// classes are those of product.md section 7 and what Kestra 1.3 and 2.0 were seen to answer.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "net/http_client.h"
#include "outbox/sender.h"

namespace dm::webhook {

// `where` is the receiver's scheme, host and port. `elapsed`: from the request to its end.
// Lost answers are Ambiguous: no answer at all, 502 and 504 (a proxy lost it), and a 500 that came after so
// long that it is Kestra 2 giving up its wait for the executor: the run may start later.
outbox::SendResult classify(const core::Result<net::HttpResponse>& answer, std::string_view where,
                            core::Duration elapsed, core::WallTime now);

// The id of the execution that was started, or "" if the answer shows none. The beginning of the
// body is enough.
std::string execution_id(std::string_view body);

// Seconds or an HTTP date (RFC 9110 section 10.2.3); 0 when absent, in the past or senseless.
core::Duration retry_after(std::string_view header, core::WallTime now);

}  // namespace dm::webhook
