// A scenario file (tests/scenarios/*.yaml) played through the real join of tree, judge and lifecycle, on
// a clock that only the scenario moves. docs/scenarios.md describes the form.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "fleet/monitor.h"

namespace dm::fleet {

struct ToldDifference {
  std::string kind, path, current, desired, severity;  // values as JSON
};
struct ToldEvent {
  std::string action;
  std::vector<ToldDifference> differences;
};

struct ScenarioResult {
  std::string name;
  std::vector<std::string> failures;  // what was expected and did not come, one line each
};

// Plays a file. A malformed file is a failure too.
ScenarioResult play_scenario(const std::string& file);

}  // namespace dm::fleet
