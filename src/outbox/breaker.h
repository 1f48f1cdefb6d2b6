// How many deliveries may be on their way at once, given how the receiver answered lately.
//
// After `patience` failures in a row that concern the receiver itself, it is taken for away: from
// then on one delivery at a time probes it, with growing pauses between, until one is accepted (or
// the receiver says something about one event only). So a receiver that comes back meets one
// request, not all of them, and one that is away does not wear out every delivery's attempts. A
// receiver that asks for a pause (Retry-After) gets it from all deliveries, whoever was answered.
// Pure: time and chance are arguments. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/backoff.h"
#include "core/clock.h"

namespace dm::outbox {

class Breaker {
 public:
  struct Policy {
    int patience = 5;
    core::BackoffPolicy pause{.first = std::chrono::seconds(1), .most = std::chrono::minutes(1)};
  };
  explicit Breaker(Policy policy) : policy_(policy), backoff_(policy.pause) {}

  // How many more may start now, when `running` are on their way and `workers` could be.
  std::size_t room(std::size_t running, std::size_t workers, core::SteadyTime now) const;
  // When room() may grow by time alone.
  std::optional<core::SteadyTime> opens_at() const { return std::max(resume_at_, asked_until_); }

  void succeeded();
  // `asked`: the pause the receiver asks for, 0 if none.
  void failed(core::SteadyTime now, std::uint64_t random, core::Duration asked);
  bool is_probing() const { return failures_ >= policy_.patience; }

 private:
  Policy policy_;
  core::Backoff backoff_;
  int failures_ = 0;
  std::optional<core::SteadyTime> resume_at_;
  std::optional<core::SteadyTime> asked_until_;  // a success in between does not shorten it
};

}  // namespace dm::outbox
