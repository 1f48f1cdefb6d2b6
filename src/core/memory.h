// Memory that was freed, back to the operating system.
#pragma once

namespace dm::core {

// For after work whose scaffolding was many times larger than what is kept of it: the allocator would
// hold on to all of it. Takes about 0.3 s for each gigabyte that goes back, most of it in the heap of the
// thread that did the work, so call it there. Any thread.
void give_back_freed_memory();

}  // namespace dm::core
