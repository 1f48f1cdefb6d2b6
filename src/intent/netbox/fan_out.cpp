#include "intent/netbox/fan_out.h"

#include <algorithm>

namespace dm::intent::netbox {

void FanOut::note(std::uint64_t device, const LookedAt& looked_at) {
  std::vector<ObjectId>& old = looked_at_[device];
  for (const ObjectId& object : old) {
    if (looked_at.contains(object)) continue;
    const auto found = devices_.find(object);
    std::erase(found->second, device);
    if (found->second.empty()) devices_.erase(found);
  }
  for (const ObjectId& object : looked_at) {
    if (std::binary_search(old.begin(), old.end(), object)) continue;
    std::vector<std::uint64_t>& devices = devices_[object];
    devices.insert(std::lower_bound(devices.begin(), devices.end(), device), device);
  }
  if (looked_at.empty()) {
    looked_at_.erase(device);
  } else {
    old.assign(looked_at.begin(), looked_at.end());
    old.shrink_to_fit();
  }
}

const std::vector<std::uint64_t>& FanOut::devices_of(const ObjectId& object) const {
  static const std::vector<std::uint64_t> kNone;
  const auto found = devices_.find(object);
  return found == devices_.end() ? kNone : found->second;
}

}  // namespace dm::intent::netbox
