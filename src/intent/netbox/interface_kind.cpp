#include "intent/netbox/interface_kind.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/text.h"

namespace dm::intent::netbox {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kSpellings = {{
    {"et", "Ethernet"},
    {"eth", "Ethernet"},
    {"ethernet", "Ethernet"},
    {"po", "Port-Channel"},
    {"port-channel", "Port-Channel"},
    {"portchannel", "Port-Channel"},
    {"lo", "Loopback"},
    {"loopback", "Loopback"},
    {"vl", "Vlan"},
    {"vlan", "Vlan"},
    {"ma", "Management"},
    {"management", "Management"},
    {"vx", "Vxlan"},
    {"vxlan", "Vxlan"},
    {"tu", "Tunnel"},
    {"tunnel", "Tunnel"},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string canonical_interface_name(std::string_view name) {
  name = core::trim(name);
  const auto digits = std::find_if(name.begin(), name.end(), is_digit);
  if (digits == name.end()) return std::string(name);
  const auto prefix_size = static_cast<std::size_t>(digits - name.begin());
  const std::string prefix = core::to_lower(core::trim(name.substr(0, prefix_size)));
  const auto found =
      std::find_if(kSpellings.begin(), kSpellings.end(),
                   [&prefix](const auto& spelling) { return spelling.first == prefix; });
  if (found == kSpellings.end()) return std::string(name);
  return std::string(found->second) + std::string(name.substr(prefix_size));
}

std::optional<std::uint64_t> svi_vlan(std::string_view canonical_name) {
  constexpr std::string_view kPrefix = "Vlan";
  if (!canonical_name.starts_with(kPrefix)) return std::nullopt;
  const auto vid = number_of(canonical_name.substr(kPrefix.size()));
  return vid && *vid >= 1 && *vid <= 4094 ? vid : std::nullopt;
}

std::optional<std::uint64_t> subinterface_index(std::string_view canonical_name) {
  const std::size_t dot = canonical_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  return number_of(canonical_name.substr(dot + 1));
}

std::optional<std::uint64_t> lag_number(std::string_view canonical_name) {
  constexpr std::string_view kPrefix = "Port-Channel";
  return canonical_name.starts_with(kPrefix) ? number_of(canonical_name.substr(kPrefix.size())) : std::nullopt;
}

std::string parent_name(std::string_view canonical_name) {
  return std::string(canonical_name.substr(0, canonical_name.rfind('.')));
}

InterfaceKind interface_kind(const InterfaceRow& row) {
  const std::string name = canonical_interface_name(row.name);
  if (svi_vlan(name)) return InterfaceKind::Svi;
  if (subinterface_index(name) && (row.type == "virtual" || row.parent.id != 0))
    return InterfaceKind::Subinterface;
  if (name.starts_with("Loopback")) return InterfaceKind::Loopback;
  if (name.starts_with("Vxlan")) return InterfaceKind::Vxlan;
  if (row.mgmt_only || name.starts_with("Management")) return InterfaceKind::Management;
  if (row.type == "lag" || name.starts_with("Port-Channel")) return InterfaceKind::Lag;
  if (row.type == "virtual" || row.type == "bridge" || name.starts_with("Tunnel"))
    return InterfaceKind::Other;
  return InterfaceKind::Physical;
}

}  // namespace dm::intent::netbox
