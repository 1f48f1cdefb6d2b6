#include "outbox/breaker.h"

namespace dm::outbox {

std::size_t Breaker::room(std::size_t running, std::size_t workers, core::SteadyTime now) const {
  const std::size_t most = is_probing() ? 1 : workers;
  if (running >= most || (resume_at_ && now < *resume_at_)) return 0;
  return most - running;
}

void Breaker::succeeded() {
  failures_ = 0;
  backoff_.reset();
  resume_at_.reset();
}

void Breaker::failed(core::SteadyTime now, std::uint64_t random) {
  if (!is_probing()) ++failures_;
  if (is_probing()) resume_at_ = now + backoff_.next(random);
}

}  // namespace dm::outbox
