#include "allocations.h"

#include "fakes/counting_new.h"

namespace dm::bench {

std::uint64_t allocations() { return fakes::allocations.load(std::memory_order_relaxed); }

}  // namespace dm::bench
