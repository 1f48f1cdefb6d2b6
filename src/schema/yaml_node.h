// A YAML document as a plain tree that remembers where everything stood.
//
// The only place that knows yaml-cpp. Positions count from 1. Duplicate keys are kept (yaml-cpp would
// take the first silently): schema/yaml_map.h reports them. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/value.h"

namespace dm::schema {

struct YamlPlace {
  int line = 1;
  int column = 1;
  auto operator<=>(const YamlPlace&) const = default;
};

struct YamlMember;

struct YamlNode {
  enum class Kind { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  YamlPlace place;
  std::string text;                 // Scalar
  bool is_quoted = false;           // Scalar: written in quotes, so it is text whatever it looks like
  std::vector<YamlNode> items;      // List
  std::vector<YamlMember> members;  // Map, in file order

  bool is_scalar() const { return kind == Kind::Scalar; }
};

struct YamlMember {
  std::string key;
  YamlPlace place;  // of the key
  YamlNode value;
};

std::string_view to_text(YamlNode::Kind kind);  // "a map", "a list", "a value", "nothing"

// A mistake and its place in one file.
struct YamlMistake {
  YamlPlace place;
  std::string message;
};

// One document; nothing at all is Null. The mistake is yaml-cpp's own, or a second document, a key that
// is no scalar, or a tree beyond 64 levels or a million nodes (aliases multiply).
struct YamlParse {
  YamlNode root;
  std::vector<YamlMistake> mistakes;
};
YamlParse parse_yaml(std::string_view text);

// The value a scalar says: plain `true`, `12`, `-1.5` and `null` are what they look like, everything
// quoted is text. A list is a list of such values; a map is not a value (InvalidArgument).
core::Result<model::Value> to_value(const YamlNode& node);

}  // namespace dm::schema
