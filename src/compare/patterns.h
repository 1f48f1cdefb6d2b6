// Lists of path patterns, asked as one.
#pragma once

#include <algorithm>
#include <vector>

#include "model/path.h"

namespace dm::compare {

inline bool covered_by_any(const std::vector<model::Path>& patterns, const model::Path& path) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const model::Path& pattern) { return model::covers(pattern, path); });
}

}  // namespace dm::compare
