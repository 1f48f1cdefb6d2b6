// Which VLAN objects a device can have at all: those of its site, of no site, or of a VLAN group whose scope it is in.
// Pure.
//
// As NetBox' own `available_on_device`: a group may be scoped to a region, site group, site, location or rack, and
// counts for everything below. Where groups are not read (setting `vlans_may_exist: none`), only the VLAN's own site
// counts.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "intent/netbox/device_view.h"

namespace dm::intent::netbox {

class VlanReach {
 public:
  explicit VlanReach(const DeviceView& view);

  bool includes(const VlanRow& vlan) const;
  // It is the device's own, by its site or the scope of its group, and not just anybody's.
  bool is_local(const VlanRow& vlan) const;

 private:
  enum class Scope { None, Inside, Outside };
  Scope scope_of(const VlanRow& vlan) const;

  const DeviceView* view_;
  bool reads_scopes_;
  std::set<std::pair<std::string, std::uint64_t>> places_;  // {"dcim.site", 1}: the device's, and all they lie in
};

}  // namespace dm::intent::netbox
