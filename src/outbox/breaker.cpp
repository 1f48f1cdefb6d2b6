#include "outbox/breaker.h"

namespace dm::outbox {

std::size_t Breaker::room(std::size_t running, std::size_t workers, core::SteadyTime now) const {
  const std::size_t most = is_probing() ? 1 : workers;
  const auto opens = opens_at();
  if (running >= most || (opens && now < *opens)) return 0;
  return most - running;
}

void Breaker::succeeded() {
  failures_ = 0;
  backoff_.reset();
  resume_at_.reset();
}

void Breaker::failed(core::SteadyTime now, std::uint64_t random, core::Duration asked) {
  if (asked > core::Duration{0}) asked_until_ = std::max(asked_until_, std::optional(now + asked));
  if (!is_probing()) ++failures_;
  if (is_probing()) resume_at_ = now + backoff_.next(random);
}

}  // namespace dm::outbox
