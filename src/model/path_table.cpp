#include "model/path_table.h"

#include <utility>

namespace dm::model {

PathTable::PathTable(Classifier classifier) : classifier_(std::move(classifier)) {}

PathId PathTable::intern(const Path& path) {
  std::string text = to_text(path);
  if (const auto known = by_text_.find(text); known != by_text_.end()) return known->second;
  PathId parent = kNoPath;
  if (path.elements.size() > 1) {
    Path above = path;
    above.elements.pop_back();
    parent = intern(above);
  }
  CHECK(nodes_.size() < index(kNoPath), "path table is full");
  const PathId id{static_cast<std::uint32_t>(nodes_.size())};
  Node node;
  node.facts = classifier_ ? classifier_(path) : PathFacts{};
  node.path = path;
  node.text = std::move(text);
  node.parent = parent;
  const bool is_entry = !path.elements.empty() && !path.elements.back().keys.empty();
  node.entry = is_entry ? id : (parent == kNoPath ? kNoPath : at(parent).entry);
  node.depth = static_cast<std::uint32_t>(path.elements.size());
  nodes_.push_back(std::move(node));
  by_text_.emplace(nodes_.back().text, id);
  return id;
}

PathId PathTable::find(std::string_view canonical_text) const {
  const auto known = by_text_.find(canonical_text);
  return known == by_text_.end() ? kNoPath : known->second;
}

PathId PathTable::enclosing_entry(PathId id) const {
  const PathId above = parent(id);
  return above == kNoPath ? kNoPath : entry(above);
}

bool PathTable::is_below(PathId id, PathId ancestor) const {
  const std::uint32_t depth = at(ancestor).depth;
  if (depth == 0) return at(id).depth > 0 && at(id).path.origin == at(ancestor).path.origin;
  if (at(id).depth <= depth) return false;
  while (at(id).depth > depth) id = at(id).parent;
  return id == ancestor;
}

}  // namespace dm::model
