// What an address, URL or header in the configuration must look like. Each answers what is wrong with
// a text, without repeating the text where it may hold a secret. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace dm::config {

// nullopt: fine. http or https, a host, perhaps a port and a path; no user name or password in it.
std::optional<std::string> url_mistake(std::string_view url);

// A device: `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or a bare IPv6 address.
std::optional<std::string> device_address_mistake(std::string_view address);

struct Listen {
  std::string host;  // without brackets
  bool is_loopback = false;
};
// `host:port` or `[IPv6]:port`; an empty host is every address; port 0 lets the system choose.
core::Result<Listen> parse_listen(std::string_view listen);

// A header's name (RFC 9110 token) and value (no control characters).
std::optional<std::string> header_mistake(std::string_view name, std::string_view value);

}  // namespace dm::config
