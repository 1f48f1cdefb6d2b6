// The real Session, wire reader and tree against a simulated switch, byte for byte, by a seed: whatever
// happens, the tree is the switch's configuration once everything is heard, and nothing is taken for deleted
// that the switch did not delete.
#pragma once

#include <cstdint>
#include <string>

namespace dm::simulation {

// Empty if all went well; otherwise what is wrong, and what happened before it.
std::string run(std::uint64_t seed);

}  // namespace dm::simulation
