// Calls of operator new since the program began, of all threads.
#pragma once

#include <cstdint>

namespace dm::bench {

std::uint64_t allocations();

}  // namespace dm::bench
