#include "intent/netbox/fan_out.h"

namespace dm::intent::netbox {

void FanOut::note(std::uint64_t device, LookedAt looked_at) {
  LookedAt& old = looked_at_[device];
  if (old == looked_at) {
    if (old.empty()) looked_at_.erase(device);
    return;
  }
  for (const ObjectId& object : old) {
    if (looked_at.contains(object)) continue;
    const auto found = devices_.find(object);
    found->second.erase(device);
    if (found->second.empty()) devices_.erase(found);
  }
  for (const ObjectId& object : looked_at) devices_[object].insert(device);
  if (looked_at.empty()) {
    looked_at_.erase(device);
  } else {
    old = std::move(looked_at);
  }
}

const DeviceIds& FanOut::devices_of(const ObjectId& object) const {
  static const DeviceIds kNone;
  const auto found = devices_.find(object);
  return found == devices_.end() ? kNone : found->second;
}

}  // namespace dm::intent::netbox
