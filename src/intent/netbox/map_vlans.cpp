#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/text.h"
#include "intent/netbox/mapping_parts.h"
#include "intent/netbox/policy.h"
#include "intent/netbox/vlan_reach.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Path;
using model::Provenance;
using model::Value;

constexpr std::size_t kLongestName = 32;           // EOS

// One VLAN id of a device: the VLAN objects its interfaces name, and who brought it in first.
struct Use {
  std::set<std::uint64_t> objects;
  const InterfaceRow* by = nullptr;  // null: a VLAN that is tagged as wanted on every VTEP
  std::string_view field;            // of `by`
};

// A VLAN with a VNI may live on a VTEP without any port there: NetBox' interfaces do not place it, its tag does.
bool is_wanted_everywhere(const DeviceView& view, const VlanReach& reach, const VlanRow& row) {
  return view.is_vtep && reach.includes(row) && has_tag(row.tags, view.options->names.everywhere_tag);
}

// The VLAN object; where it is not clear which, the interface that names it.
Provenance provenance_of(const DeviceView& view, const VlanRow* row, const Use& use) {
  if (row != nullptr) return in_field(provenance(*view.options, *row), "vid");
  if (use.by != nullptr) return in_field(provenance(*view.options, *use.by), use.field);
  return in_field(provenance(*view.options, "ipam.vlan", *use.objects.begin(), {}), "vid");  // one of several
}

std::map<std::uint64_t, Use> vlans_in_use(const DeviceView& view, const VlanReach& reach) {
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
    if (!is_wanted_everywhere(view, reach, *row)) continue;
    Use& use = uses[*row->vid];
    if (use.by == nullptr) use.objects.insert(row->id);  // else its ports know better
  }
  return uses;
}

// The VLAN object of a vid that only an SVI's name tells: that of the device's own place, else one of all places.
const VlanRow* vlan_by_scope(const DeviceView& view, const VlanReach& reach, std::uint64_t vid, IntentBuilder& out) {
  std::vector<const VlanRow*> of_site, of_none;
  for (const VlanRow* row : view.joined->vlans_with(vid)) {
    if (!reach.includes(*row)) continue;
    (reach.is_local(*row) ? of_site : of_none).push_back(row);
  }
  const auto& candidates = of_site.empty() ? of_none : of_site;
  if (candidates.size() > 1) {
    out.find(FindingKind::VlanAmbiguous, provenance(*view.options, *candidates.front()),
             fmt::format("VLAN {}: {} VLAN objects could be meant; its name is not compared", vid,
                         candidates.size()));
  }
  return candidates.size() == 1 ? candidates.front() : nullptr;
}

const VlanRow* vlan_object(const DeviceView& view, const VlanReach& reach, std::uint64_t vid, const Use& use,
                           IntentBuilder& out) {
  if (use.objects.empty()) return vlan_by_scope(view, reach, vid, out);
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
  } else if (view.device->site.id != 0 && !reach.includes(*row)) {
    const bool is_of_site = row->site.id != 0;
    out.find(FindingKind::VlanOfAnotherSite, provenance(*view.options, *row),
             fmt::format("VLAN {}: the VLAN object belongs to another {} ({})", vid,
                         is_of_site ? "site" : "place, by the scope of its group", is_of_site ? row->site.name : row->group.name));
  }
  return row;
}

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// The VLAN's name as whoever configures the switch writes it; nothing: EOS takes no such name, and how it is written
// instead is not known.
std::optional<std::string> name_on_switch(const DeviceView& view, const std::string& name) {
  const std::string& filler = view.options->names.vlan_name_filler;
  const bool is_possible = !name.empty() && name.size() <= kLongestName && std::none_of(name.begin(), name.end(), is_space);
  if (is_possible) return name;
  if (filler.empty() || name.empty()) return std::nullopt;
  std::string written;
  for (const char c : name) written += is_space(c) ? filler : std::string(1, c);
  written.resize(std::min(written.size(), kLongestName));
  return core::is_valid_utf8(written) ? std::optional(written) : std::nullopt;
}

// No entry is expected, and the leaves allow their absence: so the VLAN is neither missing nor an extra one.
void map_optional_vlan(std::uint64_t vid, const VlanRow& row, const std::optional<std::string>& name, const Path& path,
                       const Provenance& from, IntentBuilder& out) {
  std::vector<Value> states = {Value()};
  if (!row.is_required()) states.emplace_back("SUSPENDED");
  if (row.status != "deprecated") states.emplace_back("ACTIVE");
  out.one_of(below(path, "config/vlan-id"), {Value(), vid}, from);
  out.one_of(below(path, "config/status"), std::move(states), in_field(from, "status"));
  if (name) out.one_of(below(path, "config/name"), {Value(), *name}, in_field(from, "name"));
}

void map_vlan(const DeviceView& view, std::uint64_t vid, const VlanRow* row, const Path& path, const Provenance& from,
              IntentBuilder& out) {
  const std::optional<std::string> name = row == nullptr ? std::nullopt : name_on_switch(view, row->name);
  if (row != nullptr && !name)
    out.find(FindingKind::ImpossibleValue, from,
        fmt::format("VLAN {}: EOS cannot carry the name '{}'; it is not compared (mapping.vlan_name_filler says how it is written)", vid, row->name));
  if (row != nullptr && row->status == "deprecated")
    out.find(FindingKind::DeprecatedInUse, from, fmt::format("VLAN {} is deprecated in NetBox, yet in use", vid));
  if (row != nullptr && !row->is_required()) return map_optional_vlan(vid, *row, name, path, from, out);
  out.entry(path, from);
  out.equal(below(path, "config/vlan-id"), vid, from);
  if (row == nullptr) return;
  out.equal(below(path, "config/status"), "ACTIVE", in_field(from, "status"));
  if (name) out.equal(below(path, "config/name"), *name, in_field(from, "name"));
}

Path vlan_path(std::uint64_t vid) {
  return below(instance_path(kDefaultInstance), "vlans/vlan", {{"vlan-id", std::to_string(vid)}});
}

// VLANs that nothing on the device uses, and that may be there all the same. Of two with one id it is not clear which
// is meant: then it may be there in any way.
void map_vlans_that_may_exist(const DeviceView& view, const VlanReach& reach, const std::map<std::uint64_t, Use>& uses,
                              IntentBuilder& out) {
  if (view.options->names.vlans_may_exist == config::VlansMayExist::None) return;
  std::map<std::uint64_t, std::vector<const VlanRow*>> by_vid;
  for (const VlanRow* row : view.joined->all_vlans()) {
    if (reach.includes(*row) && !uses.contains(*row->vid)) by_vid[*row->vid].push_back(row);
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
    map_optional_vlan(vid, row, name_on_switch(view, row.name), path, in_field(provenance(*view.options, row), "vid"), out);
  }
}

}  // namespace

void map_vlans(const DeviceView& view, IntentBuilder& out) {
  const VlanReach reach(view);
  const std::map<std::uint64_t, Use> uses = vlans_in_use(view, reach);
  map_vlans_that_may_exist(view, reach, uses, out);
  for (const auto& [vid, use] : uses) {
    const VlanRow* row = vlan_object(view, reach, vid, use, out);
    const Path path = vlan_path(vid);
    if (row != nullptr) apply(policy_of(*view.options, row->tags, row->custom_fields), {path}, out);
    map_vlan(view, vid, row, path, provenance_of(view, row, use), out);
    if (row != nullptr) map_vni(view, vid, *row, out);
  }
}

}  // namespace dm::intent::netbox
