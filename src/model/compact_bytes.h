// A short byte string in 16 bytes: up to 15 bytes in place, longer ones on the heap.
//
// What a leaf's encoded value is held in: most are a flag, a number or a name. Value type; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dm::model {

class CompactBytes {
 public:
  CompactBytes() = default;
  explicit CompactBytes(std::string_view bytes) { set(bytes); }
  CompactBytes(CompactBytes&& other) noexcept : raw_(other.raw_) { other.raw_ = {}; }
  CompactBytes& operator=(CompactBytes&& other) noexcept;
  CompactBytes(const CompactBytes&) = delete;
  CompactBytes& operator=(const CompactBytes&) = delete;
  ~CompactBytes() { release(); }

  void assign(std::string_view bytes);  // `bytes` may be part of what is held
  std::string_view view() const;
  std::size_t heap_bytes() const;       // taken beyond the object itself
  operator std::string_view() const { return view(); }  // NOLINT: implicit

 private:
  static constexpr std::size_t kInPlace = 15;
  static constexpr unsigned char kOnHeap = 0xFF;

  bool is_on_heap() const { return raw_[kInPlace] == kOnHeap; }
  char* heap() const;
  void set(std::string_view bytes);
  void release();

  // In place: the bytes, and their number last. On the heap: pointer, length (4 bytes), kOnHeap last.
  alignas(8) std::array<unsigned char, kInPlace + 1> raw_{};
};

}  // namespace dm::model
