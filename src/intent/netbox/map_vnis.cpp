#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "intent/netbox/identity.h"
#include "intent/netbox/mapping_parts.h"
#include "intent/netbox/policy.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Path;
using model::Provenance;
using model::Value;

constexpr std::uint64_t kLargestVni = 16'777'215;  // 24 bits
constexpr const char* kImportLeaf = "/arista/eos/evpn/evpn-instances/evpn-instance/route-target/config/import";

// A VLAN that may have a VNI on a device, and the L2VPN that ends at it.
struct Stretched {
  std::uint64_t vid = 0;
  const VlanRow* vlan = nullptr;
  const L2vpnRow* l2vpn = nullptr;  // null: none, or the token does not show it
  std::uint64_t vni = 0;            // 0: not known yet
};

std::map<std::string, std::string> values_of(const Stretched& one) {
  return {{"vlan", std::to_string(one.vid)},
          {"vni", one.vni == 0 ? std::string() : std::to_string(one.vni)},
          {"name", one.vlan->name},
          {"l2vpn", one.l2vpn == nullptr ? std::string() : one.l2vpn->name}};
}

Path vni_path(const DeviceView& view, std::uint64_t vid) {
  return below(interface_path(view.options->names.vxlan_interface), "arista-vxlan/vlan-to-vnis/vlan-to-vni",
               {{"vlan", std::to_string(vid)}});
}

// nullopt: what the template of the instance's name asks for is not known.
std::optional<Path> evpn_path(const DeviceView& view, const Stretched& one) {
  const auto name = fill(view.options->names.evpn_instance, view, values_of(one));
  if (!name) return std::nullopt;
  return below({}, "arista/eos/evpn/evpn-instances/evpn-instance", {{"name", *name}});
}

void apply_everywhere(Policy policy, const DeviceView& view, const Stretched& one, IntentBuilder& out) {
  apply(policy, {vni_path(view, one.vid)}, out);
  if (const auto evpn = evpn_path(view, one)) apply(policy, {*evpn}, out);
}

void map_route_targets(const Path& evpn, const L2vpnRow& l2vpn, const Provenance& from, IntentBuilder& out) {
  const Path path = below(evpn, "route-target/config");
  const std::string owner = "L2VPN " + l2vpn.name;
  if (auto targets = route_targets(l2vpn.import_targets, owner, from, out); !targets.empty()) {
    out.set(below(path, "import"), std::move(targets), in_field(from, "import_targets"));
  }
  if (auto targets = route_targets(l2vpn.export_targets, owner, from, out); !targets.empty()) {
    out.set(below(path, "export"), std::move(targets), in_field(from, "export_targets"));
  }
}

// By template only, as for VRFs.
void map_vlan_rd(const DeviceView& view, const Stretched& one, const Path& evpn, IntentBuilder& out) {
  const std::string& text = view.options->names.vlan_rd;
  constexpr const char* kLeaf = "/arista/eos/evpn/evpn-instances/evpn-instance/config/route-distinguisher";
  const auto rd = fill(text, view, values_of(one));
  if (!rd) return out.not_compared(kLeaf, text.empty() ? "no template is configured (vlan_rd)" : "what vlan_rd asks for is not known");
  const Provenance from = one.l2vpn != nullptr ? provenance(*view.options, *one.l2vpn) : provenance(*view.options, *one.vlan);
  if (!is_route_target(*rd)) {
    return out.find(FindingKind::RouteTarget, from,
                    fmt::format("VLAN {}: '{}' is no route distinguisher; not compared", one.vid, *rd));
  }
  out.equal(below(evpn, "config/route-distinguisher"), *rd, from);
}

void map_known_vni(const DeviceView& view, const Stretched& one, const Provenance& from, IntentBuilder& out) {
  apply_everywhere(policy_of(*view.options, one.vlan->tags, one.vlan->custom_fields), view, one, out);
  const Path path = vni_path(view, one.vid);
  const auto evpn = evpn_path(view, one);
  if (!one.vlan->is_required()) {  // its VNI goes with it
    out.one_of(below(path, "config/vni"), {Value(), one.vni}, from);
    if (evpn) out.unmanaged(*evpn);
    return;
  }
  out.entry(path, from);
  out.equal(below(path, "config/vlan"), one.vid, from);
  out.equal(below(path, "config/vni"), one.vni, from);
  if (!evpn) return out.not_compared(kImportLeaf, "what evpn_instance asks for is not known");
  if (one.l2vpn != nullptr) map_route_targets(*evpn, *one.l2vpn, from, out);
  map_vlan_rd(view, one, *evpn, out);
}

