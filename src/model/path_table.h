// Every path ever met, once: canonical text <-> dense id, with what its place in the tree means.
//
// Ids are never reused. Each path knows its parent and the nearest list entry above or at it, so
// "which entries does this leaf belong to" is a walk over integers. Facts that only the schema knows
// come from the Classifier given at construction, called once per new path.
// Lives on the shard thread. Memory: about 200 bytes per path, at most limits.paths_per_process.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/text.h"
#include "model/path.h"

namespace dm::model {

enum class PathId : std::uint32_t {};
inline constexpr PathId kNoPath{0xFFFFFFFFU};
constexpr std::uint32_t index(PathId id) { return static_cast<std::uint32_t>(id); }

// What the schema says about a path. `leaf_type` is an index into the schema's leaf table.
struct PathFacts {
  bool is_config = false;      // a configuration leaf: compared, and makes its entries exist
  bool is_key = false;         // a key leaf of the entry it is in (list/k or list/config/k)
  std::uint16_t leaf_type = 0; // 0 = not in the leaf table
};

class PathTable {
 public:
  using Classifier = std::function<PathFacts(const Path&)>;
  explicit PathTable(Classifier classifier);

  // The id of a path, which must be canonical (no wildcards, no module prefixes). Inserts it and its
  // ancestors when new.
  PathId intern(const Path& path);
  // Like intern, but kNoPath if the path was never met.
  PathId find(std::string_view canonical_text) const;

  const Path& path(PathId id) const { return at(id).path; }
  const std::string& text(PathId id) const { return at(id).text; }
  PathId parent(PathId id) const { return at(id).parent; }       // kNoPath at the root's children
  PathId entry(PathId id) const { return at(id).entry; }         // self if it is a list entry
  PathId enclosing_entry(PathId id) const;                       // the next entry strictly above
  const PathFacts& facts(PathId id) const { return at(id).facts; }
  bool is_below(PathId id, PathId ancestor) const;               // strictly below
  std::size_t size() const { return nodes_.size(); }

 private:
  struct Node {
    Path path;
    std::string text;
    PathId parent = kNoPath;
    PathId entry = kNoPath;
    std::uint32_t depth = 0;
    PathFacts facts;
  };
  const Node& at(PathId id) const { return nodes_[index(id)]; }

  Classifier classifier_;
  std::deque<Node> nodes_;  // stable references
  std::unordered_map<std::string_view, PathId> by_text_;  // views into nodes_
};

}  // namespace dm::model
