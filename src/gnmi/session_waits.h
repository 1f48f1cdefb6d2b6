// How long a session waits after what kind of failure. Each wait is jittered between its half and all of it; the
// growing wait after a lost stream is core::Backoff. Pure; any thread.
#pragma once

#include <cstdint>

#include "core/clock.h"

namespace dm::gnmi {

// `answers` in a row, 1 at least: the device has no room for us, or its answer is beyond our limits.
core::Duration full_wait(int answers, std::uint64_t random);
// `refused` logins in a row, 1 at least. A second attempt soon, then minutes, at most an hour: never more than four in
// five minutes, for a usual lock-out policy is five.
core::Duration login_wait(int refused, std::uint64_t random);

}  // namespace dm::gnmi
