// What has to be read of NetBox again: whole lists, or single objects by their ids. Value type.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "intent/netbox/fan_out.h"

namespace dm::intent::netbox {

struct Need {
  bool is_everything = false;
  std::set<ObjectKind> lists;  // Device, Address, Vlan, L2vpn, Vrf, Session, PeerGroup, Site, VlanGroup, Place
  DeviceIds interfaces_of;     // all interfaces of these devices
  std::map<ObjectKind, std::set<std::uint64_t>> objects;  // all kinds that are read
  std::set<std::uint64_t> tags;  // whatever has them: store.h knows what that is

  bool is_empty() const {
    return !is_everything && lists.empty() && interfaces_of.empty() && objects.empty() && tags.empty();
  }
  void add(const Need& other);
  // How many objects are asked for one by one.
  std::size_t object_count() const;
  bool operator==(const Need&) const = default;
};

}  // namespace dm::intent::netbox
