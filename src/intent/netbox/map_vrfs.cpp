#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "intent/netbox/identity.h"
#include "intent/netbox/mapping_parts.h"
#include "intent/netbox/policy.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Path;
using model::Provenance;

constexpr std::uint64_t kLargestVni = 16'777'215;

// The VRF of an interface: that of its addresses. `is_clear` is false where NetBox contradicts
// itself.
struct Membership {
  const Named* vrf = nullptr;  // null: default
  const AddressRow* by = nullptr;  // the address that says so; null: the interface itself
  bool is_clear = true;
  bool is_routed = false;
};

Membership membership(const Interface& interface) {
  Membership found;
  const Named* own = interface.row->vrf.id != 0 ? &interface.row->vrf : nullptr;
  found.is_routed = own != nullptr;
  found.vrf = own;
  const auto id_of = [](const Named* vrf) { return vrf == nullptr ? 0 : vrf->id; };
  bool is_first = true;
  for (const Address& address : interface.addresses) {
    if (address.row->status == "deprecated") continue;
    const Named* vrf = address.row->vrf.id != 0 ? &address.row->vrf : nullptr;
    const bool agrees =
        is_first ? own == nullptr || id_of(own) == id_of(vrf) : id_of(found.vrf) == id_of(vrf);
    found.is_clear = found.is_clear && agrees;
    found.is_routed = true;
    found.vrf = vrf;
    if (own == nullptr && is_first) found.by = address.row;
    is_first = false;
  }
  return found;
}

// The instance of a routed interface; empty: nothing is said about it. A management port without a VRF in NetBox
// is no evidence for `default`: the management VRF is often not modelled.
std::string instance_of(const DeviceView& view, const Interface& interface, const Membership& found) {
  const bool is_untold = interface.kind == InterfaceKind::Management && found.vrf == nullptr;
  return is_untold ? view.options->names.management_vrf : instance_name(found.vrf);
}

void map_membership(const DeviceView& view, IntentBuilder& out) {
  for (const Interface& interface : view.interfaces) {
    if (interface.is_lag_member() || interface.kind == InterfaceKind::Vxlan ||
        interface.name.empty())
      continue;
    const Membership found = membership(interface);
    if (!found.is_routed) continue;
    if (!found.is_clear) {
      out.find(FindingKind::VrfConflict, provenance(*view.options, *interface.row),
          fmt::format("{}: the interface and its addresses are in different VRFs; not compared",
                      interface.name));
      continue;
    }
    const std::string instance = instance_of(view, interface, found);
    if (instance.empty()) continue;
    const Provenance from = in_field(found.by != nullptr ? provenance(*view.options, *found.by)
                                                         : provenance(*view.options, *interface.row),
                                     "vrf");
    const Path entry =
        below(instance_path(instance), "interfaces/interface", {{"id", interface.name}});
    out.entry(entry, from);
    out.equal(below(entry, "config/id"), interface.name, from);
  }
}

void map_instance(std::string_view name, const Provenance& from, IntentBuilder& out) {
  const Path path = instance_path(name);
  out.entry(path, from);
  out.equal(below(path, "config/name"), std::string(name), from);
  out.equal(below(path, "config/type"), name == kDefaultInstance ? "DEFAULT_INSTANCE" : "L3VRF",
            from);
}

// The VRF of the setting, on a switch with a management port that NetBox puts in no VRF.
void map_management_instance(const DeviceView& view, IntentBuilder& out) {
  const std::string& name = view.options->names.management_vrf;
  if (name.empty() || name == kDefaultInstance) return;
  for (const Interface& interface : view.interfaces) {
    const Membership found = membership(interface);
    const bool is_meant = interface.kind == InterfaceKind::Management && found.is_routed && found.is_clear;
    if (!is_meant || found.vrf != nullptr) continue;
    return map_instance(name, {"config", "intent.netbox.mapping.management_vrf", {}, {}}, out);
  }
}

Path vni_path(const DeviceView& view, const std::string& vrf) {
  return below(interface_path(view.options->names.vxlan_interface), "arista-vxlan/vrf-to-vnis/vrf-to-vni",
               {{"vrf", vrf}});
}

