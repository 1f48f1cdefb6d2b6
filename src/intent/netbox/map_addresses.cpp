#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "intent/netbox/mapping_parts.h"
#include "intent/netbox/policy.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Path;
using model::Provenance;
using model::Value;

// Shared by first-hop redundancy protocols: configured elsewhere than as an interface address.
bool is_fhrp(const std::string& role) {
  static constexpr std::array<std::string_view, 5> kRoles = {"vrrp", "hsrp", "glbp", "carp",
                                                             "fhrp"};
  return std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end();
}

// Virtual gateways live on SVIs only. The same roles on a Loopback or a port are ordinary
// addresses, as the VTEP address that the two switches of a pair share.
bool is_gateway(const DeviceView& view, const Interface& interface, const AddressRow& row) {
  if (interface.kind != InterfaceKind::Svi) return false;
  return row.role == "anycast" || row.role == "vip" ||
         flag_field(row.custom_fields, view.options->names.virtual_ip_field);
}

Path address_entry(const Interface& interface, const IpText& ip) {
  Path base;
  if (interface.kind == InterfaceKind::Svi) {
    base = below(interface_path(interface.name), "routed-vlan");
  } else if (interface.kind == InterfaceKind::Subinterface) {
    base = subinterface_path(parent_name(interface.name),
                             subinterface_index(interface.name).value_or(0));
  } else {
    base = subinterface_path(interface.name, 0);
  }
  return below(std::move(base), ip.is_v6 ? "ipv6/addresses/address" : "ipv4/addresses/address",
               {{"ip", ip.ip}});
}

// A second gateway of the subnet's SVI: marked as virtual, with the role of a secondary address.
bool is_secondary_gateway(const Address& address) { return address.row->role == "secondary"; }

Path secondary_gateway_entry(const Interface& interface, const IpText& ip) {
  return below(interface_path(interface.name), "arista-varp/secondary-virtual-addresses/address", {{"ip", ip.ip}});
}

Path gateway_leaf(const Interface& interface) {
  return below(interface_path(interface.name), "arista-varp/virtual-address/config/ip");
}

void map_address(const Interface& interface, const Address& address, const Provenance& object,
                 IntentBuilder& out) {
  const Path entry = address_entry(interface, address.ip);
  const std::string& status = address.row->status;
  if (status == "deprecated") {
    out.find(FindingKind::DeprecatedInUse, object, fmt::format("{}: {} is deprecated in NetBox and must not be configured",
                         interface.name, address.ip.ip));
    out.absent(below(entry, "config/ip"), in_field(object, "status"));
    return;
  }
  if (!status.empty() && status != "active") {  // reserved, dhcp, slaac: may be there
    out.unmanaged(entry);
    return;
  }
  const Provenance from = in_field(object, "address");
  out.entry(entry, from);
  out.equal(below(entry, "config/ip"), address.ip.ip, from);
  out.equal(below(entry, "config/prefix-length"), address.ip.prefix_length, from);
  if (address.row->role == "secondary")
    out.one_of(below(entry, "config/type"), {Value(), "SECONDARY"}, in_field(object, "role"));
}

// Only the address: EOS says /32 where NetBox has the subnet's length.
void map_gateways(const Interface& interface, const std::vector<const Address*>& gateways,
                  const MappingOptions& options, IntentBuilder& out) {
  std::vector<Value> addresses;
  const AddressRow* first = nullptr;
  for (const Address* gateway : gateways) {
    const std::string& status = gateway->row->status;
    if (gateway->ip.is_v6 || (!status.empty() && status != "active")) continue;
    if (is_secondary_gateway(*gateway)) {
      const Path entry = secondary_gateway_entry(interface, gateway->ip);
      const Provenance from = in_field(provenance(options, *gateway->row), "address");
      out.entry(entry, from);
      out.equal(below(entry, "config/ip"), gateway->ip.ip, from);
      continue;
    }
    if (first == nullptr) first = gateway->row;
    addresses.emplace_back(gateway->ip.ip);
  }
  if (first == nullptr) return;
  const Path leaf = gateway_leaf(interface);
  const Provenance from = in_field(provenance(options, *first), "address");
  if (addresses.size() == 1) {
    out.equal(leaf, addresses.front(), from);
  } else {
    out.one_of(leaf, std::move(addresses), from);
  }
}

}  // namespace

void map_addresses(const DeviceView& view, IntentBuilder& out) {
  for (const Interface& interface : view.interfaces) {
    if (interface.is_lag_member() || interface.kind == InterfaceKind::Vxlan ||
        interface.name.empty())
      continue;
    std::vector<const Address*> gateways;
    for (const Address& address : interface.addresses) {
      if (is_fhrp(address.row->role)) continue;
      const Policy policy = policy_of(*view.options, address.row->tags, address.row->custom_fields);
      const bool is_virtual = is_gateway(view, interface, *address.row);
      apply(policy, {!is_virtual                     ? address_entry(interface, address.ip)
                     : is_secondary_gateway(address) ? secondary_gateway_entry(interface, address.ip)
                                                     : gateway_leaf(interface)}, out);
      if (is_virtual) {
        gateways.push_back(&address);
      } else {
        map_address(interface, address, provenance(*view.options, *address.row), out);
      }
    }
    map_gateways(interface, gateways, *view.options, out);
  }
}

}  // namespace dm::intent::netbox
