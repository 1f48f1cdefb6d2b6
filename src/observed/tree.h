// One device's leaves as last reported, and which of them really changed.
//
// A tree follows stream generations: begin_generation() at every new stream; end_generation() at its
// sync_response drops what the new stream did not repeat (gNMI specification 3.5.1.4: the first dump is
// everything there is). begin_interval() begins another generation on the same stream, so that it can be told
// what was repeated since: each leaf knows the generation in which it was last said. Order of arrival counts, never the device's timestamps: EOS stamps a leaf with
// its last change, so a fresh dump carries old times (gNMI specification 3.5.1.4 allows any order).
// Lives on the shard thread. Memory: at most limits.leaves_per_device leaves that take at most
// limits.bytes_per_device.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/limits.h"
#include "model/leaf_map.h"
#include "model/path_table.h"
#include "model/update.h"

namespace dm::observed {

// What one message changed. A path may be listed although it ends as it was (deleted and set again in
// one notification): the judgement that follows looks at the final state only.
struct Changes {
  std::vector<model::PathId> leaves;   // appeared, vanished or other value
  std::vector<model::PathId> entries;  // list entries that may have begun or ceased to exist
  std::uint32_t refused_leaves = 0;    // not held: beyond limits.leaves_per_device
  std::uint32_t refused_bytes = 0;     // not held, or not any more: beyond limits.bytes_per_device
  std::size_t steps = 0;               // paths and leaves that deletes were compared with
  bool empty() const { return leaves.empty(); }
};

class Tree {
 public:
  Tree(const model::PathTable& paths, const core::Limits& limits);

  void begin_generation() {
    stream_ = ++generation_;
    atomic_.clear();
  }
  void begin_interval() { ++generation_; }
  std::uint32_t generation() const { return generation_; }
  std::uint32_t stream_generation() const { return stream_; }
  // Deletes first, then sets. The result is valid until the next call.
  const Changes& apply(const model::UpdateBatch& batch);
  // Leaves that one of `kept` covers are not dropped.
  const Changes& end_generation(const std::vector<model::Path>& kept = {});
  // True if a leaf of the pattern was said in this generation or later.
  bool is_said_since(const model::Path& pattern, std::uint32_t generation) const;
  // Drops the leaves of the pattern that were not said in this generation or later.
  const Changes& drop_unsaid_since(const model::Path& pattern, std::uint32_t generation);
  void clear();

  const model::LeafMap& leaves() const { return leaves_; }
  // What the leaves take, as limits.bytes_per_device counts it.
  std::size_t bytes() const { return leaves_.size() * kLeafBytes + value_bytes_; }

 private:
  // One leaf with its share of the indices and of the entries it is in; longer values come on top.
  static constexpr std::size_t kLeafBytes = 64;

  void change(model::Leaf& leaf, std::string_view value, std::int64_t timestamp_ns);
  void set(model::PathId path, std::string_view value, std::int64_t timestamp_ns);
  void erase(model::PathId path);
  void drop_unsaid(const model::UpdateBatch& batch);
  void drop_broken_sets(std::vector<model::PathId>& deleted);
  void note_atomic(const model::UpdateBatch& batch);
  model::PathId atomic_above(model::PathId path) const;
  void note_entries(model::PathId path);
  bool is_covered(const std::vector<model::Path>& patterns, model::PathId leaf) const;

  const model::PathTable* paths_;
  std::size_t most_leaves_;
  std::size_t most_bytes_;
  std::size_t value_bytes_ = 0;  // of the values that are not held in place
  model::LeafMap leaves_;
  std::uint32_t generation_ = 0;
  std::uint32_t stream_ = 0;  // the generation with which the stream began
  std::set<model::PathId> atomic_;  // prefixes of sets that were said whole and not been touched since, on this stream
  Changes changes_;
};

}  // namespace dm::observed
