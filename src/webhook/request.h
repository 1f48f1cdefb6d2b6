// The POST that carries one event to a Kestra webhook. Pure; any thread.
//
// The URL holds the key and is a secret as a whole (whoever has it can start the flow, by GET too):
// it goes into the request and nowhere else.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/limits.h"
#include "net/http_client.h"
#include "store/ledger.h"

namespace dm::webhook {

struct KestraSettings {
  std::string url;  // `{key}` stands for the key, percent-encoded
  std::string key;
  core::Duration timeout = std::chrono::seconds(40);  // Kestra 2 may take 30 s to answer
  // Off unless configured: Kestra stores all request headers with the execution.
  std::string username, password;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string signing_secret;  // empty: unsigned
  std::string ca_file;
  std::size_t answer_bytes =
      core::Limits{}.answer_bytes;  // Kestra's answer repeats the whole payload
};

// The URL with the key in place. Slashes at its end are dropped: Kestra answers 404 to them.
std::string webhook_url(const KestraSettings& settings);

// The body with its top-level `redelivered` set to true; unchanged if it has none.
std::string mark_redelivered(std::string body);

// "t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">"
std::string signature(std::string_view secret, core::WallTime now, std::string_view body);

net::HttpRequest make_request(const KestraSettings& settings, const store::Delivery& delivery,
                              bool redelivered, core::WallTime now);

}  // namespace dm::webhook
