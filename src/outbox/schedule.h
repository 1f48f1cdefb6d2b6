// What an answer means for a delivery: done, dead, or when to try again. Pure.
//
// Rules: product.md section 7. An event that may still be accepted is tried for days; one that a
// person must first make acceptable is tried slowly; nothing is tried for ever.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/limits.h"
#include "outbox/sender.h"
#include "store/ledger.h"

namespace dm::outbox {

struct SchedulePolicy {
  core::Duration first =
      std::chrono::seconds(1);  // doubling from attempt to attempt, with full jitter
  core::Duration most = std::chrono::minutes(5);
  core::Duration least = std::chrono::milliseconds(100);
  core::Duration slow =
      std::chrono::minutes(5);  // after a configuration error: so long to twice it
  core::Duration loading =
      std::chrono::minutes(5);  // a 404 so soon after a refused connection: still starting
  core::Duration retry_after_most = std::chrono::hours(1);
  core::Duration horizon = core::Limits{}.retry_horizon;
  // For an answer about this very event (400, 413, 422): others of its device wait behind it.
  core::Duration event_horizon = std::chrono::hours(1);
};

struct Attempt {
  int number = 1;               // of this delivery, this one included
  core::WallTime created_at{};  // of the delivery
  core::WallTime now{};
  std::optional<core::WallTime>
      refused_at;  // the receiver's last refused connection, by any delivery
  std::uint64_t random = 0;
};

// The state to record, with a reason for people in `error` unless the delivery was accepted.
store::Ledger::Outcome decide(const SendResult& result, const Attempt& attempt,
                              const SchedulePolicy& policy);

// A 404 so soon after a refused connection that the receiver is still loading its flows: tried again
// like a receiver that is away, and no mistake of the configuration yet.
bool is_still_loading(const SendResult& result, const Attempt& attempt, const SchedulePolicy& policy);

// An answer after which every other delivery would fare the same: the receiver is away, or refuses
// whatever comes.
bool concerns_receiver(const SendResult& result);

}  // namespace dm::outbox
