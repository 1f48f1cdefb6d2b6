// The leaves one device is believed to have, by path id, and which list entries exist because of them.
//
// A list entry exists while at least one configuration leaf is below it (state and key leaves alone do
// not make one). Values are held in their compact encoding (model/value.h).
// Lives on the shard thread. Memory: about 45 bytes per leaf, longer values and 15 bytes per entry.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <vector>

#include "model/compact_bytes.h"
#include "model/path_table.h"

namespace dm::model {

struct Leaf {
  PathId path = kNoPath;
  std::uint32_t generation = 0;   // stream generation that said it last
  std::int64_t timestamp_ns = 0;  // device time of the last change
  CompactBytes value;             // encoded
};

struct PathIdHash {
  using is_avalanching = void;
  std::size_t operator()(PathId path) const {
    const std::uint64_t mixed = (std::uint64_t{index(path)} + 1) * 0x9E3779B97F4A7C15U;
    return mixed ^ (mixed >> 32U);
  }
};

class LeafMap {
 public:
  explicit LeafMap(const PathTable& paths);
  LeafMap(const LeafMap&) = delete;
  LeafMap& operator=(const LeafMap&) = delete;

  const Leaf* find(PathId path) const;
  Leaf* find(PathId path);
  void insert(Leaf leaf);   // its path must not be held yet; invalidates pointers
  void erase(PathId path);  // must be held; invalidates pointers
  void clear();
  bool entry_exists(PathId entry) const { return entries_.contains(entry); }
  std::size_t size() const { return leaves_.size(); }
  const std::vector<Leaf>& leaves() const { return leaves_; }  // in no order

  // Every entry that exists, with the number of configuration leaves in it.
  using Entries = boost::unordered_flat_map<PathId, std::uint32_t, PathIdHash>;
  const Entries& entries() const { return entries_; }

  // Leaves at or below a path, in no order.
  std::vector<PathId> at_or_below(PathId path) const;
  bool has_below(PathId path) const;

 private:
  // The index holds positions in leaves_ and finds them by the path that is there.
  struct HashByPath {
    using is_avalanching = void;
    using is_transparent = void;
    const std::vector<Leaf>* leaves;
    std::size_t operator()(PathId path) const { return PathIdHash{}(path); }
    std::size_t operator()(std::uint32_t at) const { return PathIdHash{}((*leaves)[at].path); }
  };
  struct SamePath {
    using is_transparent = void;
    const std::vector<Leaf>* leaves;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(PathId path, std::uint32_t at) const { return (*leaves)[at].path == path; }
    bool operator()(std::uint32_t at, PathId path) const { return (*leaves)[at].path == path; }
  };

  const PathTable* paths_;
  std::vector<Leaf> leaves_;  // dense
  boost::unordered_flat_set<std::uint32_t, HashByPath, SamePath> index_;
  Entries entries_;
};

}  // namespace dm::model
