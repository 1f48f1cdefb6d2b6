// Where time comes from. Domain code takes instants as arguments; only the joins own a Clock.
//
// Steady time drives waiting; wall time (nanoseconds since 1970, UTC) is what people and devices
// write down.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace dm::core {

using Duration = std::chrono::nanoseconds;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady_now() const = 0;
  virtual WallTime wall_now() const = 0;
};

// The machine's clocks. Any thread.
class SystemClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
};

// A clock that stands still until told otherwise (tests, replay). One thread.
class FakeClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return SteadyTime(elapsed_); }
  WallTime wall_now() const override { return start_ + elapsed_; }
  void advance(Duration by) { elapsed_ += by; }

 private:
  Duration elapsed_{0};
  WallTime start_{std::chrono::seconds(1795132800)};  // 2026-11-20T00:00:00Z
};

// RFC 3339 in UTC with nine fractional digits: 2026-11-22T16:00:00.123456789Z.
std::string to_rfc3339(WallTime time);

// Error InvalidArgument: not an RFC 3339 instant. Fractions of any length, `Z` or a numeric offset.
Result<WallTime> from_rfc3339(std::string_view text);

// `500ms`, `2s`, `5m`, `6h`, `1d`; a bare 0 is zero. Error InvalidArgument names the text.
Result<Duration> parse_duration(std::string_view text);

// The shortest of the forms above: 90s, 500ms, 2h.
std::string to_text(Duration duration);

}  // namespace dm::core
