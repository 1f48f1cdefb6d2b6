#include "observed/tree.h"

#include <algorithm>
#include <unordered_set>

#include "observed/deletes.h"

namespace dm::observed {

using model::Leaf;
using model::PathId;

Tree::Tree(const model::PathTable& paths, const core::Limits& limits)
    : paths_(&paths), most_leaves_(limits.leaves_per_device), most_bytes_(limits.bytes_per_device), leaves_(paths) {}

const Changes& Tree::apply(const model::UpdateBatch& batch) {
  changes_.leaves.clear();
  changes_.entries.clear();
  changes_.refused_leaves = 0;
  changes_.refused_bytes = 0;
  Deleted deleted = deleted_leaves(*paths_, leaves_, batch.exact_deletes, batch.pattern_deletes);
  changes_.steps = deleted.steps;
  if (!atomic_.empty()) drop_broken_sets(deleted.leaves);
  for (const PathId path : deleted.leaves) erase(path);
  if (batch.atomic_prefix != model::kNoPath || batch.complete) drop_unsaid(batch);
  for (const model::LeafSet& leaf : batch.sets) set(leaf.path, batch.value(leaf), batch.timestamp_ns);
  if (batch.atomic_prefix != model::kNoPath || !atomic_.empty()) note_atomic(batch);
  return changes_;
}

const Changes& Tree::end_generation(const std::vector<model::Path>& kept) {
  changes_ = {};
  std::vector<PathId> unsaid;
  for (const Leaf& leaf : leaves_.leaves()) {
    if (leaf.generation < stream_ && !is_covered(kept, leaf.path)) unsaid.push_back(leaf.path);
  }
  for (const PathId path : unsaid) erase(path);
  return changes_;
}

bool Tree::is_said_since(const model::Path& pattern, std::uint32_t generation) const {
  const std::vector<PathId> named = deleted_leaves(*paths_, leaves_, {}, {pattern}).leaves;
  return std::any_of(named.begin(), named.end(), [&](PathId leaf) { return leaves_.find(leaf)->generation >= generation; });
}

const Changes& Tree::drop_unsaid_since(const model::Path& pattern, std::uint32_t generation) {
  changes_ = {};
  for (const PathId leaf : deleted_leaves(*paths_, leaves_, {}, {pattern}).leaves) {
    if (leaves_.find(leaf)->generation < generation) erase(leaf);
  }
  return changes_;
}

bool Tree::is_covered(const std::vector<model::Path>& patterns, PathId leaf) const {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const model::Path& pattern) { return model::covers(pattern, paths_->path(leaf)); });
}

void Tree::clear() {
  leaves_.clear();
  value_bytes_ = 0;
  changes_ = {};
}

void Tree::set(PathId path, std::string_view value, std::int64_t timestamp_ns) {
  if (Leaf* known = leaves_.find(path)) {
    if (value.empty()) return erase(path);
    known->generation = generation_;
    if (known->value.view() == value) return;  // heartbeat, re-send, or the same value in another form
    return change(*known, value, timestamp_ns);
  }
  if (value.empty()) return;
  if (leaves_.size() >= most_leaves_) {
    ++changes_.refused_leaves;
    return;
  }
  model::CompactBytes held(value);
  if (bytes() + kLeafBytes + held.heap_bytes() > most_bytes_) {
    ++changes_.refused_bytes;
    return;
  }
  value_bytes_ += held.heap_bytes();
  leaves_.insert({path, generation_, timestamp_ns, std::move(held)});
  changes_.leaves.push_back(path);
  note_entries(path);
}

// A value there is no room for takes its leaf along: the old value is not true any more.
void Tree::change(Leaf& leaf, std::string_view value, std::int64_t timestamp_ns) {
  const std::size_t before = leaf.value.heap_bytes();
  leaf.value.assign(value);
  leaf.timestamp_ns = timestamp_ns;
  value_bytes_ += leaf.value.heap_bytes() - before;
  if (bytes() <= most_bytes_) return changes_.leaves.push_back(leaf.path);
  ++changes_.refused_bytes;
  erase(leaf.path);
}

void Tree::erase(PathId path) {
  value_bytes_ -= leaves_.find(path)->value.heap_bytes();
  leaves_.erase(path);
  changes_.leaves.push_back(path);
  note_entries(path);
}

// An atomic notification is the complete state below its prefix (gNMI specification 2.1.1), and the answer of a
// Get is that of its path (3.3.2).
void Tree::drop_unsaid(const model::UpdateBatch& batch) {
  std::unordered_set<PathId> said;
  for (const model::LeafSet& leaf : batch.sets) said.insert(leaf.path);
  std::vector<PathId> exact;
  if (batch.atomic_prefix != model::kNoPath) exact.push_back(batch.atomic_prefix);
  std::vector<model::Path> patterns;
  if (batch.complete) patterns.push_back(*batch.complete);
  const Deleted named = deleted_leaves(*paths_, leaves_, exact, patterns);
  changes_.steps += named.steps + batch.sets.size();
  for (const PathId leaf : named.leaves) {
    if (!said.contains(leaf)) erase(leaf);
  }
}

// The delete of a leaf of an atomic set is that of the set (gNMI specification 2.1.1).
void Tree::drop_broken_sets(std::vector<PathId>& deleted) {
  std::set<PathId> broken;
  for (const PathId leaf : deleted) {
    if (const PathId set = atomic_above(leaf); set != model::kNoPath) broken.insert(set);
  }
  if (broken.empty()) return;
  for (const PathId set : broken) atomic_.erase(set);
  const Deleted rest = deleted_leaves(*paths_, leaves_, {broken.begin(), broken.end()}, {});
  changes_.steps += rest.steps;
  deleted.insert(deleted.end(), rest.leaves.begin(), rest.leaves.end());
  std::sort(deleted.begin(), deleted.end());
  deleted.erase(std::unique(deleted.begin(), deleted.end()), deleted.end());
}

// What is said below a set by anybody else, a smaller set included, ends its being whole.
void Tree::note_atomic(const model::UpdateBatch& batch) {
  for (const model::LeafSet& leaf : batch.sets) {
    for (PathId set = atomic_above(leaf.path); set != model::kNoPath && set != batch.atomic_prefix; set = atomic_above(leaf.path)) {
      atomic_.erase(set);
    }
  }
  const bool is_set = batch.atomic_prefix != model::kNoPath && !batch.sets.empty();
  if (is_set && atomic_.size() < most_leaves_) atomic_.insert(batch.atomic_prefix);
}

// The nearest set that the path is in.
PathId Tree::atomic_above(PathId path) const {
  for (; path != model::kNoPath; path = paths_->parent(path)) {
    if (atomic_.contains(path)) return path;
  }
  return model::kNoPath;
}

void Tree::note_entries(PathId path) {
  for (PathId entry = paths_->entry(path); entry != model::kNoPath; entry = paths_->enclosing_entry(entry)) {
    if (!changes_.entries.empty() && changes_.entries.back() == entry) continue;
    changes_.entries.push_back(entry);
  }
}

}  // namespace dm::observed
