#include "intent/netbox/retry.h"

namespace dm::intent::netbox {

bool is_passing(const core::Error& error) {
  using core::Code;
  return error.code == Code::Unavailable || error.code == Code::Timeout || error.code == Code::Corrupt ||
         error.code == Code::Internal;
}

std::optional<core::Duration> wait_after(const RetryPolicy& policy, int tries, core::Duration asked, std::uint64_t random) {
  if (asked > policy.longest_wait) return std::nullopt;
  core::Backoff backoff(policy.wait);
  backoff.reset(tries - 1);
  return std::max(backoff.next(random), asked);
}

}  // namespace dm::intent::netbox
