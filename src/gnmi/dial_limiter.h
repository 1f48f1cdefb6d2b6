// When the next connection to a device may be begun: so many a second for the whole process, a second's worth
// at once. An outage of the whole fabric ends in a queue instead of a storm of handshakes and logins.
//
// Pure: the caller brings the time. One for all sessions of a shard; lives on the shard thread.
#pragma once

#include <cstddef>

#include "core/clock.h"

namespace dm::gnmi {

class DialLimiter {
 public:
  explicit DialLimiter(std::size_t per_second);

  // Takes the next place in the queue: how long to wait for it. A place that is not used is lost.
  core::Duration reserve(core::SteadyTime now);
  // For what can wait (readings by Get): takes a place only while at least half of a second's worth is left for
  // streams; never queues.
  bool take_if_free(core::SteadyTime now);

 private:
  core::Duration interval_;
  core::SteadyTime taken_until_{};
};

}  // namespace dm::gnmi
