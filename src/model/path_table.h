// Every path ever met, once: canonical text <-> dense id, with what its place in the tree means.
//
// Ids are never reused. Each path knows its parent and the nearest list entry above or at it, so
// "which entries does this leaf belong to" is a walk over integers. Facts that only the schema knows
// come from the Classifier given at construction, called once per new path.
// Lives on the shard thread. Memory: about 100 bytes and the text per path, kept as long as the table is: who
// adds what others say asks total() before (limits.paths_per_process, limits.paths_per_device).
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/text.h"
#include "model/path.h"
#include "model/path_text.h"

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
  // `all`, which outlives the table, counts the paths of several tables together; null: this one alone.
  explicit PathTable(Classifier classifier, std::size_t* all = nullptr);
  ~PathTable() {
    if (all_ != nullptr) *all_ -= size();
  }
  PathTable(const PathTable&) = delete;
  PathTable& operator=(const PathTable&) = delete;

  // The id of a path, which must be canonical (no wildcards, no module prefixes). Inserts it and its
  // ancestors when new.
  PathId intern(const Path& path);
  PathId intern(const PathText& path);
  // Like intern, but kNoPath if the path was never met.
  PathId find(std::string_view canonical_text) const;

  Path path(PathId id) const;  // built on request
  const std::string& text(PathId id) const { return at(id).text; }
  // Canonical text without keys ("/interfaces/interface/config/mtu"), shared by all such paths.
  const std::string& schema_text(PathId id) const { return *at(id).schema; }
  // Of something below `ancestor`, relative to it: "config/mtu".
  std::string_view relative_text(PathId ancestor, PathId id) const;
  PathId parent(PathId id) const { return at(id).parent; }       // kNoPath at the root's children
  PathId entry(PathId id) const { return at(id).entry; }         // self if it is a list entry
  PathId enclosing_entry(PathId id) const;                       // the next entry strictly above
  const PathFacts& facts(PathId id) const { return at(id).facts; }
  bool is_below(PathId id, PathId ancestor) const;               // strictly below
  // The tree downwards, in no order: kNoPath has the paths of one element as its children.
  PathId first_child(PathId id) const { return id == kNoPath ? first_root_ : at(id).first_child; }
  PathId next_sibling(PathId id) const { return at(id).next_sibling; }
  std::size_t size() const { return nodes_.size(); }
  std::size_t total() const { return all_ != nullptr ? *all_ : size(); }

 private:
  struct Node {
    std::string text;
    const std::string* schema = nullptr;  // in schema_texts_
    PathId parent = kNoPath;
    PathId entry = kNoPath;
    PathId first_child = kNoPath;
    PathId next_sibling = kNoPath;
    std::uint32_t depth = 0;
    PathFacts facts;
  };
  const Node& at(PathId id) const { return nodes_[index(id)]; }

  struct HashText {
    using is_transparent = void;
    const std::deque<Node>* nodes;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    std::size_t operator()(PathId id) const { return (*this)((*nodes)[index(id)].text); }
  };
  struct SameText {
    using is_transparent = void;
    const std::deque<Node>* nodes;
    bool operator()(PathId a, PathId b) const { return a == b; }
    bool operator()(std::string_view text, PathId id) const { return (*nodes)[index(id)].text == text; }
    bool operator()(PathId id, std::string_view text) const { return (*nodes)[index(id)].text == text; }
  };

  Classifier classifier_;
  std::size_t* all_;
  std::deque<Node> nodes_;                        // stable references
  PathId first_root_ = kNoPath;
  std::unordered_set<std::string> schema_texts_;  // stable references
  boost::unordered_flat_set<PathId, HashText, SameText> by_text_;
};

}  // namespace dm::model
