#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "api/json.h"
#include "app/intent_setup.h"
#include "cli/commands.h"
#include "cli/difference_text.h"
#include "cli/one_shot.h"
#include "cli/settings.h"
#include "cli/table.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

void print_table(const std::vector<Checked>& all) {
  const Style style = style_for_stdout();
  Table table({"DEVICE", "DIFFERENCE", "PATH", "CURRENT", "DESIRED", "FROM"});
  std::size_t count = 0, good = 0;
  for (const Checked& checked : all) {
    for (const model::Difference& difference : checked.differences) {
      ++count;
      table.add({checked.device, style.yellow(model::to_text(difference.kind)), printable(difference.path_text),
                 value_cell(difference.current), value_cell(difference.desired),
                 printable(from_text(difference.from))});
    }
    if (checked.differences.empty() && checked.problem.empty()) ++good;
  }
  if (!table.empty()) fmt::print("{}\n", table.text(style));
  for (const Checked& checked : all) {
    if (!checked.problem.empty()) fmt::print("{}  {}\n", style.red(checked.device), printable(checked.problem));
  }
  const std::string summary = fmt::format("{} of {} devices are what they should be, {} differences", good, all.size(), count);
  fmt::print("{}\n", good == all.size() ? style.green(summary) : style.bold(summary));
}

void print_json(const std::vector<Checked>& all, const std::vector<std::string>& warnings) {
  Json devices = Json::array();
  for (const Checked& checked : all) {
    Json differences = Json::array();
    for (const model::Difference& difference : checked.differences) {
      differences.push_back(difference_json(difference));
      differences.back()["intent"] = api::to_json(difference.from);
    }
    devices.push_back({{"device", checked.device},
                       {"problem", checked.problem.empty() ? Json(nullptr) : Json(checked.problem)},
                       {"differences", differences}});
  }
  fmt::print("{}\n", Json{{"devices", devices}, {"warnings", warnings}}.dump(2, ' ', false, Json::error_handler_t::replace));
}

int exit_code_of(const std::vector<Checked>& all) {
  const auto has_drift = [](const Checked& checked) { return !checked.differences.empty(); };
  if (std::any_of(all.begin(), all.end(), has_drift)) return 1;
  const auto has_problem = [](const Checked& checked) { return !checked.problem.empty(); };
  return std::any_of(all.begin(), all.end(), has_problem) ? 3 : 0;
}

}  // namespace

int check_devices(const std::string& config_file, const std::vector<std::string>& devices, OutputForm form,
                  const std::string& timeout) {
  const auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  const auto snapshot = read_intent(*loaded);
  if (!snapshot) return exit_code_of(snapshot.error());
  const OneShot shot = compare_once(*loaded, *snapshot, devices, timeout);
  if (shot.exit_code) return *shot.exit_code;
  const std::vector<Checked>& all = shot.devices;
  std::vector<std::string> warnings = loaded->settings.warnings;
  for (const model::Finding& finding : (*snapshot)->findings) warnings.push_back(model::to_line(finding));
  form == OutputForm::Json ? print_json(all, warnings) : print_table(all);
  return exit_code_of(all);
}

}  // namespace dm::cli
