// The lab's intent (lab/intent.json) as the model writes it, for comparison.
#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

#include "model/expectation.h"
#include "source_dir.h"

namespace dm::intent::testing_support {

inline std::string fabric_file(const std::string& name) {
  return tests::source_path("lab/" + name);
}

struct FabricDevice {
  std::map<std::string, std::pair<model::Rule, std::vector<model::Value>>> leaves;
  std::set<std::string> entries;
};

inline model::Value fabric_value(simdjson::dom::element element) {
  switch (element.type()) {
    case simdjson::dom::element_type::BOOL:
      return element.get_bool().value();
    case simdjson::dom::element_type::INT64:
      return element.get_int64().value();
    case simdjson::dom::element_type::UINT64:
      return element.get_uint64().value();
    case simdjson::dom::element_type::STRING:
      return std::string(element.get_string().value());
    case simdjson::dom::element_type::ARRAY: {
      model::ValueList list;
      for (const auto item : element.get_array()) list.push_back(fabric_value(item));
      return list;
    }
    default:
      return {};
  }
}

inline std::pair<model::Rule, std::vector<model::Value>> fabric_rule(
    simdjson::dom::element element) {
  using model::Rule;
  if (element.is_null()) return {Rule::Absent, {}};
  simdjson::dom::element inner;
  if (element["one_of"].get(inner) == simdjson::SUCCESS)
    return {Rule::OneOf, *fabric_value(inner).list()};
  if (element["set"].get(inner) == simdjson::SUCCESS) return {Rule::Set, {fabric_value(inner)}};
  if (element["vlans"].get(inner) == simdjson::SUCCESS) {
    simdjson::dom::element or_absent;
    const bool may_be_absent =
        element["or_absent"].get(or_absent) == simdjson::SUCCESS && or_absent.get_bool().value();
    if (may_be_absent) return {Rule::OneOf, {model::Value(), fabric_value(inner)}};
    return {Rule::Equal, {fabric_value(inner)}};
  }
  return {Rule::Equal, {fabric_value(element)}};
}

inline std::string canonical_text(std::string_view text) {
  const auto path = model::parse_path(text);
  EXPECT_TRUE(path) << text;
  return path ? model::to_text(*path) : std::string();
}

// Throws if the data is not there: then nothing can be tested.
inline std::map<std::string, FabricDevice> read_fabric_intent() {
  simdjson::dom::parser parser;
  std::map<std::string, FabricDevice> devices;
  const simdjson::dom::element root = parser.load(fabric_file("intent.json"));
  for (const auto [name, device] : simdjson::dom::object(root["devices"])) {
    FabricDevice& into = devices[std::string(name)];
    for (const simdjson::dom::element part :
         {simdjson::dom::element(device), simdjson::dom::element(device["ext"]),
          simdjson::dom::element(device["get"])}) {
      simdjson::dom::object leaves;
      if (part["leaves"].get(leaves) == simdjson::SUCCESS) {
        for (const auto [path, value] : leaves)
          into.leaves[canonical_text(path)] = fabric_rule(value);
      }
      simdjson::dom::array entries;
      if (part["entries"].get(entries) == simdjson::SUCCESS) {
        for (const auto entry : entries)
          into.entries.insert(canonical_text(std::string_view(entry)));
      }
    }
  }
  return devices;
}

inline std::string describe(model::Rule rule, const std::vector<model::Value>& values) {
  std::ostringstream text;
  text << "rule " << static_cast<int>(rule);
  for (const auto& value : values) text << " " << model::to_json(value);
  return text.str();
}

inline FabricDevice as_fabric(const model::DeviceIntent& intent) {
  FabricDevice device;
  for (const auto& leaf : intent.leaves)
    device.leaves[leaf.path.text()] = {leaf.rule, leaf.values};
  for (const auto& entry : intent.entries) device.entries.insert(entry.path.text());
  return device;
}

// Expects the same leaves, values and entries; each disagreement is told with its path.
inline void expect_same(const std::string& name, const FabricDevice& wanted,
                        const FabricDevice& got) {
  for (const auto& [path, leaf] : wanted.leaves) {
    const auto found = got.leaves.find(path);
    if (found == got.leaves.end()) {
      ADD_FAILURE() << name << " lacks " << path;
    } else {
      EXPECT_EQ(describe(found->second.first, found->second.second),
                describe(leaf.first, leaf.second))
          << name << " " << path;
    }
  }
  for (const auto& [path, leaf] : got.leaves) {
    EXPECT_TRUE(wanted.leaves.contains(path)) << name << " has more: " << path;
  }
  EXPECT_EQ(got.entries, wanted.entries) << name;
}

}  // namespace dm::intent::testing_support
