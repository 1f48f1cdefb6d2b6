#include "schema/address.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdint>

namespace dm::schema {
namespace {

struct Address {
  int family = AF_INET;
  std::array<unsigned char, 16> bytes{};

  unsigned bits() const { return family == AF_INET ? 32 : 128; }
};

std::optional<Address> parse_ip(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated(text);
  Address address;
  address.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (::inet_pton(address.family, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::string to_text(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(address.family, address.bytes.data(), text.data(), text.size());
}

std::optional<unsigned> parse_length(std::string_view text, unsigned most) {
  unsigned length = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size() || length > most) {
    return std::nullopt;
  }
  return length;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// True if a separator belongs before the digit with this number: every 2 digits for ':' and '-', every
// 4 for '.'.
bool is_boundary(std::size_t digits, char separator) {
  return digits > 0 && digits % (separator == '.' ? 4U : 2U) == 0;
}

}  // namespace

std::optional<std::string> canonical_ip(std::string_view text) {
  const std::size_t zone = text.find('%');
  const auto address = parse_ip(text.substr(0, zone));
  if (!address) return std::nullopt;
  std::string canonical = to_text(*address);
  if (zone != std::string_view::npos) canonical.append(text.substr(zone));
  return canonical;
}

std::optional<std::string> canonical_ip_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto length = parse_length(text.substr(slash + 1), address->bits());
  if (!length) return std::nullopt;
  for (unsigned bit = *length; bit < address->bits(); ++bit) {
    const auto mask = static_cast<unsigned char>(~(0x80U >> (bit % 8)));
    address->bytes[bit / 8] = static_cast<unsigned char>(address->bytes[bit / 8] & mask);
  }
  return to_text(*address) + "/" + std::to_string(*length);
}

std::optional<std::string> canonical_mac(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  const std::size_t first = text.find_first_of(":-.");
  const char separator = first == std::string_view::npos ? '\0' : text[first];
  std::string canonical;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (separator != '\0' && is_boundary(digits, separator) && text[i - 1] != separator) {
      if (text[i] != separator) return std::nullopt;
      continue;
    }
    const int digit = hex_digit(text[i]);
    if (digit < 0 || digits == kDigits) return std::nullopt;
    if (digits > 0 && digits % 2 == 0) canonical.push_back(':');
    canonical.push_back("0123456789abcdef"[digit]);
    ++digits;
  }
  return digits == kDigits && hex_digit(text.back()) >= 0 ? std::optional(canonical) : std::nullopt;
}

}  // namespace dm::schema
