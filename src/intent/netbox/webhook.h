// One of NetBox's webhooks: is it NetBox who sends it, and which object does it say has changed? Pure.
//
// A hint, never data: NetBox delivers one also for values that were rolled back, and loses them when nobody is there.
// So only type, id and request are taken of it. Bodies of NetBox 4.3 to 4.7 are understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "intent/source.h"

namespace dm::intent::netbox {

struct Hook {
  std::optional<ObjectHint> hint;
  std::string ignored;  // why there is no hint: a change inside a branch
};

// `signature`: the header X-Hook-Signature, hex of HMAC-SHA512 over the raw body. `secret` is not empty.
// Errors: Unauthenticated (signature missing or wrong), InvalidArgument (signed, but not NetBox's own body).
core::Result<Hook> read_hook(std::string_view body, std::string_view signature, std::string_view secret);

// What NetBox sends in X-Hook-Signature.
std::string hook_signature(std::string_view body, std::string_view secret);

}  // namespace dm::intent::netbox
