// Patterns of deletes, asked leaf by leaf whether one of them names it.
//
// Leaves of the same names (keys apart) are many, their names few: which patterns fit the names is found once for each,
// so a leaf is compared only with patterns that differ from it in keys, if any. Lives on the shard thread.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/path.h"
#include "model/path_table.h"

namespace dm::observed {

class PatternIndex {
 public:
  explicit PatternIndex(const model::PathTable& paths) : paths_(paths) {}

  void add(const model::Path& pattern);  // borrowed
  bool empty() const { return patterns_.empty(); }
  bool names(model::PathId leaf);
  std::size_t compared() const { return compared_; }  // patterns with leaves, or with their names

 private:
  using Patterns = std::vector<const model::Path*>;
  const Patterns& of_names(const model::Path& leaf, const std::string& names);

  const model::PathTable& paths_;
  std::vector<std::pair<const model::Path*, model::Path>> patterns_;  // and without their keys
  std::unordered_map<const std::string*, Patterns> by_names_;         // of the path table's schema texts
  std::size_t compared_ = 0;
};

}  // namespace dm::observed
