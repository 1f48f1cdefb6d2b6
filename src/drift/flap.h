// How often each path was told lately, and how long a path that flaps must last before it is told
// again.
//
// Pure: time is an argument. Memory: at most flap_count instants per path told within flap_window.
// Lives on the shard thread.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "core/clock.h"
#include "drift/rules.h"

namespace dm::drift {

class FlapHistory {
 public:
  // When a difference of `path` that began at `since` may be told. Normally since + hold.
  core::SteadyTime due_at(const std::string& path, core::SteadyTime since,
                          const LifecycleRules& rules) const;
  void record(const std::string& path, core::SteadyTime told_at, const LifecycleRules& rules);
  // Drops paths that were not told within flap_window.
  void prune(core::SteadyTime now, const LifecycleRules& rules);
  std::size_t size() const { return told_.size(); }

 private:
  std::map<std::string, std::deque<core::SteadyTime>> told_;  // oldest first, at most flap_count
};

}  // namespace dm::drift
