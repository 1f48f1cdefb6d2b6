// One `path: value` of a map that somebody wrote by hand: an intent file, a config context, a rendered template. Pure.
#pragma once

#include <optional>
#include <vector>

#include "intent/file_values.h"
#include "model/path.h"
#include "schema/yaml_node.h"

namespace dm::intent {

struct LeafMember {
  model::Path path;  // canonical
  FileValue value;   // of the leaf's type
};

// nullopt: at least one mistake was added.
std::optional<LeafMember> read_leaf_member(const schema::YamlMember& member, std::vector<schema::YamlMistake>& mistakes);

}  // namespace dm::intent
