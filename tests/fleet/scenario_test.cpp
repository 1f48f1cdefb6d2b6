// Every file of tests/scenarios as a test of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "fleet/scenario.h"
#include "source_dir.h"

namespace dm::fleet {
namespace {

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(tests::source_path("tests/scenarios"))) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, EndsAsExpected) {
  const ScenarioResult result = play_scenario(GetParam());
  for (const std::string& failure : result.failures) ADD_FAILURE() << result.name << ": " << failure;
}

INSTANTIATE_TEST_SUITE_P(Files, Scenario, testing::ValuesIn(scenario_files()), [](const auto& test) {
  std::string name = std::filesystem::path(test.param).stem().string();
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace dm::fleet
