#include "core/backoff.h"

#include <algorithm>

namespace dm::core {

Duration Backoff::next(std::uint64_t random) {
  Duration step = policy_.first;
  for (int i = 0; i < attempts_ && step < policy_.most; ++i) step *= 2;
  step = std::min(step, policy_.most);
  ++attempts_;
  const auto half = static_cast<std::uint64_t>(std::max<std::int64_t>(step.count() / 2, 1));
  return Duration{static_cast<std::int64_t>(half + random % half)};
}

}  // namespace dm::core
