// What an interface of NetBox is on the switch, told from its name and type. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "intent/netbox/tables.h"

namespace dm::intent::netbox {

enum class InterfaceKind {
  Physical,      // Ethernet1: can be a member of a LAG
  Lag,           // Port-Channel1
  Loopback,      // Loopback0
  Svi,           // Vlan40
  Subinterface,  // Ethernet1.100: exists below its parent only
  Management,    // Management1, or marked mgmt_only
  Vxlan,         // Vxlan1
  Other,         // bridges, tunnels and other virtual ones
};

InterfaceKind interface_kind(const InterfaceRow& row);

// The name as EOS writes it: `Et1` and `ethernet1` become Ethernet1 (another case is another port
// to EOS). What is not an EOS name is kept.
std::string canonical_interface_name(std::string_view name);

// 40 of "Vlan40", 100 of "Ethernet1.100"; nullopt if there is no such number.
std::optional<std::uint64_t> svi_vlan(std::string_view canonical_name);
std::optional<std::uint64_t> subinterface_index(std::string_view canonical_name);
std::optional<std::uint64_t> lag_number(std::string_view canonical_name);  // 7 of "Port-Channel7"
// "Ethernet1" of "Ethernet1.100".
std::string parent_name(std::string_view canonical_name);

}  // namespace dm::intent::netbox
