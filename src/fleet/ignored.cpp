#include "fleet/ignored.h"

#include <fmt/format.h>

#include <utility>

namespace dm::fleet {

void Ignored::clear() {
  hidden_.clear();
  by_rule_.clear();
}

void Ignored::begin() {
  before_ = std::exchange(hidden_, {});
  for (auto& [rule, count] : by_rule_) count.now = 0;
}

void Ignored::end() { before_.clear(); }

bool Ignored::is_news(model::PathId object, const compare::Finding& found) const {
  const auto known = hidden_.find(object);
  if (known == hidden_.end()) return found.ignored_by.has_value();
  return found.ignored_by != known->second.rule;
}

std::optional<model::Difference> Ignored::take(model::PathId object, compare::Finding& found) {
  const auto known = hidden_.find(object);
  if (!found.ignored_by) {
    if (known != hidden_.end()) drop(known);
    return std::move(found.difference);
  }
  const std::size_t rule = *found.ignored_by;
  const auto before = before_.find(object);
  const bool was_hidden = (known != hidden_.end() && known->second.rule == rule) ||
                          (before != before_.end() && before->second.rule == rule);
  if (known != hidden_.end()) drop(known);
  hidden_.insert_or_assign(object, Hidden{rule, std::move(*found.difference)});
  IgnoreCount& count = by_rule_[rule];
  ++count.now;
  if (was_hidden) return std::nullopt;
  ++count.hits;
  metrics_->add(metrics::Metric::IgnoreHits, 1, fmt::format("ignore[{}]", rule));
  return std::nullopt;
}

void Ignored::drop(std::unordered_map<model::PathId, Hidden>::iterator hidden) {
  --by_rule_[hidden->second.rule].now;
  hidden_.erase(hidden);
}

}  // namespace dm::fleet
