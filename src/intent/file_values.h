// How a value of an intent file is read: plain scalars, lists, {absent: …}, {one_of: …}, {set: …}.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/expectation.h"
#include "schema/leaf_table.h"
#include "schema/yaml_node.h"

namespace dm::intent {

struct FileValue {
  model::Rule rule = model::Rule::Equal;
  std::vector<model::Value> values;
  bool operator==(const FileValue&) const = default;
};

// nullopt: at least one mistake was added.
std::optional<FileValue> read_file_value(const schema::YamlNode& node,
                                         std::vector<schema::YamlMistake>& mistakes);

// What is wrong with a value of a leaf that is a number or a truth value; nullopt if nothing is, or the leaf is of
// another kind.
std::optional<std::string> type_mistake(const schema::LeafType& type, const model::Value& value);

}  // namespace dm::intent
