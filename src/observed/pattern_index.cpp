#include "observed/pattern_index.h"

#include <algorithm>

namespace dm::observed {
namespace {

model::Path without_keys(model::Path path) {
  for (model::PathElement& element : path.elements) element.keys.clear();
  return path;
}

}  // namespace

void PatternIndex::add(const model::Path& pattern) { patterns_.emplace_back(&pattern, without_keys(pattern)); }

bool PatternIndex::names(model::PathId leaf) {
  const std::string& names = paths_.schema_text(leaf);
  const auto known = by_names_.find(&names);
  if (known != by_names_.end() && known->second.empty()) return false;  // nearly always: no path need be built
  const model::Path path = paths_.path(leaf);
  const Patterns& patterns = known != by_names_.end() ? known->second : of_names(path, names);
  return std::any_of(patterns.begin(), patterns.end(), [&](const model::Path* pattern) {
    ++compared_;
    return model::covers(*pattern, path);
  });
}

const PatternIndex::Patterns& PatternIndex::of_names(const model::Path& leaf, const std::string& names) {
  const model::Path plain = without_keys(leaf);
  Patterns& fitting = by_names_[&names];
  for (const auto& [pattern, plain_pattern] : patterns_) {
    if (model::covers(plain_pattern, plain)) fitting.push_back(pattern);
  }
  compared_ += patterns_.size();
  return fitting;
}

}  // namespace dm::observed
