#include "model/path_table.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace dm::model {
namespace {

// One step of a canonical text: "/name[key=value]". Never fails: names come from devices and may be anything.
PathElement read_element(std::string_view text) {
  PathElement element;
  std::size_t at = text.find('[');
  element.name = std::string(text.substr(1, at == std::string_view::npos ? at : at - 1));
  while (at < text.size()) {
    PathKey key;
    for (++at; at < text.size() && text[at] != '='; ++at) key.name.push_back(text[at]);
    for (++at; at < text.size() && text[at] != ']'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      key.value.push_back(text[at]);
    }
    element.keys.push_back(std::move(key));
    at = text.find('[', at);
  }
  return element;
}

// With the colon behind it.
std::size_t origin_length(std::string_view text) { return text.starts_with('/') ? 0 : text.find(":/") + 1; }

}  // namespace

PathTable::PathTable(Classifier classifier, std::size_t* all)
    : classifier_(std::move(classifier)), all_(all), by_text_(0, HashText{&nodes_}, SameText{&nodes_}) {}

PathId PathTable::intern(const Path& path) {
  std::string text = to_text(path);
  if (const PathId known = find(text); known != kNoPath) return known;
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
  node.text = std::move(text);
  node.text.shrink_to_fit();
  node.schema = &*schema_texts_.insert(model::schema_text(path)).first;
  node.parent = parent;
  const bool is_entry = !path.elements.empty() && !path.elements.back().keys.empty();
  node.entry = is_entry ? id : (parent == kNoPath ? kNoPath : at(parent).entry);
  node.depth = static_cast<std::uint32_t>(path.elements.size());
  if (node.depth > 0) {
    PathId& first = parent == kNoPath ? first_root_ : nodes_[index(parent)].first_child;
    node.next_sibling = std::exchange(first, id);
  }
  nodes_.push_back(std::move(node));
  by_text_.insert(id);
  if (all_ != nullptr) ++*all_;
  return id;
}

PathId PathTable::intern(const PathText& path) {
  const PathId known = find(path.text());
  return known == kNoPath ? intern(path.parsed()) : known;
}

PathId PathTable::find(std::string_view canonical_text) const {
  const auto known = by_text_.find(canonical_text);
  return known == by_text_.end() ? kNoPath : *known;
}

Path PathTable::path(PathId id) const {
  Path path;
  const std::string_view origin = std::string_view(text(id)).substr(0, origin_length(text(id)));
  if (!origin.empty()) path.origin = std::string(origin.substr(0, origin.size() - 1));
  path.elements.reserve(at(id).depth);
  for (std::size_t left = at(id).depth; left > 0; --left) {
    const std::string_view whole = text(id);
    const std::size_t begins = left == 1 ? origin.size() : text(parent(id)).size();
    path.elements.push_back(read_element(whole.substr(begins)));
    id = parent(id);
  }
  std::reverse(path.elements.begin(), path.elements.end());
  return path;
}

std::string_view PathTable::relative_text(PathId ancestor, PathId id) const {
  return std::string_view(text(id)).substr(text(ancestor).size() + 1);
}

PathId PathTable::enclosing_entry(PathId id) const {
  const PathId above = parent(id);
  return above == kNoPath ? kNoPath : entry(above);
}

bool PathTable::is_below(PathId id, PathId ancestor) const {
  const std::uint32_t depth = at(ancestor).depth;
  if (depth == 0) {
    return at(id).depth > 0 && text(id).compare(0, origin_length(text(id)), text(ancestor), 0, origin_length(text(ancestor))) == 0;
  }
  if (at(id).depth <= depth) return false;
  while (at(id).depth > depth) id = at(id).parent;
  return id == ancestor;
}

}  // namespace dm::model
