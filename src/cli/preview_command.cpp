// check --netbox-branch: what merging a branch of NetBox would do to the drifts there are.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/difference_text.h"
#include "cli/one_shot.h"
#include "cli/settings.h"
#include "cli/table.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Effect {
  std::string device;
  std::string_view what;         // opens | closes | changes
  model::Difference difference;  // as it would be; of one that closes, as it is
};

bool is_same(const model::Difference& a, const model::Difference& b) {
  return a.kind == b.kind && a.desired == b.desired && a.current == b.current && a.severity == b.severity;
}

std::vector<Effect> effects_on(const Checked& checked) {
  std::map<std::string, const model::Difference*> now;
  for (const model::Difference& difference : checked.differences) now[difference.path_text] = &difference;
  std::vector<Effect> effects;
  for (const model::Difference& then : checked.in_preview) {
    const auto before = now.find(then.path_text);
    if (before == now.end()) {
      effects.push_back({checked.device, "opens", then});
      continue;
    }
    if (!is_same(*before->second, then)) effects.push_back({checked.device, "changes", then});
    now.erase(before);
  }
  for (const auto& [path, gone] : now) effects.push_back({checked.device, "closes", *gone});
  std::sort(effects.begin(), effects.end(), [](const Effect& a, const Effect& b) { return a.difference.path_text < b.difference.path_text; });
  return effects;
}

std::size_t count(const std::vector<Effect>& effects, std::string_view what) {
  return static_cast<std::size_t>(std::count_if(effects.begin(), effects.end(), [&](const Effect& effect) { return effect.what == what; }));
}

void print_table(const std::string& branch, const std::vector<Effect>& effects, const std::vector<Checked>& all) {
  const Style style = style_for_stdout();
  Table table({"DEVICE", "MERGE", "DIFFERENCE", "PATH", "CURRENT", "DESIRED"});
  for (const Effect& effect : effects) {
    table.add({effect.device, effect.what == "closes" ? style.green(effect.what) : style.yellow(effect.what),
               std::string(model::to_text(effect.difference.kind)), printable(effect.difference.path_text),
               value_cell(effect.difference.current), value_cell(effect.difference.desired)});
  }
  if (!table.empty()) fmt::print("{}\n", table.text(style));
  std::size_t before = 0;
  for (const Checked& checked : all) {
    before += checked.differences.size();
    if (!checked.problem.empty()) fmt::print("{}  {}\n", style.red(checked.device), printable(checked.problem));
  }
  const std::size_t opens = count(effects, "opens"), closes = count(effects, "closes"), changes = count(effects, "changes");
  fmt::print("merging branch {} would open {}, close {} and change {} of the drifts; {} stay as they are\n", branch, opens, closes, changes,
             before - closes - changes);
}

void print_json(const std::string& branch, const std::vector<Effect>& effects, const std::vector<Checked>& all) {
  Json items = Json::array(), problems = Json::object();
  for (const Effect& effect : effects) {
    items.push_back({{"device", effect.device}, {"merge", effect.what}});
    items.back().update(difference_json(effect.difference));
  }
  for (const Checked& checked : all) {
    if (!checked.problem.empty()) problems[checked.device] = checked.problem;
  }
  fmt::print("{}\n", Json{{"branch", branch}, {"effects", items}, {"problems", problems}}.dump(2, ' ', false, Json::error_handler_t::replace));
}

// 1: the merge would make something drift that does not now, or otherwise.
int exit_code_of(const std::vector<Effect>& effects, const std::vector<Checked>& all) {
  if (count(effects, "opens") + count(effects, "changes") > 0) return 1;
  return std::any_of(all.begin(), all.end(), [](const Checked& checked) { return !checked.problem.empty(); }) ? 3 : 0;
}

bool is_schema_id(const std::string& branch) {
  return branch.size() == 8 && std::all_of(branch.begin(), branch.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
}

}  // namespace

int preview_branch(const std::string& config_file, const std::vector<std::string>& devices, const std::string& branch,
                   OutputForm form, const std::string& timeout) {
  auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  if (!loaded->settings.intent.netbox) {
    fmt::print(stderr, "--netbox-branch: the configuration has no intent.netbox\n");
    return 2;
  }
  if (!is_schema_id(branch)) {
    fmt::print(stderr, "--netbox-branch: '{}' is no schema id of a branch: 8 letters and digits, neither its name nor its number; "
               "/api/plugins/branching/branches/ of NetBox lists them as schema_id\n", branch);
    return 2;
  }
  const auto snapshot = read_intent(*loaded);
  if (!snapshot) return exit_code_of(snapshot.error());
  LoadedSettings in_branch = *loaded;
  in_branch.settings.intent.netbox->branch = branch;
  in_branch.settings.warnings.clear();
  const auto preview = read_intent(in_branch);
  if (!preview) {
    fmt::print(stderr, "branch {} cannot be read; is that the schema_id of a branch that is ready?\n", branch);
    return exit_code_of(preview.error());
  }
  const OneShot shot = compare_once(*loaded, *snapshot, devices, timeout, *preview);
  if (shot.exit_code) return *shot.exit_code;
  std::vector<Effect> effects;
  for (const Checked& checked : shot.devices) {
    for (Effect& effect : effects_on(checked)) effects.push_back(std::move(effect));
  }
  form == OutputForm::Json ? print_json(branch, effects, shot.devices) : print_table(branch, effects, shot.devices);
  return exit_code_of(effects, shot.devices);
}

}  // namespace dm::cli
