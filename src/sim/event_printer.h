// An arriving event as a person likes to read it: one block, a line per difference.
#pragma once

#include <string>

#include "sim/kestra_face.h"

namespace dm::sim {

// `is_coloured`: with ANSI colours, for a terminal.
std::string event_block(const Arrival& arrival, bool is_coloured);

}  // namespace dm::sim
