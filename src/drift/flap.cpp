#include "drift/flap.h"

#include <algorithm>

namespace dm::drift {

core::SteadyTime FlapHistory::due_at(const std::string& path, core::SteadyTime since,
                                     const LifecycleRules& rules) const {
  const core::SteadyTime normal = since + rules.hold;
  const auto history = told_.find(path);
  if (rules.flap_count <= 0 || history == told_.end()) return normal;
  const auto count = static_cast<std::size_t>(rules.flap_count);
  const std::deque<core::SteadyTime>& told = history->second;
  if (told.size() < count) return normal;
  // The oldest telling that must leave the window before another one fits into it.
  const core::SteadyTime window_is_free = told[told.size() - count] + rules.flap_window;
  const core::SteadyTime was_stable = since + rules.flap_window / rules.flap_count;
  return std::max(normal, std::min(window_is_free, was_stable));
}

void FlapHistory::record(const std::string& path, core::SteadyTime told_at,
                         const LifecycleRules& rules) {
  if (rules.flap_count <= 0) return;
  std::deque<core::SteadyTime>& told = told_[path];
  told.push_back(told_at);
  while (told.size() > static_cast<std::size_t>(rules.flap_count)) told.pop_front();
}

void FlapHistory::prune(core::SteadyTime now, const LifecycleRules& rules) {
  std::erase_if(told_,
                [&](const auto& item) { return item.second.back() + rules.flap_window <= now; });
}

}  // namespace dm::drift
