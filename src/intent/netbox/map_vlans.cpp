#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
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
constexpr std::size_t kLongestName = 32;           // EOS

// One VLAN id of a device: the VLAN objects its interfaces name, and who brought it in first.
struct Use {
  std::set<std::uint64_t> objects;
  const InterfaceRow* by = nullptr;  // null: a VLAN that is tagged as wanted on every VTEP
  std::string_view field;            // of `by`
};

// A VLAN with a VNI may live on a VTEP without any port there: NetBox' interfaces do not place it, its tag does.
bool is_in_reach(const DeviceView& view, const VlanRow& row) {
  return row.vid && (row.site.id == 0 || row.site.id == view.device->site.id);
}

bool is_wanted_everywhere(const DeviceView& view, const VlanRow& row) {
  return view.is_vtep && is_in_reach(view, row) && has_tag(row.tags, view.options->names.everywhere_tag);
}

// The VLAN object; where it is not clear which, the interface that names it.
Provenance provenance_of(const DeviceView& view, const VlanRow* row, const Use& use) {
  if (row != nullptr) return in_field(provenance(*view.options, *row), "vid");
  if (use.by != nullptr) return in_field(provenance(*view.options, *use.by), use.field);
  return in_field(provenance(*view.options, "ipam.vlan", *use.objects.begin(), {}), "vid");  // one of several
}

std::map<std::uint64_t, Use> vlans_in_use(const DeviceView& view) {
  std::map<std::uint64_t, Use> uses;
  const auto add = [&uses](const Named& vlan, const InterfaceRow& by, std::string_view field) {
    Use& use = uses[*vlan.vid];
    if (vlan.id != 0) use.objects.insert(vlan.id);
    if (use.by != nullptr) return;
    use.by = &by;
    use.field = field;
  };
  for (const Interface& interface : view.interfaces) {
    const CarriedVlans carried = carried_vlans(interface);
    const bool is_tunnel = interface.row->mode == "q-in-q";
    if (carried.untagged != nullptr)
      add(*carried.untagged, *interface.row, is_tunnel ? "qinq_svlan" : "untagged_vlan");
    for (const Named* vlan : carried.tagged) add(*vlan, *interface.row, "tagged_vlans");
    const auto vid = svi_vlan(interface.name);
    if (!vid) continue;
    const bool names_it = interface.row->untagged_vlan.vid == vid;
    Named by_name;
    by_name.vid = vid;
    add(names_it ? interface.row->untagged_vlan : by_name, *interface.row, names_it ? "untagged_vlan" : "name");
  }
  for (const VlanRow* row : view.joined->tagged_vlans()) {
    if (!is_wanted_everywhere(view, *row)) continue;
    Use& use = uses[*row->vid];
    if (use.by == nullptr) use.objects.insert(row->id);  // else its ports know better
  }
  return uses;
}

// The VLAN object of a vid that only an SVI's name tells: that of the device's site, else one of no
// site.
const VlanRow* vlan_by_scope(const DeviceView& view, std::uint64_t vid, IntentBuilder& out) {
  std::vector<const VlanRow*> of_site, of_none;
  for (const VlanRow* row : view.joined->vlans_with(vid)) {
    if (row->site.id != 0 && row->site.id == view.device->site.id) of_site.push_back(row);
    if (row->site.id == 0) of_none.push_back(row);
  }
  const auto& candidates = of_site.empty() ? of_none : of_site;
  if (candidates.size() > 1) {
    out.find(FindingKind::VlanAmbiguous, provenance(*view.options, *candidates.front()),
             fmt::format("VLAN {}: {} VLAN objects could be meant; its name is not compared", vid,
                         candidates.size()));
  }
  return candidates.size() == 1 ? candidates.front() : nullptr;
}

const VlanRow* vlan_object(const DeviceView& view, std::uint64_t vid, const Use& use,
                           IntentBuilder& out) {
  if (use.objects.empty()) return vlan_by_scope(view, vid, out);
  if (use.objects.size() > 1) {
    out.find(FindingKind::VlanAmbiguous, provenance(*view.options, "ipam.vlan", *use.objects.begin(), {}), fmt::format(
        "VLAN {}: its interfaces name {} different VLAN objects; its name is not compared", vid,
        use.objects.size()));
    return nullptr;
  }
  const VlanRow* row = view.joined->vlan(*use.objects.begin());
  if (row == nullptr) {
    out.find(FindingKind::Unreadable, provenance(*view.options, "ipam.vlan", *use.objects.begin(), {}),
             fmt::format("VLAN {}: the token cannot read the VLAN object; its name is not compared", vid));
  } else if (row->site.id != 0 && view.device->site.id != 0 &&
             row->site.id != view.device->site.id) {
    out.find(FindingKind::VlanOfAnotherSite, provenance(*view.options, *row),
             fmt::format("VLAN {}: the VLAN object belongs to another site ({})", vid, row->site.name));
  }
  return row;
}

