// What a simulated switch says: typed leaves, and the messages that change them.
//
// Types are those of the lab files: string, enum, identityref, bool, uint, int, leaflist, decimal. Plain
// values; any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "model/path.h"
#include "model/value.h"

namespace dm::sim {

struct LeafValue {
  model::Path path;
  std::string type;
  model::Value value;
  bool operator==(const LeafValue&) const = default;
};

// One gNMI Notification. Deletes come before updates.
struct Message {
  std::vector<LeafValue> updates;
  std::vector<model::Path> deletes;
  std::chrono::milliseconds delay{0};  // wait before it
  bool operator==(const Message&) const = default;
};

}  // namespace dm::sim
