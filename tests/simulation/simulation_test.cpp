// Seeds of the simulation: DM_SIMULATION_SEEDS of them (1,000), from DM_SIMULATION_FIRST (1) on. A seed that fails
// is printed; DM_SIMULATION_FIRST=seed DM_SIMULATION_SEEDS=1 repeats it.
#include <gtest/gtest.h>

#include <cstdlib>

#include "simulation/simulation.h"

namespace dm::simulation {
namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(Simulation, TheTreeIsTheDevicesConfigurationWhateverTheStreamDoes) {
  const std::uint64_t first = number_of("DM_SIMULATION_FIRST", 1);
  const std::uint64_t seeds = number_of("DM_SIMULATION_SEEDS", 1'000);

  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const std::string problem = run(seed);
    if (!problem.empty()) FAIL() << "seed " << seed << ": " << problem;
  }
}

}  // namespace
}  // namespace dm::simulation
