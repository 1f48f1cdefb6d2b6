// Counts every operator new of a program. To be included in one file of it: this replaces the operators. Not
// under sanitizers, which bring their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

// g++ sees malloc and free through the pairs below and takes them for strangers.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace dm::fakes {

inline std::atomic<std::uint64_t> allocations{0};  // since the program began, of all threads

}  // namespace dm::fakes

void* operator new(std::size_t size) {
  dm::fakes::allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
