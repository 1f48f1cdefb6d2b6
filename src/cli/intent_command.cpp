#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "app/intent_setup.h"
#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/table.h"
#include "schema/leaf_table.h"
#include "schema/profile.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  std::string path, rule, value;  // value as JSON
  model::Provenance from;
};

std::string rule_text(model::Rule rule) {
  switch (rule) {
    case model::Rule::Equal: return "equal";
    case model::Rule::Absent: return "absent";
    case model::Rule::OneOf: return "one of";
    case model::Rule::Set: return "set";
  }
  CHECK(false, "unknown rule");
}

std::string value_text(const model::Expectation& expectation) {
  if (schema::leaf_type(schema::classify(expectation.path.parsed()).leaf_type).is_secret) return "\"********\"";
  if (expectation.rule == model::Rule::OneOf) return model::to_json(model::Value(model::ValueList(expectation.values)));
  return model::to_json(expectation.desired());
}

std::vector<Row> rows_of(const model::DeviceIntent& intent, const model::Path& below) {
  std::vector<Row> rows;
  for (const model::EntryExpectation& entry : intent.entries) {
    if (model::covers(below, entry.path.parsed())) rows.push_back({entry.path.text(), "entry", "", entry.from});
  }
  for (const model::Expectation& leaf : intent.leaves) {
    if (model::covers(below, leaf.path.parsed())) {
      rows.push_back({leaf.path.text(), rule_text(leaf.rule), value_text(leaf), leaf.from});
    }
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.path < b.path; });
  return rows;
}

// The list entries on the way to a path, each as the text of its own elements, and what is left below the last one:
// "/interfaces/interface[name=Ethernet1]" and "/config/mtu".
std::vector<std::string> branches_of(const std::string& path_text) {
  std::vector<std::string> branches;
  const model::Path path = *model::parse_path(path_text);
  std::size_t first = 0;
  for (std::size_t i = 0; i < path.elements.size(); ++i) {
    const bool is_last = i + 1 == path.elements.size();
    if (path.elements[i].keys.empty() && !is_last) continue;
    branches.push_back(model::to_text(path.elements, first, i + 1 - first));
    first = i + 1;
  }
  return branches;
}

// Rows in the order of their paths, as a tree of list entries. An entry that nothing says must exist is only a branch.
Table tree_of(const std::vector<Row>& rows) {
  Table table({"PATH", "RULE", "VALUE", "FROM"});
  std::vector<std::string> on;  // the branches printed last
  for (const Row& row : rows) {
    std::vector<std::string> branches = branches_of(row.path);
    std::size_t depth = 0;
    while (depth + 1 < branches.size() && depth < on.size() && branches[depth] == on[depth]) ++depth;
    for (; depth + 1 < branches.size(); ++depth) table.add({std::string(2 * depth, ' ') + printable(branches[depth]), "", "", ""});
    table.add({std::string(2 * depth, ' ') + printable(branches.empty() ? row.path : branches.back()), row.rule, printable(row.value),
               printable(from_text(row.from))});
    on = std::move(branches);
  }
  return table;
}

// What nothing is said about, by path: why.
std::map<std::string, std::string> not_compared(const model::DeviceIntent& intent) {
  std::map<std::string, std::string> why = intent.not_compared;
  for (const model::Path& pattern : intent.unmanaged) why.emplace(model::to_text(pattern), "the intent says unmanaged");
  return why;
}

}  // namespace

int show_intent(const std::string& config_file, const std::string& device, const std::string& path, OutputForm form) {
  const auto below = model::parse_path(path.empty() ? "/" : path);
  if (!below) {
    fmt::print(stderr, "{}\n", below.error().message);
    return 2;
  }
  const auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  const auto snapshot = read_intent(*loaded);
  if (!snapshot) return exit_code_of(snapshot.error());
  const auto found = (*snapshot)->devices.find(device);
  if (found == (*snapshot)->devices.end()) {
    fmt::print(stderr, "nothing is intended for '{}'\n", device);
    return 3;
  }
  const std::vector<Row> rows = rows_of(*found->second, *below);
  if (form == OutputForm::Json) {
    Json items = Json::array();
    for (const Row& row : rows) {
      items.push_back({{"path", row.path},
                       {"rule", row.rule},
                       {"value", row.value.empty() ? Json(nullptr) : Json::parse(row.value)},
                       {"source", row.from.source.str()},
                       {"object", row.from.object.str()},
                       {"url", row.from.url.empty() ? Json(nullptr) : Json(row.from.url.str())},
                       {"field", row.from.field.empty() ? Json(nullptr) : Json(row.from.field.str())}});
    }
    Json silent = Json::array();
    for (const auto& [where, why] : not_compared(*found->second)) silent.push_back({{"path", where}, {"reason", why}});
    fmt::print("{}\n", Json{{"device", device}, {"items", items}, {"not_compared", silent}}.dump(2, ' ', false, Json::error_handler_t::replace));
    return 0;
  }
  const Style style = style_for_stdout();
  fmt::print("{}{} expectations for {}\n", rows.empty() ? "" : tree_of(rows).text(style), rows.size(), device);
  for (const auto& [where, why] : not_compared(*found->second)) fmt::print("{} {}: {}\n", style.dim("not compared"), printable(where), printable(why));
  return 0;
}

}  // namespace dm::cli
