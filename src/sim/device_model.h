// What one simulated switch holds: every leaf of its tree with the time of its last change.
//
// Lives on the fabric's loop. Cost of a delete: one comparison per leaf held.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/message.h"

namespace dm::sim {

class DeviceModel {
 public:
  struct Held {
    LeafValue leaf;
    std::int64_t timestamp_ns = 0;
  };

  DeviceModel() = default;
  // `now_ns` is when the device is looked at first: its leaves changed at differing times before that.
  DeviceModel(std::vector<LeafValue> leaves, std::int64_t now_ns);

  // Deletes, then updates. A value said again keeps its time of change.
  void apply(const Message& message, std::int64_t now_ns);

  const Held* find(const std::string& path) const;
  // The value of a leaf, absent when there is none.
  model::Value value(const std::string& path) const;
  bool has_at_or_below(const std::string& path) const;
  // Leaves by canonical path text.
  const std::map<std::string, Held>& leaves() const { return leaves_; }

 private:
  std::map<std::string, Held> leaves_;
};

// True when a subscription to `pattern` shows `path`; the root pattern shows everything.
bool shows(const model::Path& pattern, const model::Path& path);

}  // namespace dm::sim
