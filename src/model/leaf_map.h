// The leaves one device is believed to have, by path id, and which list entries exist because of them.
//
// A list entry exists while at least one configuration leaf is below it (state and key leaves alone do
// not make one). Values are held in their compact encoding (model/value.h).
// Lives on the shard thread. Memory: one hash node per leaf and one counter per entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/path_table.h"

namespace dm::model {

struct Leaf {
  std::string value;              // encoded
  std::int64_t timestamp_ns = 0;  // device time of the last change
  std::uint32_t generation = 0;   // stream generation that said it last
};

class LeafMap {
 public:
  explicit LeafMap(const PathTable& paths) : paths_(&paths) {}

  const Leaf* find(PathId path) const;
  Leaf* find(PathId path);
  void insert(PathId path, Leaf leaf);  // the path must not be held yet
  void erase(PathId path);              // must be held
  bool entry_exists(PathId entry) const { return entries_.contains(entry); }
  std::size_t size() const { return leaves_.size(); }
  const std::unordered_map<PathId, Leaf>& leaves() const { return leaves_; }
  const std::unordered_map<PathId, std::uint32_t>& entries() const { return entries_; }

  // Leaves at or below a path, in no order.
  std::vector<PathId> at_or_below(PathId path) const;
  bool has_below(PathId path) const;

 private:
  const PathTable* paths_;
  std::unordered_map<PathId, Leaf> leaves_;
  std::unordered_map<PathId, std::uint32_t> entries_;  // configuration leaves below each entry
};

}  // namespace dm::model
