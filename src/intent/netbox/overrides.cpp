#include "intent/netbox/overrides.h"

#include <fmt/format.h>

#include <map>

#include "core/text.h"
#include "intent/leaf_member.h"
#include "schema/yaml_node.h"

namespace dm::intent::netbox {
namespace {

using schema::YamlMistake;
using schema::YamlNode;

std::vector<std::string> texts_of(const std::vector<YamlMistake>& mistakes) {
  std::vector<std::string> texts;
  for (const YamlMistake& mistake : mistakes) {
    texts.push_back(fmt::format("{}:{}: {}", mistake.place.line, mistake.place.column, mistake.message));
  }
  return texts;
}

}  // namespace

Overrides read_overrides(std::string_view text, const model::Provenance& from, std::size_t most_bytes) {
  if (text.size() > most_bytes) {
    return {{}, {fmt::format("1:1: more than {} bytes (limits.intent_file_bytes)", most_bytes)}};
  }
  if (!core::is_valid_utf8(text)) return {{}, {"1:1: not valid UTF-8"}};
  schema::YamlParse parse = schema::parse_yaml(text);
  if (!parse.mistakes.empty()) return {{}, texts_of(parse.mistakes)};
  if (parse.root.kind == YamlNode::Kind::Null) return {};
  if (parse.root.kind != YamlNode::Kind::Map) return {{}, {"1:1: expected a map of paths and values"}};
  std::map<std::string, model::Expectation> leaves;
  for (const schema::YamlMember& member : parse.root.members) {
    auto leaf = read_leaf_member(member, parse.mistakes);
    if (!leaf) continue;
    std::string path = model::to_text(leaf->path);
    const auto [slot, is_new] = leaves.try_emplace(path);
    if (is_new) {
      slot->second = {std::move(leaf->path), leaf->value.rule, std::move(leaf->value.values), from};
    } else {
      parse.mistakes.push_back({member.place, fmt::format("{} is written twice; the first counts", path)});
    }
  }
  Overrides read;
  for (auto& [path, leaf] : leaves) read.leaves.push_back(std::move(leaf));
  read.mistakes = texts_of(parse.mistakes);
  return read;
}

}  // namespace dm::intent::netbox
