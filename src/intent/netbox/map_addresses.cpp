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

constexpr const char* kVrrp = "/interfaces/interface/routed-vlan/ipv4/addresses/address/vrrp";

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

enum class AddressState {
  Active,
  Optional,    // reserved, dhcp, slaac: may be there
  Deprecated,  // must not
};

AddressState state_of(const AddressRow& row) {
  if (row.status == "deprecated") return AddressState::Deprecated;
  return row.status.empty() || row.status == "active" ? AddressState::Active : AddressState::Optional;
}

void find_deprecated(const Interface& interface, const Address& address, const Provenance& object, IntentBuilder& out) {
  out.find(FindingKind::DeprecatedInUse, object,
           fmt::format("{}: {} is deprecated in NetBox and must not be configured", interface.name, address.ip.ip));
}

void map_address(const Interface& interface, const Address& address, const Provenance& object,
                 IntentBuilder& out) {
  const Path entry = address_entry(interface, address.ip);
  const AddressState state = state_of(*address.row);
  if (state == AddressState::Deprecated) {
    find_deprecated(interface, address, object, out);
    return out.absent(below(entry, "config/ip"), in_field(object, "status"));
  }
  if (state == AddressState::Optional) return out.unmanaged(entry);
  const Provenance from = in_field(object, "address");
  out.entry(entry, from);
  out.equal(below(entry, "config/ip"), address.ip.ip, from);
  out.equal(below(entry, "config/prefix-length"), address.ip.prefix_length, from);
  if (address.row->role == "secondary")
    out.one_of(below(entry, "config/type"), {Value(), "SECONDARY"}, in_field(object, "role"));
}

void map_secondary_gateway(const Interface& interface, const Address& gateway, const Provenance& object, IntentBuilder& out) {
  const Path entry = secondary_gateway_entry(interface, gateway.ip);
  switch (state_of(*gateway.row)) {
    case AddressState::Deprecated:
      find_deprecated(interface, gateway, object, out);
      return out.absent(below(entry, "config/ip"), in_field(object, "status"));
    case AddressState::Optional: return out.unmanaged(entry);
    case AddressState::Active:
      out.entry(entry, in_field(object, "address"));
      return out.equal(below(entry, "config/ip"), gateway.ip.ip, in_field(object, "address"));
  }
}

// The primary ones share a leaf, so the first state of these counts: active, maybe there, deprecated. Only the address is
// told: EOS says /32 where NetBox has the subnet's length.
void map_primary_gateways(const Interface& interface, const std::vector<const Address*>& gateways, const MappingOptions& options,
                          IntentBuilder& out) {
  std::vector<Value> active;
  const AddressRow* first_active = nullptr;
  const AddressRow* first_deprecated = nullptr;
  bool is_optional = false;
  for (const Address* gateway : gateways) {
    const AddressState state = state_of(*gateway->row);
    is_optional = is_optional || state == AddressState::Optional;
    if (state == AddressState::Deprecated) {
      find_deprecated(interface, *gateway, provenance(options, *gateway->row), out);
      if (first_deprecated == nullptr) first_deprecated = gateway->row;
    }
    if (state != AddressState::Active) continue;
    if (first_active == nullptr) first_active = gateway->row;
    active.emplace_back(gateway->ip.ip);
  }
  const Path leaf = gateway_leaf(interface);
  if (first_active != nullptr) {
    const Provenance from = in_field(provenance(options, *first_active), "address");
    if (active.size() > 1) return out.one_of(leaf, std::move(active), from);
    out.equal(leaf, active.front(), from);
  } else if (is_optional) {
    out.unmanaged(leaf);
  } else if (first_deprecated != nullptr) {
    out.absent(leaf, in_field(provenance(options, *first_deprecated), "status"));
  }
}

// Arista's model has a place for an IPv4 gateway only; whether a switch lists this one among the addresses of its SVI,
// nobody says.
void leave_ipv6_gateway(const Interface& interface, const Address& gateway, IntentBuilder& out) {
  out.unmanaged(address_entry(interface, gateway.ip));
  out.not_compared("/interfaces/interface/arista-varp/virtual-address", "IPv6 gateways: Arista's model has a place for IPv4 ones only");
}

}  // namespace

void map_addresses(const DeviceView& view, IntentBuilder& out) {
  for (const Interface& interface : view.interfaces) {
    if (interface.is_lag_member() || interface.kind == InterfaceKind::Vxlan ||
        interface.name.empty())
      continue;
    std::vector<const Address*> primary;
    for (const Address& address : interface.addresses) {
      if (is_fhrp(address.row->role)) {
        out.not_compared(kVrrp, "addresses of role VRRP, HSRP, GLBP or CARP");
        continue;
      }
      const Provenance object = provenance(*view.options, *address.row);
      const Policy policy = policy_of(*view.options, address.row->tags, address.row->custom_fields);
      const bool is_virtual = is_gateway(view, interface, *address.row);
      if (is_virtual && address.ip.is_v6) {
        leave_ipv6_gateway(interface, address, out);
        continue;
      }
      apply(policy, {!is_virtual                     ? address_entry(interface, address.ip)
                     : is_secondary_gateway(address) ? secondary_gateway_entry(interface, address.ip)
                                                     : gateway_leaf(interface)}, out);
      if (!is_virtual) {
        map_address(interface, address, object, out);
      } else if (is_secondary_gateway(address)) {
        map_secondary_gateway(interface, address, object, out);
      } else {
        primary.push_back(&address);
      }
    }
    map_primary_gateways(interface, primary, *view.options, out);
  }
}

}  // namespace dm::intent::netbox
