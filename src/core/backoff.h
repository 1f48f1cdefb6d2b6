// How long to wait before the next attempt: doubling from `first` to `most`, jittered.
//
// Pure: the caller brings the random number. reset() belongs to proven success, not to the connect (a
// peer that accepts and then refuses must still be backed off).
#pragma once

#include <chrono>
#include <cstdint>

#include "core/clock.h"

namespace dm::core {

struct BackoffPolicy {
  Duration first = std::chrono::seconds(1);
  Duration most = std::chrono::minutes(1);
};

class Backoff {
 public:
  explicit Backoff(BackoffPolicy policy) : policy_(policy) {}

  // The next wait: between half and all of the current step, chosen by `random` (any value). The
  // lower half is kept so that a refused connection is never retried at once.
  Duration next(std::uint64_t random);
  // As if so many attempts had failed in a row.
  void reset(int attempts = 0) { attempts_ = attempts; }
  int attempts() const { return attempts_; }

 private:
  BackoffPolicy policy_;
  int attempts_ = 0;
};

}  // namespace dm::core
