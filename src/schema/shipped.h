// The profiles built into the binary: the files of profiles/, as text. Immutable.
#pragma once

#include <span>
#include <string_view>

namespace dm::schema {

struct ShippedProfile {
  std::string_view name;  // "arista-eos"
  std::string_view yaml;
};

// Defined in a source that CMake writes from profiles/*.yaml (cmake/embed.cmake).
std::span<const ShippedProfile> shipped_profiles();

}  // namespace dm::schema
