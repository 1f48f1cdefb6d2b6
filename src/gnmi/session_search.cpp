#include "gnmi/session_search.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace dm::gnmi {

PathSearch::PathSearch(PathIndexes refused) { split(std::move(refused)); }

const PathIndexes& PathSearch::question() const {
  static const PathIndexes kNothing;
  return open_.empty() ? kNothing : open_.back();
}

// A lone path is asked as it is: its refusal may have been another's.
void PathSearch::split(PathIndexes group) {
  if (group.size() < 2) {
    if (!group.empty()) open_.push_back(std::move(group));
    return;
  }
  const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
  open_.emplace_back(middle, group.end());
  open_.emplace_back(group.begin(), middle);
}

void PathSearch::answer_accepted() {
  CHECK(!open_.empty(), "an answer without a question");
  accepted_.insert(accepted_.end(), open_.back().begin(), open_.back().end());
  std::sort(accepted_.begin(), accepted_.end());
  open_.pop_back();
}

std::optional<std::size_t> PathSearch::answer_refused(std::optional<std::size_t> named) {
  CHECK(!open_.empty(), "an answer without a question");
  PathIndexes group = std::move(open_.back());
  open_.pop_back();
  if (named) {
    std::erase(group, *named);
    if (!group.empty()) open_.push_back(std::move(group));
    return named;
  }
  if (group.size() == 1) return group.front();
  split(std::move(group));
  return std::nullopt;
}

std::optional<std::size_t> path_named_in(std::string_view message, const std::vector<model::Path>& paths,
                                         const PathIndexes& asked) {
  constexpr std::string_view kBefore = "failed to subscribe to ", kAfter = ": path invalid";
  const std::size_t start = message.find(kBefore);
  if (start == std::string_view::npos) return std::nullopt;
  std::string_view text = message.substr(start + kBefore.size());
  const std::size_t end = text.find(kAfter);
  if (end == std::string_view::npos) return std::nullopt;
  const auto named = model::parse_path(text.substr(0, end));
  if (!named) return std::nullopt;
  for (const std::size_t index : asked) {
    if (paths[index].elements == named->elements) return index;
  }
  return std::nullopt;
}

}  // namespace dm::gnmi
