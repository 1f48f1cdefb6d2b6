#include "intent/netbox/ip_text.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

#include "core/text.h"

namespace dm::intent::netbox {

std::optional<IpText> parse_ip(std::string_view text) {
  text = core::trim(text);
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  IpText parsed;
  parsed.is_v6 = address.find(':') != std::string::npos;
  const int family = parsed.is_v6 ? AF_INET6 : AF_INET;
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> spelled{};
  if (inet_pton(family, address.c_str(), bytes.data()) != 1) return std::nullopt;
  if (inet_ntop(family, bytes.data(), spelled.data(), spelled.size()) == nullptr)
    return std::nullopt;
  parsed.ip = spelled.data();
  const std::uint64_t host_length = parsed.is_v6 ? 128 : 32;
  parsed.prefix_length = host_length;
  if (slash == std::string_view::npos) return parsed;
  const std::string_view mask = text.substr(slash + 1);
  const auto [end, error] =
      std::from_chars(mask.data(), mask.data() + mask.size(), parsed.prefix_length);
  const bool is_number = error == std::errc() && end == mask.data() + mask.size();
  if (!is_number || parsed.prefix_length > host_length) return std::nullopt;
  return parsed;
}

}  // namespace dm::intent::netbox
