#include "compare/internal_entry.h"

namespace dm::compare {
namespace {

using model::Path;

// Index of the last element of a pattern that has a `*` key.
std::optional<std::size_t> captured_element(const Path& pattern) {
  for (std::size_t i = pattern.elements.size(); i-- > 0;) {
    for (const model::PathKey& key : pattern.elements[i].keys) {
      if (key.value == "*") return i;
    }
  }
  return std::nullopt;
}

std::optional<std::string> captured(const Path& pattern, const Path& path) {
  const auto at = captured_element(pattern);
  if (!at || *at >= path.elements.size()) return std::nullopt;
  for (const model::PathKey& wanted : pattern.elements[*at].keys) {
    if (wanted.value != "*") continue;
    for (const model::PathKey& key : path.elements[*at].keys) {
      if (key.name == wanted.name) return key.value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> internal_key(const schema::InternalEntry& rule, const Path& entry) {
  if (model::match(rule.entry, entry) != model::Match::Exact) return std::nullopt;
  return captured(rule.entry, entry);
}

std::optional<std::string> hinted_key(const schema::InternalEntry& rule, const Path& leaf) {
  if (model::covers(rule.sign, leaf)) return captured(rule.sign, leaf);
  if (model::covers(rule.unless, leaf)) return captured(rule.unless, leaf);
  return std::nullopt;
}

Path with_key(Path pattern, const std::string& value) {
  if (const auto at = captured_element(pattern)) {
    for (model::PathKey& key : pattern.elements[*at].keys) {
      if (key.value == "*") key.value = value;
    }
  }
  return pattern;
}

}  // namespace dm::compare
