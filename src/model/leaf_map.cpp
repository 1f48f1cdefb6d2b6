#include "model/leaf_map.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace dm::model {

LeafMap::LeafMap(const PathTable& paths)
    : paths_(&paths), index_(0, HashByPath{&leaves_}, SamePath{&leaves_}) {}

const Leaf* LeafMap::find(PathId path) const {
  const auto at = index_.find(path);
  return at == index_.end() ? nullptr : &leaves_[*at];
}

Leaf* LeafMap::find(PathId path) {
  const auto at = index_.find(path);
  return at == index_.end() ? nullptr : &leaves_[*at];
}

void LeafMap::insert(Leaf leaf) {
  const PathId path = leaf.path;
  CHECK(!index_.contains(path), "leaf inserted twice");
  // Thousands of devices hold this: growing by a quarter wastes less than doubling, and costs little more.
  if (leaves_.size() == leaves_.capacity()) leaves_.reserve(leaves_.size() + leaves_.size() / 4 + 8);
  leaves_.push_back(std::move(leaf));
  index_.insert(static_cast<std::uint32_t>(leaves_.size() - 1));
  if (!paths_->facts(path).is_config) return;
  for (PathId entry = paths_->entry(path); entry != kNoPath; entry = paths_->enclosing_entry(entry)) {
    ++entries_[entry];
  }
}

// The last leaf takes the place of the erased one.
void LeafMap::erase(PathId path) {
  const auto found = index_.find(path);
  CHECK(found != index_.end(), "leaf erased that is not held");
  const std::uint32_t at = *found;
  const auto last = static_cast<std::uint32_t>(leaves_.size() - 1);
  index_.erase(found);
  if (at != last) {
    index_.erase(index_.find(leaves_[last].path));
    leaves_[at] = std::move(leaves_[last]);
    index_.insert(at);
  }
  leaves_.pop_back();
  if (!paths_->facts(path).is_config) return;
  for (PathId entry = paths_->entry(path); entry != kNoPath; entry = paths_->enclosing_entry(entry)) {
    const auto count = entries_.find(entry);
    CHECK(count != entries_.end(), "entry without a count");
    if (--count->second == 0) entries_.erase(count);
  }
}

void LeafMap::clear() {
  index_.clear();
  leaves_.clear();
  leaves_.shrink_to_fit();
  entries_.clear();
}

std::vector<PathId> LeafMap::at_or_below(PathId path) const {
  if (index_.contains(path)) return {path};  // a leaf has nothing below it
  std::vector<PathId> found;
  for (const Leaf& leaf : leaves_) {
    if (paths_->is_below(leaf.path, path)) found.push_back(leaf.path);
  }
  return found;
}

bool LeafMap::has_below(PathId path) const {
  return std::any_of(leaves_.begin(), leaves_.end(), [&](const Leaf& leaf) { return paths_->is_below(leaf.path, path); });
}

}  // namespace dm::model
