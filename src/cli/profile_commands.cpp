#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/table.h"
#include "gnmi/recording_survey.h"
#include "schema/leaf_table.h"
#include "schema/shipped.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;
using Counts = std::map<std::string, std::size_t>;

constexpr std::size_t kMostLines = 20;

std::shared_ptr<const schema::Profile> load(const std::string& name_or_file) {
  const schema::ProfileLoad loaded = schema::load_profile(name_or_file);
  for (const std::string& error : loaded.errors) fmt::print(stderr, "{}\n", error);
  return loaded.profile;
}

// What parses, and does nothing.
std::vector<std::string> doubts(const schema::Profile& profile) {
  std::vector<std::string> lines;
  if (profile.paths.empty()) lines.emplace_back("paths: none, so nothing is subscribed");
  for (const auto& [leaf, value] : profile.defaults) {
    if (schema::find_leaf(leaf) == 0) lines.push_back(fmt::format("defaults: {} is not in the leaf table: its value is compared as it is written", leaf));
  }
  for (const auto& [list, policy] : profile.lists) {
    if (schema::list_keys(list).empty()) lines.push_back(fmt::format("lists: {} is not a list of the leaf table", list));
  }
  return lines;
}

std::string remark(const gnmi::PathSurvey& path) {
  if (path.mode == schema::PathMode::Off) return "off";
  if (path.is_refused) return "refused by the device";
  if (!path.failure.empty()) return "cannot be read: " + path.failure;
  if (path.is_silent()) return "nothing came";
  if (path.config_leaves == 0) return "no configuration among them: nothing is compared";
  return "";
}

void print_counts(const Style& style, const std::string& heading, const Counts& counts) {
  if (counts.empty()) return;
  std::vector<std::pair<std::string, std::size_t>> lines(counts.begin(), counts.end());
  const auto weight = [](const auto& line) { return std::pair(line.first.find("/config/") != std::string::npos, line.second); };
  std::stable_sort(lines.begin(), lines.end(), [&](const auto& a, const auto& b) { return weight(a) > weight(b); });
  fmt::print("\n{}\n", style.bold(heading));
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) fmt::print("{:6}  {}\n", lines[i].second, printable(lines[i].first));
  if (lines.size() > kMostLines) fmt::print("        and {} more (--output json has all)\n", lines.size() - kMostLines);
}

void print_nearest(const Style& style, const gnmi::Survey& survey) {
  const auto has_nearest = [](const gnmi::PathSurvey& path) { return !path.nearest.empty(); };
  if (std::none_of(survey.paths.begin(), survey.paths.end(), has_nearest)) return;
  fmt::print("\n{}\n", style.bold("Got nothing; what came and is spelled most alike"));
  for (const gnmi::PathSurvey& path : survey.paths) {
    if (has_nearest(path)) fmt::print("  {}\n    {}\n", path.path, printable(path.nearest));
  }
}

void print_table(const schema::Profile& profile, const gnmi::Survey& survey) {
  const Style style = style_for_stdout();
  Table table({"AREA", "MODE", "LEAVES", "CONFIG", "UNKNOWN", "DEFAULT", "REMARK", "PATH"});
  for (const gnmi::PathSurvey& path : survey.paths) {
    const std::string said = printable(remark(path));
    table.add({path.area, std::string(schema::to_text(path.mode)), std::to_string(path.leaves), std::to_string(path.config_leaves),
               std::to_string(path.unknown), std::to_string(path.at_default), path.is_silent() ? style.red(said) : said, path.path});
  }
  fmt::print("{}", table.text(style));
  print_nearest(style, survey);
  print_counts(style, "Came, and no path of the profile asks for it", survey.not_asked_for);
  print_counts(style, "Configuration the leaf table does not know (compared as plain values)", survey.unknown_leaves);
  print_counts(style, "Lists or keys the leaf table does not know (an alias may bring them to a known place)", survey.unknown_lists);
  print_counts(style, "Renamed by an alias", survey.renamed);
  print_counts(style, "Of an origin that is a tree of its own (never compared)", survey.other_origins);
  if (!survey.troubles.empty()) fmt::print("\n");
  for (const std::string& trouble : survey.troubles) fmt::print("{}\n", style.yellow(printable(trouble)));
  const auto silent = std::count_if(survey.paths.begin(), survey.paths.end(), [](const auto& path) { return path.is_silent(); });
  std::string text = fmt::format("{}: {} of {} paths got nothing; {} messages, {} Get answers, {} syncs", profile.name, silent,
                                 survey.paths.size(), survey.messages, survey.answers, survey.syncs);
  if (survey.bad_messages > 0) text += fmt::format(", {} messages that cannot be read", survey.bad_messages);
  if (survey.undecodable > 0) text += fmt::format(", {} values that cannot be read", survey.undecodable);
  fmt::print("\n{}\n", silent == 0 ? style.green(text) : style.bold(text));
}

void print_json(const schema::Profile& profile, const gnmi::Survey& survey) {
  Json paths = Json::array();
  for (const gnmi::PathSurvey& path : survey.paths) {
    const std::string said = remark(path);
    paths.push_back({{"path", path.path},
                     {"area", path.area},
                     {"mode", schema::to_text(path.mode)},
                     {"leaves", path.leaves},
                     {"config_leaves", path.config_leaves},
                     {"unknown_leaves", path.unknown},
                     {"at_default", path.at_default},
                     {"nearest", path.nearest.empty() ? Json(nullptr) : Json(path.nearest)},
                     {"remark", said.empty() ? Json(nullptr) : Json(said)}});
  }
  const Json all = {{"profile", profile.name},
                    {"paths", std::move(paths)},
                    {"not_asked_for", survey.not_asked_for},
                    {"unknown_leaves", survey.unknown_leaves},
                    {"unknown_lists", survey.unknown_lists},
                    {"renamed", survey.renamed},
                    {"other_origins", survey.other_origins},
                    {"troubles", survey.troubles},
                    {"messages", survey.messages},
                    {"get_answers", survey.answers},
                    {"syncs", survey.syncs},
                    {"bad_messages", survey.bad_messages},
                    {"undecodable", survey.undecodable}};
  fmt::print("{}\n", all.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int check_profile(const std::string& name_or_file) {
  const auto profile = load(name_or_file);
  if (!profile) return 2;
  for (const std::string& line : doubts(*profile)) fmt::print("warning: {}\n", line);
  fmt::print("{}: ok: profile {}, {} paths, {} defaults, {} aliases\n", name_or_file, profile->name, profile->paths.size(),
             profile->defaults.size(), profile->aliases.size());
  return 0;
}

int show_profile(const std::string& name) {
  for (const schema::ShippedProfile& shipped : schema::shipped_profiles()) {
    if (shipped.name != name) continue;
    fmt::print("{}", shipped.yaml);
    return 0;
  }
  for (const std::string& error : schema::load_profile(name.empty() ? "?" : name).errors) fmt::print(stderr, "{}\n", error);
  return 2;
}

int test_profile(const std::string& name_or_file, const std::vector<std::string>& recordings, OutputForm form) {
  const auto profile = load(name_or_file);
  if (!profile) return 2;
  const auto survey = gnmi::survey(*profile, recordings, core::Limits{});
  if (!survey) {
    fmt::print(stderr, "{}\n", survey.error().message);
    return 2;
  }
  form == OutputForm::Json ? print_json(*profile, *survey) : print_table(*profile, *survey);
  return std::any_of(survey->paths.begin(), survey->paths.end(), [](const auto& path) { return path.is_silent(); }) ? 1 : 0;
}

}  // namespace dm::cli