void map_l2vpn(const DeviceView& view, Stretched one, IntentBuilder& out) {
  const Path path = vni_path(view, one.vid);
  const L2vpnRow* l2vpn = one.l2vpn;
  if (l2vpn == nullptr) {
    out.find(FindingKind::Unreadable, provenance(*view.options, "vpn.l2vpn", one.vlan->l2vpn.id, {}),
             fmt::format("VLAN {}: the token cannot read its L2VPN {}; its VNI is not compared",
                         one.vid, one.vlan->l2vpn.name));
    out.unmanaged(path);
    return;
  }
  if (!l2vpn->type.starts_with("vxlan")) return;
  const bool is_vni = l2vpn->identifier && *l2vpn->identifier >= 1 && static_cast<std::uint64_t>(*l2vpn->identifier) <= kLargestVni;
  if (is_vni) one.vni = static_cast<std::uint64_t>(*l2vpn->identifier);
  apply_everywhere(policy_of(*view.options, l2vpn->tags, l2vpn->custom_fields), view, one, out);
  const Provenance from = in_field(provenance(*view.options, *l2vpn), "identifier");
  if (l2vpn->status == "decommissioning") {
    out.find(FindingKind::DeprecatedInUse, from, fmt::format("VLAN {}: L2VPN {} is being decommissioned; its VNI must be gone", one.vid,
                         l2vpn->name));
    out.absent(below(path, "config/vni"), in_field(from, "status"));
    return;
  }
  if (!l2vpn->status.empty() && l2vpn->status != "active") {  // planned
    out.unmanaged(path);
    return;
  }
  if (!is_vni) {
    out.find(FindingKind::L2vpnIdentifier, from, fmt::format("VLAN {}: the identifier of L2VPN {} is no VNI (1 to {}); not compared",
                         one.vid, l2vpn->name, kLargestVni));
    out.unmanaged(path);
    return;
  }
  map_known_vni(view, one, from, out);
}

// The VNI in a custom field of the VLAN, in data models without L2VPNs.
void map_vni_field(const DeviceView& view, Stretched one, IntentBuilder& out) {
  const std::string& field = view.options->names.vlan_vni_field;
  const std::string text = text_field(one.vlan->custom_fields, field);
  if (text.empty()) return;
  const Provenance from = in_custom_field(provenance(*view.options, *one.vlan), field);
  const auto vni = number_field(one.vlan->custom_fields, field);
  if (!vni || *vni < 1 || *vni > kLargestVni) {
    out.find(FindingKind::ImpossibleValue, from,
             fmt::format("VLAN {}: '{}' is no VNI (1 to {}); not compared", one.vid, text, kLargestVni));
    out.unmanaged(vni_path(view, one.vid));
    return;
  }
  one.vni = *vni;
  map_known_vni(view, one, from, out);
}

}  // namespace

void map_vni(const DeviceView& view, std::uint64_t vid, const VlanRow& vlan, IntentBuilder& out) {
  Stretched one{vid, &vlan, nullptr, 0};
  if (vlan.l2vpn.id != 0) one.l2vpn = view.joined->l2vpn(vlan.l2vpn.id);
  apply_everywhere(policy_of(*view.options, vlan.tags, vlan.custom_fields), view, one, out);
  if (!view.is_vtep) return;
  if (vlan.l2vpn.id != 0) {
    map_l2vpn(view, one, out);
  } else if (!view.options->names.vlan_vni_field.empty()) {
    map_vni_field(view, one, out);
  }
}

bool is_route_target(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const auto is_made_of = [](std::string_view part, std::string_view extra) {
    return std::all_of(part.begin(), part.end(), [extra](char c) {
      return (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
    });
  };
  return is_made_of(text.substr(0, colon), ".") && is_made_of(text.substr(colon + 1), "");
}

model::ValueList route_targets(const std::vector<Brief>& targets, std::string_view owner,
                               const Provenance& from, IntentBuilder& out) {
  std::set<std::string> names;
  for (const Brief& target : targets) {
    if (!is_route_target(target.name)) {
      out.find(FindingKind::RouteTarget, from,
               fmt::format("{}: '{}' is no route target; its route targets are not compared", owner, target.name));
      return {};
    }
    names.insert(target.name);
  }
  return {names.begin(), names.end()};
}

}  // namespace dm::intent::netbox
