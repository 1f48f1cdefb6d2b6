#include "observed/deletes.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

namespace dm::observed {
namespace {

using model::Match;
using model::Path;
using model::PathId;
using model::kNoPath;

// So many paths are always visited, however few leaves there are.
constexpr std::size_t kLeastVisits = 64;

class Search {
 public:
  Search(const model::PathTable& paths, const model::LeafMap& leaves)
      : paths_(paths), leaves_(leaves), visits_left_(leaves.size() + kLeastVisits) {}

  void add(PathId path) {
    if (Path root = paths_.path(path); root.elements.empty()) {
      roots_.push_back(std::move(root.origin));  // nobody's parent in the table
    } else if (!walk(path, [](PathId) { return Match::Exact; })) {
      rest_.insert(path);
    }
  }
  void add(const Path& pattern) {
    if (!walk(kNoPath, [&](PathId at) { return model::match(pattern, paths_.path(at)); })) patterns_.push_back(&pattern);
  }

  std::vector<PathId> finish() && {
    if (!rest_.empty() || !roots_.empty() || !patterns_.empty()) look_at_all();
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  // Down from `top`, past what does not match; false when that took too long.
  template <class MatchOf>
  bool walk(PathId top, const MatchOf& match_of) {
    PathId at = top == kNoPath ? paths_.first_child(top) : top;
    while (at != kNoPath) {
      if (visits_left_ == 0) return false;
      --visits_left_;
      const Match match = match_of(at);
      if ((match == Match::Exact || match == Match::Descendant) && leaves_.find(at) != nullptr) found_.push_back(at);
      at = next(at, top, match != Match::None);
    }
    return true;
  }

  // The next path in the subtree of `top`, kNoPath after the last.
  PathId next(PathId at, PathId top, bool may_go_down) const {
    if (const PathId child = paths_.first_child(at); may_go_down && child != kNoPath) return child;
    while (at != top && paths_.next_sibling(at) == kNoPath) at = paths_.parent(at);
    return at == top ? kNoPath : paths_.next_sibling(at);
  }

  void look_at_all() {
    for (const model::Leaf& leaf : leaves_.leaves()) {
      if (is_named(leaf.path)) found_.push_back(leaf.path);
    }
  }
  bool is_named(PathId leaf) const {
    for (PathId at = leaf; at != kNoPath && !rest_.empty(); at = paths_.parent(at)) {
      if (rest_.contains(at)) return true;
    }
    const Path path = paths_.path(leaf);
    return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) { return root == path.origin; }) ||
           std::any_of(patterns_.begin(), patterns_.end(), [&](const Path* p) { return model::covers(*p, path); });
  }

  const model::PathTable& paths_;
  const model::LeafMap& leaves_;
  std::size_t visits_left_;
  std::vector<PathId> found_;
  std::unordered_set<PathId> rest_;    // still to be answered
  std::vector<const Path*> patterns_;  // likewise
  std::vector<std::string> roots_;     // whole trees, by origin
};

template <class T>
std::vector<T> each_once(std::vector<T> all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

std::vector<PathId> deleted_leaves(const model::PathTable& paths, const model::LeafMap& leaves,
                                   const std::vector<PathId>& exact, const std::vector<Path>& patterns) {
  if (leaves.size() == 0 || (exact.empty() && patterns.empty())) return {};
  Search search(paths, leaves);
  for (const PathId path : each_once(exact)) search.add(path);
  const std::vector<Path> distinct = each_once(patterns);
  for (const Path& pattern : distinct) search.add(pattern);
  return std::move(search).finish();
}

}  // namespace dm::observed
