#include "intent/netbox/not_compared.h"

#include <fmt/format.h>

#include <algorithm>

#include "intent/netbox/lists.h"
#include "intent/netbox/mapping_parts.h"

namespace dm::intent::netbox {
namespace {

bool has_vlans(const Tables& tables) {
  return std::any_of(
      tables.interfaces.begin(), tables.interfaces.end(), [](const InterfaceRow& row) {
        return (!row.mode.empty() && (row.untagged_vlan.id != 0 || !row.tagged_vlans.empty())) ||
               svi_vlan(canonical_interface_name(row.name));
      });
}

bool has_ipv6(const Tables& tables) {
  return std::any_of(tables.addresses.begin(), tables.addresses.end(),
                     [](const AddressRow& row) { return row.address.find(':') != std::string::npos; });
}

template <std::size_t N>
void add(Silent& silent, const std::array<std::string_view, N>& lists, const std::string& why) {
  for (const std::string_view list : lists) silent.try_emplace(list, why);
}

// Lists of this device alone.
Silent silent_here(const DeviceView& view) {
  Silent silent;
  const bool has_addresses =
      std::any_of(view.interfaces.begin(), view.interfaces.end(),
                  [](const Interface& interface) { return !interface.addresses.empty(); });
  if (view.interfaces.empty()) {
    const std::array<std::string_view, 3> lists{kInterfaceList, kSubinterfaceList, kVlanList};
    add(silent, lists, "NetBox documents no interface of this device");
  }
  if (!has_addresses) {
    const std::string why = "NetBox documents no address of this device";
    add(silent, kIpv4Lists, why);
    add(silent, kIpv6Lists, why);
    silent.try_emplace(kInstanceInterfaceList, why);
  }
  if (view.sessions.empty()) silent.try_emplace(kNeighborList, "no BGP session of this device is documented");
  // Every switch has `default`: that alone documents no VRF.
  if (vrfs_of(view).empty()) silent.try_emplace(kInstanceList, "NetBox puts nothing of this device into a VRF");
  return silent;
}

}  // namespace

Silent silent_everywhere(const Tables& tables, const MappingOptions& options) {
  Silent silent;
  const auto is_vxlan = [](const L2vpnRow& row) { return row.type.starts_with("vxlan"); };
  const auto has_l3vni = [&options](const VrfRow& row) {
    return !text_field(row.custom_fields, options.names.l3vni_field).empty();
  };
  if (tables.sessions.empty()) {
    silent.try_emplace(kNeighborList, tables.has_bgp ? "netbox-bgp has no session" : "NetBox has no netbox-bgp");
  }
  if (!has_vlans(tables)) silent.try_emplace(kVlanList, "no interface in NetBox names a VLAN");
  const std::string& vni_field = options.names.vlan_vni_field;
  const auto has_vni = [&vni_field](const VlanRow& row) { return !text_field(row.custom_fields, vni_field).empty(); };
  if (std::none_of(tables.l2vpns.begin(), tables.l2vpns.end(), is_vxlan) &&
      (vni_field.empty() || std::none_of(tables.vlans.begin(), tables.vlans.end(), has_vni))) {
    const std::string no_field = vni_field.empty() ? std::string() : fmt::format(", and no VLAN with the custom field {}", vni_field);
    silent.try_emplace(kVlanVniList, "NetBox has no L2VPN of a VXLAN type" + no_field);
  }
  if (std::none_of(tables.vrfs.begin(), tables.vrfs.end(), has_l3vni)) {
    silent.try_emplace(kVrfVniList, fmt::format("no VRF in NetBox has the custom field {}", options.names.l3vni_field));
  }
  if (!has_ipv6(tables)) add(silent, kIpv6Lists, "NetBox has no IPv6 address");
  return silent;
}

void add_not_compared(const DeviceView& view, const Silent& everywhere, IntentBuilder& out) {
  for (const auto& [list, why] : everywhere) out.not_compared(list, why);
  for (const auto& [list, why] : silent_here(view)) out.not_compared(list, why);
}

}  // namespace dm::intent::netbox