bool is_name_possible(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
}

// Reserved and deprecated: the VLAN may be there or not.
bool is_required(const VlanRow& row) { return row.status.empty() || row.status == "active"; }

// No entry is expected, and the leaves allow their absence: so the VLAN is neither missing nor an extra one.
void map_optional_vlan(std::uint64_t vid, const VlanRow& row, const Path& path, const Provenance& from,
                       IntentBuilder& out) {
  std::vector<Value> states = {Value()};
  if (!is_required(row)) states.emplace_back("SUSPENDED");
  if (row.status != "deprecated") states.emplace_back("ACTIVE");
  out.one_of(below(path, "config/vlan-id"), {Value(), vid}, from);
  out.one_of(below(path, "config/status"), std::move(states), in_field(from, "status"));
  if (is_name_possible(row.name)) out.one_of(below(path, "config/name"), {Value(), row.name}, in_field(from, "name"));
}

void map_vlan(std::uint64_t vid, const VlanRow* row, const Path& path, const Provenance& from,
              IntentBuilder& out) {
  if (row != nullptr && !is_name_possible(row->name))
    out.find(FindingKind::ImpossibleValue, from,
        fmt::format("VLAN {}: EOS cannot carry the name '{}'; it is not compared", vid, row->name));
  if (row != nullptr && row->status == "deprecated")
    out.find(FindingKind::DeprecatedInUse, from, fmt::format("VLAN {} is deprecated in NetBox, yet in use", vid));
  if (row != nullptr && !is_required(*row)) return map_optional_vlan(vid, *row, path, from, out);
  out.entry(path, from);
  out.equal(below(path, "config/vlan-id"), vid, from);
  if (row == nullptr) return;
  out.equal(below(path, "config/status"), "ACTIVE", in_field(from, "status"));
  if (is_name_possible(row->name)) out.equal(below(path, "config/name"), row->name, in_field(from, "name"));
}

Path vlan_path(std::uint64_t vid) {
  return below(instance_path(kDefaultInstance), "vlans/vlan", {{"vlan-id", std::to_string(vid)}});
}

Path evpn_path(std::uint64_t vid) {
  return below({}, "arista/eos/evpn/evpn-instances/evpn-instance", {{"name", std::to_string(vid)}});
}

Path vni_path(const DeviceView& view, std::uint64_t vid) {
  return below(interface_path(view.options->names.vxlan_interface), "arista-vxlan/vlan-to-vnis/vlan-to-vni",
               {{"vlan", std::to_string(vid)}});
}

void map_route_targets(std::uint64_t vid, const L2vpnRow& l2vpn, const Provenance& from,
                       IntentBuilder& out) {
  const Path path = below(evpn_path(vid), "route-target/config");
  const std::string owner = "L2VPN " + l2vpn.name;
  if (auto targets = route_targets(l2vpn.import_targets, owner, from, out); !targets.empty()) {
    out.set(below(path, "import"), std::move(targets), in_field(from, "import_targets"));
  }
  if (auto targets = route_targets(l2vpn.export_targets, owner, from, out); !targets.empty()) {
    out.set(below(path, "export"), std::move(targets), in_field(from, "export_targets"));
  }
}

// By template only, as for VRFs.
void map_vlan_rd(const DeviceView& view, std::uint64_t vid, const L2vpnRow& l2vpn, IntentBuilder& out) {
  const std::string& text = view.options->names.vlan_rd;
  constexpr const char* kLeaf = "/arista/eos/evpn/evpn-instances/evpn-instance/config/route-distinguisher";
  const auto rd = fill(text, view, {{"vni", std::to_string(l2vpn.identifier.value_or(0))}, {"vlan", std::to_string(vid)}});
  if (!rd) return out.not_compared(kLeaf, text.empty() ? "no template is configured (vlan_rd)" : "what vlan_rd asks for is not known");
  const Provenance from = provenance(*view.options, l2vpn);
  if (!is_route_target(*rd)) {
    return out.find(FindingKind::RouteTarget, from, fmt::format("VLAN {}: '{}' is no route distinguisher; not compared", vid, *rd));
  }
  out.equal(below(evpn_path(vid), "config/route-distinguisher"), *rd, from);
}

