// A fuzzer's bytes, taken piece by piece as the choices and payloads of a target.
//
// Never runs out: beyond the end everything is zero or empty, so every input is a whole scenario.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/check.h"

// What a target is: libFuzzer's entry, which replay.cpp calls for every file of a kept corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace dm::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  bool is_empty() const { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t first = left_.front();
    left_ = left_.subspan(1);
    return first;
  }
  // Below `count`.
  std::size_t pick(std::size_t count) { return byte() % count; }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8U | byte();
    return value;
  }
  // At most `most` bytes.
  std::string_view bytes(std::size_t most) {
    const auto some = left_.first(std::min(most, left_.size()));
    left_ = left_.subspan(some.size());
    return {reinterpret_cast<const char*>(some.data()), some.size()};
  }
  std::string_view rest() { return bytes(left_.size()); }

 private:
  std::span<const std::uint8_t> left_;
};

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace dm::fuzz
