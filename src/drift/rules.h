// How long things take before they are told (product.md section 4, `drift:`). Value type.
#pragma once

#include "core/clock.h"

namespace dm::drift {

struct LifecycleRules {
  core::Duration hold = std::chrono::seconds(2);
  core::Duration group_window = std::chrono::milliseconds(500);
  core::Duration reminder{0};  // 0 = none
  int flap_count = 5;          // 0 = no damping
  core::Duration flap_window = std::chrono::minutes(10);
  bool operator==(const LifecycleRules&) const = default;
};

}  // namespace dm::drift
