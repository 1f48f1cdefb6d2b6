// A limit that refused something, counted where only the error arrives: our messages name it as `limits.NAME`.
#pragma once

#include <string_view>

#include "metrics/registry.h"

namespace dm::metrics {

// The first limit that the message names; empty: none.
std::string_view limit_named_in(std::string_view message);
// Counts it, if one is named. Any thread.
void count_limit_hit(std::string_view message, Registry& registry);

}  // namespace dm::metrics
