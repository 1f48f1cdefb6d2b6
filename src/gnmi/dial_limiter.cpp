#include "gnmi/dial_limiter.h"

#include <algorithm>

namespace dm::gnmi {
namespace {

constexpr core::Duration kAtOnce = std::chrono::seconds(1);  // so much of the queue is no wait

}  // namespace

DialLimiter::DialLimiter(std::size_t per_second)
    : interval_(std::max<core::Duration>(kAtOnce / static_cast<std::int64_t>(std::clamp<std::size_t>(per_second, 1, 1'000'000)),
                                         core::Duration(1))) {}

core::Duration DialLimiter::reserve(core::SteadyTime now) {
  taken_until_ = std::max(taken_until_, now) + interval_;
  return std::max<core::Duration>(taken_until_ - now - kAtOnce, core::Duration::zero());
}

bool DialLimiter::take_if_free(core::SteadyTime now) {
  if (taken_until_ - now > kAtOnce / 2) return false;
  reserve(now);
  return true;
}

}  // namespace dm::gnmi
