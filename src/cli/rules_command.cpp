#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/difference_text.h"
#include "cli/one_shot.h"
#include "cli/settings.h"
#include "cli/table.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

// One difference that a rule hides.
struct Hit {
  std::string device;
  const model::Difference* difference = nullptr;
};

std::vector<Hit> hits_of(const std::vector<Checked>& all, std::size_t rule) {
  std::vector<Hit> hits;
  for (const Checked& checked : all) {
    for (const fleet::Ignored::Hidden& hidden : checked.ignored) {
      if (hidden.rule == rule) hits.push_back({checked.device, &hidden.difference});
    }
  }
  return hits;
}

std::string name_of(std::size_t rule, bool is_tried) { return is_tried ? "the tried rule" : fmt::format("ignore[{}]", rule); }

void print_rule(const Style& style, const std::string& name, const config::IgnoreRule& rule, const std::vector<Hit>& hits) {
  const bool is_over = rule.until && *rule.until <= std::chrono::system_clock::now();
  fmt::print("{} {}{}\n", style.bold(name), printable(config::to_text(rule)),
             rule.reason.empty() ? "" : style.dim(": " + printable(rule.reason)));
  if (hits.empty()) {
    fmt::print("  {}\n", style.yellow(is_over ? "is over, hides nothing any more" : "hides nothing"));
    return;
  }
  Table table({"  DEVICE", "DIFFERENCE", "PATH", "CURRENT", "DESIRED"});
  for (const Hit& hit : hits) {
    table.add({"  " + hit.device, style.yellow(model::to_text(hit.difference->kind)), printable(hit.difference->path_text),
               value_cell(hit.difference->current), value_cell(hit.difference->desired)});
  }
  fmt::print("{}", table.text(style));
}

Json rule_json(const std::string& name, const config::IgnoreRule& rule, const std::vector<Hit>& hits) {
  Json hidden = Json::array();
  for (const Hit& hit : hits) {
    hidden.push_back({{"device", hit.device}});
    hidden.back().update(difference_json(*hit.difference));
  }
  return {{"rule", name}, {"text", config::to_text(rule)}, {"reason", rule.reason}, {"hides", hidden}};
}

void print_table(const std::vector<config::IgnoreRule>& rules, const std::vector<Checked>& all, bool has_tried) {
  const Style style = style_for_stdout();
  for (std::size_t i = 0; i < rules.size(); ++i) print_rule(style, name_of(i, has_tried && i + 1 == rules.size()), rules[i], hits_of(all, i));
  std::size_t left = 0;
  for (const Checked& checked : all) {
    left += checked.differences.size();
    if (!checked.problem.empty()) fmt::print("{}  {}\n", style.red(checked.device), printable(checked.problem));
  }
  fmt::print("{} differences are hidden by no rule\n", left);
}

void print_json(const std::vector<config::IgnoreRule>& rules, const std::vector<Checked>& all, bool has_tried) {
  Json items = Json::array(), problems = Json::object();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    items.push_back(rule_json(name_of(i, has_tried && i + 1 == rules.size()), rules[i], hits_of(all, i)));
  }
  std::size_t left = 0;
  for (const Checked& checked : all) {
    left += checked.differences.size();
    if (!checked.problem.empty()) problems[checked.device] = checked.problem;
  }
  fmt::print("{}\n", Json{{"rules", items}, {"problems", problems}, {"not_hidden", left}}.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int test_rules(const std::string& config_file, const std::vector<std::string>& devices, const std::string& tried,
               OutputForm form, const std::string& timeout) {
  auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  std::vector<config::IgnoreRule>& rules = loaded->settings.compare.ignore;
  if (!tried.empty()) {
    auto rule = config::parse_ignore_rule(tried);
    if (!rule) {
      fmt::print(stderr, "--rule: {}\n", rule.error().message);
      return 2;
    }
    rules.push_back(std::move(*rule));
  }
  if (rules.empty()) {
    fmt::print(stderr, "there is no rule in compare.ignore; --rule '{{ path: /interfaces/**, reason: ... }}' tries one\n");
    return 2;
  }
  const auto snapshot = read_intent(*loaded);
  if (!snapshot) return exit_code_of(snapshot.error());
  const OneShot shot = compare_once(*loaded, *snapshot, devices, timeout);
  if (shot.exit_code) return *shot.exit_code;
  form == OutputForm::Json ? print_json(rules, shot.devices, !tried.empty()) : print_table(rules, shot.devices, !tried.empty());
  const auto has_problem = [](const Checked& checked) { return !checked.problem.empty(); };
  return std::any_of(shot.devices.begin(), shot.devices.end(), has_problem) ? 3 : 0;
}

}  // namespace dm::cli
