// What a request target names: the path and the query of RFC 9110's origin form, decoded.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.h"

namespace dm::api {

struct Target {
  std::string path;                          // percent-decoded
  std::map<std::string, std::string> query;  // decoded, `+` is a space; of a repeated name the last
  bool operator==(const Target&) const = default;
};

// Error InvalidArgument: does not begin with `/`, a broken percent escape, an encoded NUL, text that is
// not UTF-8 after decoding.
core::Result<Target> parse_target(std::string_view target);

}  // namespace dm::api
