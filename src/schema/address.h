// IP addresses, prefixes and MAC addresses as text in their one canonical spelling. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dm::schema {

// IPv4 as a dotted quad, IPv6 as RFC 5952 writes it, a zone (`%Vlan10`) kept. nullopt: no address.
std::optional<std::string> canonical_ip(std::string_view text);

// Address and length with the host bits cleared (RFC 6991, ip-prefix). nullopt: no prefix.
std::optional<std::string> canonical_ip_prefix(std::string_view text);

// Lower case with colons, from `00:1c:73:…`, `00-1C-73-…`, `001c.73ab.cdef` or twelve bare digits.
std::optional<std::string> canonical_mac(std::string_view text);

}  // namespace dm::schema
