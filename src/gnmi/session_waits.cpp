#include "gnmi/session_waits.h"

#include <algorithm>

namespace dm::gnmi {
namespace {

using core::Duration;

constexpr Duration kFirstLogin = std::chrono::seconds(10);
constexpr Duration kSlowLogin = std::chrono::minutes(2);  // from the third attempt on, doubling
constexpr Duration kSlowestLogin = std::chrono::hours(1);

// A device without room for another session gets it by being left alone; an answer beyond our limits is as
// large the next time.
constexpr Duration kFirstFull = std::chrono::seconds(30);
constexpr Duration kLongestFull = std::chrono::minutes(10);

Duration jittered(Duration wait, std::uint64_t random) {
  const auto half = static_cast<std::uint64_t>(wait.count() / 2);
  return Duration{static_cast<std::int64_t>(half + random % half)};
}

}  // namespace

Duration full_wait(int answers, std::uint64_t random) {
  Duration wait = kFirstFull;
  for (int i = 1; i < answers && wait < kLongestFull; ++i) wait *= 2;
  return jittered(std::min(wait, kLongestFull), random);
}

Duration login_wait(int refused, std::uint64_t random) {
  if (refused <= 1) return jittered(kFirstLogin, random);
  Duration wait = kSlowLogin;
  for (int i = 2; i < refused && wait < kSlowestLogin; ++i) wait *= 2;
  return jittered(std::min(wait, kSlowestLogin), random);
}

}  // namespace dm::gnmi
