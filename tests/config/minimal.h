// The least that a configuration must say, for tests that are about something else.
#pragma once

#include <string>
#include <string_view>

namespace dm::config {

inline constexpr std::string_view kMinimal = "inventory: { devices: [ { name: leaf1, address: leaf1 } ] }\n";
inline std::string with_device(std::string_view yaml) { return std::string(kMinimal) + std::string(yaml); }

}  // namespace dm::config
