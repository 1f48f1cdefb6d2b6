#include "observed/deletes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "observed/pattern_index.h"
#include "schema/leaf_table.h"

namespace dm::observed {
namespace {

using model::Match;
using model::Path;
using model::PathId;
using model::kNoPath;

// So many paths are always visited, however few leaves there are.
constexpr std::size_t kLeastVisits = 64;

// Names one thing only, as far as it goes: no `*` nor `...`, also not as a part of a key.
bool is_plain(const model::PathElement& element) {
  const auto has_star = [](std::string_view text) { return text.find('*') != std::string_view::npos; };
  return !has_star(element.name) && element.name != "..." &&
         std::none_of(element.keys.begin(), element.keys.end(), [&](const model::PathKey& key) { return has_star(key.value); });
}

class Search {
 public:
  Search(const model::PathTable& paths, const model::LeafMap& leaves)
      : paths_(paths), leaves_(leaves), most_visits_(leaves.size() + kLeastVisits), patterns_(paths) {}

  void add(PathId path) {
    if (Path root = paths_.path(path); root.elements.empty()) {
      roots_.push_back(std::move(root.origin));  // nobody's parent in the table
    } else if (!walk(path, [](PathId) { return Match::Exact; })) {
      rest_.insert(path);
    }
  }
  void add(const Path& pattern) {
    const auto top = holder(pattern);
    if (!top) return;
    if (!walk(*top, [&](PathId at) { return model::match(pattern, paths_.path(at)); })) patterns_.add(pattern);
  }

  Deleted finish() && {
    if (!rest_.empty() || !roots_.empty() || !patterns_.empty()) look_at_all();
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return {std::move(found_), visits_ + patterns_.compared()};
  }

 private:
  // A path that has below it, or is, all that the pattern names, as near as its plain names and complete keys lead;
  // kNoPath: the whole table; nullopt: there is nothing.
  std::optional<PathId> holder(const Path& pattern) {
    PathId top = kNoPath;
    Path front{pattern.origin, {}};
    for (const model::PathElement& element : pattern.elements) {
      front.elements.push_back(element);
      if (!is_plain(element)) return top;
      const std::size_t keys = front.origin.empty() ? schema::list_keys(model::schema_text(front)).size() : 0;
      if (element.keys.size() < keys || (keys == 0 && !element.keys.empty())) return top;
      const PathId next = paths_.find(model::to_text(front));
      if (keys == 0) {
        const auto has_entries = may_be_list(top, element.name);
        if (!has_entries || *has_entries) return top;
      }
      if (next == kNoPath) return std::nullopt;
      top = next;
    }
    return top;
  }

  // Has `top` entries of such a list? nullopt: it has too many children to look at.
  std::optional<bool> may_be_list(PathId top, std::string_view name) {
    for (PathId at = paths_.first_child(top); at != kNoPath; at = paths_.next_sibling(at)) {
      if (visits_ >= most_visits_) return std::nullopt;
      ++visits_;
      if (paths_.entry(at) == at && is_named(at, name)) return true;
    }
    return false;
  }
  bool is_named(PathId entry, std::string_view name) const {
    const std::string_view names = paths_.schema_text(entry);
    return names.ends_with(name) && names.size() > name.size() && names[names.size() - name.size() - 1] == '/';
  }

  // Down from `top`, past what does not match; false when that took too long.
  template <class MatchOf>
  bool walk(PathId top, const MatchOf& match_of) {
    PathId at = top == kNoPath ? paths_.first_child(top) : top;
    while (at != kNoPath) {
      if (visits_ >= most_visits_) return false;
      ++visits_;
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
    visits_ += leaves_.size();
    for (const model::Leaf& leaf : leaves_.leaves()) {
      if (is_gone(leaf.path)) found_.push_back(leaf.path);
    }
  }
  bool is_gone(PathId leaf) {
    for (PathId at = leaf; at != kNoPath && !rest_.empty(); at = paths_.parent(at)) {
      if (rest_.contains(at)) return true;
    }
    if (!roots_.empty() && std::find(roots_.begin(), roots_.end(), paths_.path(leaf).origin) != roots_.end()) return true;
    return !patterns_.empty() && patterns_.names(leaf);
  }

  const model::PathTable& paths_;
  const model::LeafMap& leaves_;
  const std::size_t most_visits_;
  std::size_t visits_ = 0;
  std::vector<PathId> found_;
  std::unordered_set<PathId> rest_;    // still to be answered
  PatternIndex patterns_;              // likewise
  std::vector<std::string> roots_;     // whole trees, by origin
};

template <class T>
std::vector<T> each_once(std::vector<T> all) {
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

Deleted deleted_leaves(const model::PathTable& paths, const model::LeafMap& leaves,
                       const std::vector<PathId>& exact, const std::vector<Path>& patterns) {
  if (leaves.size() == 0 || (exact.empty() && patterns.empty())) return {};
  Search search(paths, leaves);
  for (const PathId path : each_once(exact)) search.add(path);
  const std::vector<Path> distinct = each_once(patterns);
  for (const Path& pattern : distinct) search.add(pattern);
  return std::move(search).finish();
}

}  // namespace dm::observed
