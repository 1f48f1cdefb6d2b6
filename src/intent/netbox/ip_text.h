// IP addresses as NetBox writes them ("10.0.0.1/31") and as devices do. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dm::intent::netbox {

struct IpText {
  std::string ip;  // canonical: IPv6 as RFC 5952
  std::uint64_t prefix_length = 0;
  bool is_v6 = false;
};

// nullopt: no address. Without a mask the prefix length is that of a host.
std::optional<IpText> parse_ip(std::string_view text);

}  // namespace dm::intent::netbox
