#include "intent/leaf_member.h"

#include "intent/file_paths.h"
#include "schema/equality.h"

namespace dm::intent {

std::optional<LeafMember> read_leaf_member(const schema::YamlMember& member, std::vector<schema::YamlMistake>& mistakes) {
  auto path = read_leaf_path(member.key);
  if (!path) mistakes.push_back({member.place, path.error().message});
  // A missing value has no place of its own.
  schema::YamlNode node = member.value;
  if (node.kind == schema::YamlNode::Kind::Null) node.place = member.place;
  auto value = read_file_value(node, mistakes);
  if (!path || !value) return std::nullopt;
  const schema::LeafType& type = schema::leaf_type(schema::find_leaf(model::schema_text(*path)));
  for (const model::Value& one : value->values) {
    const auto mistake = type_mistake(type, one);
    if (!mistake) continue;
    mistakes.push_back({node.place, *mistake});
    return std::nullopt;
  }
  return LeafMember{std::move(*path), std::move(*value)};
}

}  // namespace dm::intent
