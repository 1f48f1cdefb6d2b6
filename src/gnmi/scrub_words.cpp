#include "gnmi/scrub_words.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/text.h"

namespace dm::gnmi {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_address_char(char c) { return is_hex(c) || c == ':' || c == '.'; }

// aa:bb:cc:dd:ee:ff, aa-bb-.., aabb.ccdd.eeff: the twelve digits in lower case, or empty.
std::string mac_digits(std::string_view text) {
  const bool is_paired = text.size() == 17, is_dotted = text.size() == 14;
  if (!is_paired && !is_dotted) return {};
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_separator = is_paired ? i % 3 == 2 : i % 5 == 4;
    if (is_separator != !is_hex(text[i])) return {};
    if (is_separator) {
      if (text[i] != (is_paired ? text[2] : '.') || (is_paired && text[i] != ':' && text[i] != '-')) return {};
    } else {
      digits += text[i];
    }
  }
  return core::to_lower(digits);
}

constexpr std::string_view kPorts[] = {
    "Ethernet", "Port-Channel", "Port-channel", "PortChannel", "port-channel", "Loopback", "loopback", "Vlan", "Vxlan", "Management",
    "Tunnel", "ethernet-", "lag", "lo", "irb", "irb0", "mgmt", "system", "eth", "et-", "ge-", "xe-", "ae", "em", "fxp", "me", "Po", "vlan"};

}  // namespace

bool is_port_name(std::string_view text) {
  return std::any_of(std::begin(kPorts), std::end(kPorts), [&](std::string_view kind) {
    if (!text.starts_with(kind) || text.size() == kind.size() || text.size() > kind.size() + 16) return false;
    const std::string_view place = text.substr(kind.size());
    return is_digit(place.front()) && std::all_of(place.begin(), place.end(), [](char c) { return is_digit(c) || c == '/' || c == '.' || c == ':'; });
  });
}

bool is_plain(std::string_view text) {
  if (text.empty() || text == "*" || text == "true" || text == "false") return true;
  if (is_port_name(text) || !mac_digits(text).empty()) return true;
  const auto is_number_char = [](char c) { return is_digit(c) || c == '.' || c == ':' || c == '/' || c == '-' || c == '+' || c == ','; };
  if (std::all_of(text.begin(), text.end(), is_number_char)) return true;
  const std::string address(text.substr(0, text.find('/')));
  std::array<unsigned char, 16> bytes{};
  const std::string_view length = std::string_view(text).substr(std::min(address.size() + 1, text.size()));
  return inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1 && length.size() <= 3 && std::all_of(length.begin(), length.end(), is_digit);
}

std::uint32_t ScrubWords::number(Numbers& numbers, std::string_view original) {
  const auto known = numbers.find(original);
  if (known != numbers.end()) return known->second;
  return numbers.emplace(original, static_cast<std::uint32_t>(numbers.size() + 1)).first->second;
}

std::string ScrubWords::text(std::string_view original) {
  return original.empty() ? std::string() : fmt::format("text-{}", number(texts_, original));
}

std::string ScrubWords::ipv4(const unsigned char* bytes) {
  const bool stays = bytes[0] == 0 || bytes[0] == 127 || bytes[0] >= 224;
  if (stays) return fmt::format("{}.{}.{}.{}", bytes[0], bytes[1], bytes[2], bytes[3]);
  const std::uint32_t network = number(networks_, std::string(reinterpret_cast<const char*>(bytes), 3)) % 65536;
  return fmt::format("10.{}.{}.{}", network >> 8U, network & 0xFFU, bytes[3]);
}

std::string ScrubWords::ipv6(const unsigned char* bytes) {
  const bool is_low = std::all_of(bytes, bytes + 15, [](unsigned char byte) { return byte == 0; });
  std::array<unsigned char, 16> other{};
  std::memcpy(other.data(), bytes, 16);
  if (!is_low && bytes[0] != 0xFF) {
    const bool is_link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0U) == 0x80;
    if (!is_link_local) {
      const std::uint32_t network = number(wide_networks_, std::string(reinterpret_cast<const char*>(bytes), 8));
      other = {0x20, 0x01, 0x0d, 0xb8, 0, 0, static_cast<unsigned char>(network >> 8U), static_cast<unsigned char>(network)};
    }
    const bool is_short = std::all_of(bytes + 8, bytes + 14, [](unsigned char byte) { return byte == 0; });
    const std::uint32_t identifier = is_short ? 0 : number(identifiers_, std::string(reinterpret_cast<const char*>(bytes + 8), 8));
    std::memset(other.data() + 8, 0, 8);
    if (is_short) std::memcpy(other.data() + 14, bytes + 14, 2);
    if (!is_short) {
      other[8] = 2;
      other[14] = static_cast<unsigned char>(identifier >> 8U);
      other[15] = static_cast<unsigned char>(identifier);
    }
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET6, other.data(), text.data(), text.size());
}

std::string ScrubWords::mac(const std::string& word) {
  const std::string digits = mac_digits(word);
  if (digits == "000000000000" || digits == "ffffffffffff") return word;
  const std::uint32_t n = number(macs_, digits);
  return fmt::format("02:00:00:{:02x}:{:02x}:{:02x}", n >> 16U & 0xFFU, n >> 8U & 0xFFU, n & 0xFFU);
}

std::string ScrubWords::address(const std::string& word) {
  if (!mac_digits(word).empty()) return mac(word);
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, word.c_str(), bytes.data()) == 1) return ipv4(bytes.data());
  if (word.find(':') == std::string::npos) return word;
  if (inet_pton(AF_INET6, word.c_str(), bytes.data()) == 1) return ipv6(bytes.data());
  // A route distinguisher, or an address with a port.
  const std::size_t colon = word.rfind(':');
  const std::string before = word.substr(0, colon);
  return inet_pton(AF_INET, before.c_str(), bytes.data()) == 1 ? ipv4(bytes.data()) + word.substr(colon) : word;
}

std::string ScrubWords::with_other_addresses(std::string_view original) {
  std::string result;
  for (std::size_t at = 0; at < original.size();) {
    std::size_t end = at;
    while (end < original.size() && (is_address_char(original[end]) || (original[end] == '-' && !mac_digits(original.substr(at, 17)).empty() && end < at + 17))) ++end;
    if (end == at) {
      result += original[at++];
      continue;
    }
    result += address(std::string(original.substr(at, end - at)));
    at = end;
  }
  return result;
}

}  // namespace dm::gnmi
