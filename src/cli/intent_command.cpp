#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
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
                       {"source", row.from.source},
                       {"object", row.from.object},
                       {"url", row.from.url.empty() ? Json(nullptr) : Json(row.from.url)},
                       {"field", row.from.field.empty() ? Json(nullptr) : Json(row.from.field)}});
    }
    fmt::print("{}\n", Json{{"device", device}, {"items", items}}.dump(2, ' ', false, Json::error_handler_t::replace));
    return 0;
  }
  Table table({"PATH", "RULE", "VALUE", "FROM"});
  for (const Row& row : rows) table.add({printable(row.path), row.rule, printable(row.value), printable(from_text(row.from))});
  fmt::print("{}{} expectations for {}\n", rows.empty() ? "" : table.text(style_for_stdout()), rows.size(), device);
  return 0;
}

}  // namespace dm::cli