void map_vni(const DeviceView& view, std::uint64_t vid, const VlanRow& vlan, IntentBuilder& out) {
  const L2vpnRow* l2vpn = view.joined->l2vpn(vlan.l2vpn.id);
  const Path path = vni_path(view, vid);
  if (l2vpn == nullptr) {
    out.find(FindingKind::Unreadable, provenance(*view.options, "vpn.l2vpn", vlan.l2vpn.id, {}),
             fmt::format("VLAN {}: the token cannot read its L2VPN {}; its VNI is not compared",
                         vid, vlan.l2vpn.name));
    out.unmanaged(path);
    return;
  }
  if (!l2vpn->type.starts_with("vxlan")) return;
  apply(policy_of(*view.options, l2vpn->tags, l2vpn->custom_fields), {path, evpn_path(vid)}, out);
  const Provenance from = in_field(provenance(*view.options, *l2vpn), "identifier");
  if (l2vpn->status == "decommissioning") {
    out.find(FindingKind::DeprecatedInUse, from, fmt::format("VLAN {}: L2VPN {} is being decommissioned; its VNI must be gone", vid,
                         l2vpn->name));
    out.absent(below(path, "config/vni"), in_field(from, "status"));
    return;
  }
  if (!l2vpn->status.empty() && l2vpn->status != "active") {  // planned
    out.unmanaged(path);
    return;
  }
  if (!l2vpn->identifier || *l2vpn->identifier < 1 ||
      static_cast<std::uint64_t>(*l2vpn->identifier) > kLargestVni) {
    out.find(FindingKind::L2vpnIdentifier, from, fmt::format("VLAN {}: the identifier of L2VPN {} is no VNI (1 to {}); not compared",
                         vid, l2vpn->name, kLargestVni));
    out.unmanaged(path);
    return;
  }
  const auto vni = static_cast<std::uint64_t>(*l2vpn->identifier);
  if (!is_required(vlan)) {  // its VNI goes with it
    out.one_of(below(path, "config/vni"), {Value(), vni}, from);
    out.unmanaged(evpn_path(vid));
    return;
  }
  out.entry(path, from);
  out.equal(below(path, "config/vlan"), vid, from);
  out.equal(below(path, "config/vni"), vni, from);
  map_route_targets(vid, *l2vpn, from, out);
  map_vlan_rd(view, vid, *l2vpn, out);
}

}  // namespace

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

namespace {

// VLANs that nothing on the device uses, and that may be there all the same. Of two with one id it is not clear which
// is meant: then it may be there in any way.
void map_vlans_that_may_exist(const DeviceView& view, const std::map<std::uint64_t, Use>& uses, IntentBuilder& out) {
  if (view.options->names.vlans_may_exist == config::VlansMayExist::None) return;
  std::map<std::uint64_t, std::vector<const VlanRow*>> by_vid;
  for (const VlanRow* row : view.joined->all_vlans()) {
    if (is_in_reach(view, *row) && !uses.contains(*row->vid)) by_vid[*row->vid].push_back(row);
  }
  for (const auto& [vid, rows] : by_vid) {
    const Path path = vlan_path(vid);
    const VlanRow& row = *rows.front();
    const Policy policy = policy_of(*view.options, row.tags, row.custom_fields);
    if (rows.size() > 1 || policy == Policy::Ignore) {
      out.unmanaged(path);
      continue;
    }
    apply(policy, {path}, out);
    map_optional_vlan(vid, row, path, in_field(provenance(*view.options, row), "vid"), out);
  }
}

}  // namespace

void map_vlans(const DeviceView& view, IntentBuilder& out) {
  const std::map<std::uint64_t, Use> uses = vlans_in_use(view);
  map_vlans_that_may_exist(view, uses, out);
  for (const auto& [vid, use] : uses) {
    const VlanRow* row = vlan_object(view, vid, use, out);
    const Path path = vlan_path(vid);
    if (row != nullptr) apply(policy_of(*view.options, row->tags, row->custom_fields), {path, vni_path(view, vid), evpn_path(vid)}, out);
    map_vlan(vid, row, path, provenance_of(view, row, use), out);
    if (view.is_vtep && row != nullptr && row->l2vpn.id != 0) map_vni(view, vid, *row, out);
  }
}

}  // namespace dm::intent::netbox