// By template only: NetBox has one RD for all devices, EVPN wants one each.
void map_vrf_rd(const DeviceView& view, const std::string& name, const VrfRow& row, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  constexpr const char* kLeaf = "/network-instances/network-instance/config/route-distinguisher";
  const auto rd = fill(names.vrf_rd, view, {{"vni", text_field(row.custom_fields, names.l3vni_field)}, {"rd", row.rd}});
  if (!rd) return out.not_compared(kLeaf, names.vrf_rd.empty() ? "no template is configured (vrf_rd)" : "what vrf_rd asks for is not known");
  const Provenance from = in_field(provenance(*view.options, row), names.vrf_rd.find("{rd}") == std::string::npos ? "" : "rd");
  if (!is_route_target(*rd)) {
    return out.find(FindingKind::RouteTarget, from, fmt::format("VRF {}: '{}' is no route distinguisher; not compared", name, *rd));
  }
  out.equal(below(instance_path(name), "config/route-distinguisher"), *rd, from);
}

// What only a switch with a VTEP has of a VRF: its L3 VNI and its EVPN route targets.
void map_vrf_overlay(const DeviceView& view, const std::string& name, const VrfRow& row,
                     IntentBuilder& out) {
  const Provenance object = provenance(*view.options, row);
  const Provenance from = in_custom_field(object, view.options->names.l3vni_field);
  const std::string vni_field = text_field(row.custom_fields, view.options->names.l3vni_field);
  const auto vni = number_field(row.custom_fields, view.options->names.l3vni_field);
  const Path entry = vni_path(view, name);
  if (vni && *vni >= 1 && *vni <= kLargestVni) {
    out.entry(entry, from);
    out.equal(below(entry, "config/vrf"), name, from);
    out.equal(below(entry, "config/vni"), *vni, from);
  } else if (!vni_field.empty()) {
    out.find(FindingKind::ImpossibleValue, from, fmt::format("VRF {}: '{}' is no VNI (1 to {}); not compared", name, vni_field,
                         kLargestVni));
    out.unmanaged(entry);
  }
  map_vrf_rd(view, name, row, out);
  const Path evpn = below(bgp_path(name), "global/evpn");
  if (auto targets = route_targets(row.import_targets, "VRF " + name, from, out); !targets.empty()) {
    out.set(below(evpn, "import-target"), std::move(targets), in_field(object, "import_targets"));
  }
  if (auto targets = route_targets(row.export_targets, "VRF " + name, from, out); !targets.empty()) {
    out.set(below(evpn, "export-target"), std::move(targets), in_field(object, "export_targets"));
  }
}

}  // namespace

std::string instance_name(const Named* vrf) {
  return vrf == nullptr ? kDefaultInstance : vrf->name;
}

std::vector<const Named*> vrfs_of(const DeviceView& view) {
  std::map<std::uint64_t, const Named*> found;
  const auto add = [&found](const Named* vrf) {
    if (vrf != nullptr && vrf->id != 0 && !vrf->name.empty()) found.try_emplace(vrf->id, vrf);
  };
  for (const Interface& interface : view.interfaces) {
    add(&interface.row->vrf);
    for (const Address& address : interface.addresses) {
      if (address.row->status != "deprecated") add(&address.row->vrf);
    }
  }
  for (const SessionRow* session : view.sessions) add(vrf_of_session(view, *session));
  std::vector<const Named*> vrfs;
  for (const auto& [id, vrf] : found) vrfs.push_back(vrf);
  return vrfs;
}

void map_vrfs(const DeviceView& view, IntentBuilder& out) {
  map_membership(view, out);
  map_instance(kDefaultInstance, provenance(*view.options, *view.device), out);
  map_management_instance(view, out);
  std::map<std::string, std::vector<const Named*>> by_name;
  for (const Named* vrf : vrfs_of(view)) by_name[vrf->name].push_back(vrf);
  for (const auto& [name, vrfs] : by_name) {
    if (name == kDefaultInstance) continue;
    const VrfRow* row = view.joined->vrf(vrfs.front()->id);
    const Provenance from = row != nullptr ? provenance(*view.options, *row)
                                           : provenance(*view.options, "ipam.vrf", vrfs.front()->id, {});
    if (row != nullptr) {
      apply(policy_of(*view.options, row->tags, row->custom_fields), {instance_path(name), vni_path(view, name)}, out);
    }
    map_instance(name, in_field(from, "name"), out);
    if (vrfs.size() > 1) {
      out.find(FindingKind::VrfNameReused, from, fmt::format(
          "VRF {}: {} VRFs of that name are in use here; VNI and route targets are not compared",
          name, vrfs.size()));
    } else if (row == nullptr) {
      out.find(FindingKind::Unreadable, from, fmt::format(
          "VRF {}: the token cannot read it; VNI and route targets are not compared", name));
    } else if (view.is_vtep) {
      map_vrf_overlay(view, name, *row, out);
    }
  }
}

}  // namespace dm::intent::netbox
