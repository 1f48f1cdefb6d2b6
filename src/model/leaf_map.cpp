#include "model/leaf_map.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace dm::model {

const Leaf* LeafMap::find(PathId path) const {
  const auto found = leaves_.find(path);
  return found == leaves_.end() ? nullptr : &found->second;
}

Leaf* LeafMap::find(PathId path) {
  const auto found = leaves_.find(path);
  return found == leaves_.end() ? nullptr : &found->second;
}

void LeafMap::insert(PathId path, Leaf leaf) {
  const bool is_new = leaves_.emplace(path, std::move(leaf)).second;
  CHECK(is_new, "leaf inserted twice");
  if (!paths_->facts(path).is_config) return;
  for (PathId entry = paths_->entry(path); entry != kNoPath; entry = paths_->enclosing_entry(entry)) {
    ++entries_[entry];
  }
}

void LeafMap::erase(PathId path) {
  CHECK(leaves_.erase(path) == 1, "leaf erased that is not held");
  if (!paths_->facts(path).is_config) return;
  for (PathId entry = paths_->entry(path); entry != kNoPath; entry = paths_->enclosing_entry(entry)) {
    const auto count = entries_.find(entry);
    CHECK(count != entries_.end(), "entry without a count");
    if (--count->second == 0) entries_.erase(count);
  }
}

std::vector<PathId> LeafMap::at_or_below(PathId path) const {
  if (leaves_.contains(path)) return {path};  // a leaf has nothing below it
  std::vector<PathId> found;
  for (const auto& [id, leaf] : leaves_) {
    if (paths_->is_below(id, path)) found.push_back(id);
  }
  return found;
}

bool LeafMap::has_below(PathId path) const {
  return std::any_of(leaves_.begin(), leaves_.end(),
                     [&](const auto& item) { return paths_->is_below(item.first, path); });
}

}  // namespace dm::model
