#include "intent/netbox/vlan_reach.h"

namespace dm::intent::netbox {

VlanReach::VlanReach(const DeviceView& view)
    : view_(&view), reads_scopes_(view.options->names.vlans_may_exist != config::VlansMayExist::None) {
  if (!reads_scopes_) return;
  const Joined& joined = *view.joined;
  const auto add = [this](const char* type, std::uint64_t id) { return id != 0 && places_.emplace(type, id).second; };
  // A place that is there already ends the walk: a tree that is read in the midst of a change may have a ring.
  const auto add_up = [&add](const char* type, std::uint64_t id, auto&& row_of) {
    while (add(type, id)) {
      const PlaceRow* row = row_of(id);
      id = row == nullptr ? 0 : row->parent.id;
    }
  };
  const DeviceRow& device = *view.device;
  add("dcim.site", device.site.id);
  add("dcim.rack", device.rack.id);
  add_up("dcim.location", device.location.id, [&joined](std::uint64_t id) { return joined.location(id); });
  const SiteRow* site = device.site.id == 0 ? nullptr : joined.site(device.site.id);
  if (site == nullptr) return;
  add_up("dcim.region", site->region.id, [&joined](std::uint64_t id) { return joined.region(id); });
  add_up("dcim.sitegroup", site->group.id, [&joined](std::uint64_t id) { return joined.site_group(id); });
}

VlanReach::Scope VlanReach::scope_of(const VlanRow& vlan) const {
  if (!reads_scopes_ || vlan.group.id == 0) return Scope::None;
  const VlanGroupRow* group = view_->joined->vlan_group(vlan.group.id);
  if (group == nullptr || group->scope_type.empty()) return Scope::None;
  return places_.contains({group->scope_type, group->scope_id}) ? Scope::Inside : Scope::Outside;
}

bool VlanReach::is_local(const VlanRow& vlan) const {
  const bool is_of_site = vlan.site.id != 0 && vlan.site.id == view_->device->site.id;
  return is_of_site || scope_of(vlan) == Scope::Inside;
}

bool VlanReach::includes(const VlanRow& vlan) const {
  return vlan.vid && (is_local(vlan) || (vlan.site.id == 0 && scope_of(vlan) == Scope::None));
}

}  // namespace dm::intent::netbox
