// What one rule of compare.ignore hides of one device. Value type.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dm::fleet {

struct IgnoreCount {
  std::size_t now = 0;      // differences
  std::uint64_t hits = 0;   // differences that began to be hidden, since the rules were loaded
  bool operator==(const IgnoreCount&) const = default;
};

}  // namespace dm::fleet
