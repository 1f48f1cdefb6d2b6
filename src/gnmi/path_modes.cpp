#include "gnmi/path_modes.h"

namespace dm::gnmi {

using schema::PathMode;

PathMode PathModes::configured(std::size_t path) const { return configured_ ? configured_->at(path) : PathMode::OnChange; }

bool PathModes::has_fallen(std::size_t path) const {
  const auto found = fallbacks_.find(path);
  return found != fallbacks_.end() && !found->second.is_on_trial;
}

PathMode PathModes::of(std::size_t path) const {
  return has_fallen(path) ? fallbacks_.at(path).mode : configured(path);
}

const PathFallback& PathModes::fall(std::size_t path, const CallEnd& refusal, core::SteadyTime retry_at) {
  const PathMode next = of(path) == PathMode::OnChange ? PathMode::Sample : PathMode::Get;
  return fallbacks_[path] = {next, refusal.code, refusal.message, retry_at, false};
}

void PathModes::try_again(core::SteadyTime now, bool all) {
  for (auto& [path, fallback] : fallbacks_) {
    if (all || now >= fallback.retry_at) fallback.is_on_trial = true;
  }
}

bool PathModes::accept(std::size_t path) {
  const auto found = fallbacks_.find(path);
  if (found == fallbacks_.end() || !found->second.is_on_trial) return false;
  fallbacks_.erase(found);
  return true;
}

}  // namespace dm::gnmi
