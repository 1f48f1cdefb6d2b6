// Which devices have to be mapped again when an object of NetBox changed: the reverse index object -> devices.
//
// A VLAN, an L2VPN, a VRF or an address logs only its own change; the devices whose intent it is part of
// are told by nobody. So each device's mapping notes what it looked at. Pure; lives on the intent thread.
// Memory: one pair per device and object looked at.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace dm::intent::netbox {

enum class ObjectKind : std::uint8_t {
  Device,
  Interface,
  Address,
  Vlan,
  VlanNumber,  // all VLAN objects of one number: `id` is the vid
  TaggedVlan,  // all VLAN objects with tags: `id` is 0
  AnyVlan,     // all VLAN objects: `id` is 0
  L2vpn,
  Vrf,
  Session,
  PeerGroup,
  Site,
  VlanGroup,  // all of them: `id` is 0
  Place,      // all regions, site groups and locations: `id` is 0
};

struct ObjectId {
  ObjectKind kind = ObjectKind::Device;
  std::uint64_t id = 0;
  auto operator<=>(const ObjectId&) const = default;
};

using LookedAt = std::set<ObjectId>;
using DeviceIds = std::set<std::uint64_t>;

class FanOut {
 public:
  // Replaces what was noted of the device. An empty set forgets it.
  void note(std::uint64_t device, const LookedAt& looked_at);
  // The devices that looked at the object.
  const std::vector<std::uint64_t>& devices_of(const ObjectId& object) const;

 private:
  std::map<std::uint64_t, std::vector<ObjectId>> looked_at_;  // by device; sorted, as are the devices
  std::map<ObjectId, std::vector<std::uint64_t>> devices_;
};

}  // namespace dm::intent::netbox
