// How a value of an intent file is read: plain scalars, lists, {absent: …}, {one_of: …}, {set: …}.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/expectation.h"
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

}  // namespace dm::intent
