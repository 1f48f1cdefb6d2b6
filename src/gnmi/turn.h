// What one connection may do before the others on its loop get their turn, counted in steps: a leaf or path looked at, or
// so many bytes of messages after inflating. A message is never cut: one that takes more ends the turn.
//
// Counted, not timed, so that the same input is always handled in the same turns. Lives on the shard's loop.
#pragma once

#include <cstddef>

namespace dm::gnmi {

class Turn {
 public:
  static constexpr std::size_t kSteps = 65'536;     // a few milliseconds
  static constexpr std::size_t kBytesPerStep = 64;   // a leaf on the wire: 4 MiB of what is known already

  void begin() { steps_ = 0; }
  void spend(std::size_t steps) { steps_ += steps; }
  void spend_bytes(std::size_t bytes) { steps_ += bytes / kBytesPerStep + 1; }
  bool is_over() const { return steps_ >= kSteps; }

 private:
  std::size_t steps_ = 0;
};

}  // namespace dm::gnmi
