// The lab's recorded devices, intent and changes (lab/), as values of the model.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "model/expectation.h"
#include "model/value.h"
#include "source_dir.h"

namespace dm::fleet::lab {

using Json = nlohmann::ordered_json;

inline Json read(const std::string& name) {
  std::ifstream in(tests::source_path("lab/" + name));
  return Json::parse(in);
}

inline model::Value to_value(const Json& json) {
  if (json.is_null()) return {};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_string()) return json.get<std::string>();
  model::ValueList list;
  for (const Json& member : json) list.push_back(to_value(member));
  return list;
}

inline model::Path to_path(const std::string& text) { return *model::parse_path(text); }

inline model::Expectation to_expectation(const std::string& path, const Json& json) {
  model::Expectation e{.path = to_path(path), .from = {"file", "intent.json", ""}};
  if (json.is_null()) {
    e.rule = model::Rule::Absent;
  } else if (!json.is_object()) {
    e.values = {to_value(json)};
  } else if (json.contains("one_of")) {
    e.rule = model::Rule::OneOf;
    for (const Json& member : json["one_of"]) e.values.push_back(to_value(member));
  } else if (json.contains("set")) {
    e.rule = model::Rule::Set;
    e.values = {to_value(json["set"])};
  } else {
    e.rule = model::Rule::OneOf;
    if (json.value("or_absent", false)) e.values.emplace_back();
    e.values.push_back(to_value(json["vlans"]));
  }
  return e;
}

}  // namespace dm::fleet::lab
