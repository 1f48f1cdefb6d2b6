#include "config/checks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace dm::config {
namespace {

bool is_ip(int family, std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

bool is_port(std::string_view text, unsigned least) {
  unsigned port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return !text.empty() && failure == std::errc{} && end == text.data() + text.size() && port >= least && port <= 65535;
}

bool is_host_name(std::string_view host) {
  const auto is_allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
  };
  return !host.empty() && std::all_of(host.begin(), host.end(), is_allowed);
}

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
  bool is_bracketed = false;
};

// nullopt: brackets that do not close, or something other than a port behind them.
std::optional<HostAndPort> split(std::string_view address) {
  if (!address.starts_with('[')) {
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos) return HostAndPort{address, std::nullopt};
    return HostAndPort{address.substr(0, colon), address.substr(colon + 1)};
  }
  const std::size_t end = address.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  HostAndPort parts{address.substr(1, end - 1), std::nullopt, true};
  const std::string_view rest = address.substr(end + 1);
  if (rest.empty()) return parts;
  if (rest.front() != ':') return std::nullopt;
  parts.port = rest.substr(1);
  return parts;
}

std::optional<std::string> authority_mistake(std::string_view authority) {
  if (authority.find('@') != std::string_view::npos) {
    return "holds a user name or password; they have keys of their own";
  }
  const auto parts = split(authority);
  if (!parts || parts->host.empty()) return "names no host";
  if (parts->port && !is_port(*parts->port, 1)) return "its port is no number from 1 to 65535";
  const bool is_known = parts->is_bracketed ? is_ip(AF_INET6, parts->host) : is_host_name(parts->host);
  if (!is_known) return "its host is neither a name nor an address (IPv6 is written in brackets)";
  return std::nullopt;
}

bool is_loopback(const HostAndPort& parts) {
  if (parts.is_bracketed) return parts.host == "::1" || parts.host.starts_with("::ffff:127.");
  return parts.host == "localhost" || (parts.host.starts_with("127.") && is_ip(AF_INET, parts.host));
}

}  // namespace

std::optional<std::string> url_mistake(std::string_view url) {
  const bool has_blank = std::any_of(url.begin(), url.end(), [](char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0 || std::iscntrl(static_cast<unsigned char>(c)) != 0;
  });
  if (has_blank) return "holds a blank or control character";
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || (url.substr(0, scheme) != "http" && url.substr(0, scheme) != "https")) {
    return "expected http://... or https://...";
  }
  const std::string_view rest = url.substr(scheme + 3);
  return authority_mistake(rest.substr(0, rest.find_first_of("/?#")));
}

std::optional<std::string> device_address_mistake(std::string_view address) {
  if (is_ip(AF_INET6, address)) return std::nullopt;
  const auto mistake = authority_mistake(address);
  if (!mistake) return std::nullopt;
  return fmt::format("'{}' {}; write host, host:port, [IPv6] or [IPv6]:port", address, *mistake);
}

core::Result<Listen> parse_listen(std::string_view listen) {
  const auto wrong = [&](std::string_view what) {
    return core::Error{core::Code::InvalidArgument,
                       fmt::format("'{}' {}; write host:port, as in 127.0.0.1:8080 or [::1]:8080", listen, what)};
  };
  const auto parts = split(listen);
  if (!parts || !parts->port) return wrong("has no port");
  if (!is_port(*parts->port, 0)) return wrong("has no port from 0 to 65535");
  const bool is_known = parts->is_bracketed ? is_ip(AF_INET6, parts->host)
                                            : parts->host.empty() || is_host_name(parts->host);
  if (!is_known) return wrong("names no address");
  return Listen{std::string(parts->host), is_loopback(*parts)};
}

std::optional<std::string> header_mistake(std::string_view name, std::string_view value) {
  constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
  const bool is_token = !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kTokenMarks.find(c) != std::string_view::npos;
  });
  if (!is_token) return "is no header name";
  const bool has_control = std::any_of(value.begin(), value.end(), [](char c) {
    return std::iscntrl(static_cast<unsigned char>(c)) != 0;
  });
  return has_control ? std::optional<std::string>("its value holds a line break or control character") : std::nullopt;
}

}  // namespace dm::config
