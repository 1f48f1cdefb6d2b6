// A gNMI path: where in a device's tree a leaf, a list entry or a container lives.
//
// Canonical text form: `/a/b[k1=v1][k2=v2]/c`, keys sorted by name, only `]` and `\` escaped inside
// key values, no module prefixes, no origin for OpenConfig (another origin is written in front:
// `eos_native:/Sysdb/...`). Sources: gNMI specification 2.2.2, gnmi-path-conventions,
// gnmi-path-strings. Value types; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace dm::model {

struct PathKey {
  std::string name;
  std::string value;  // "*" in a pattern: any
  bool operator==(const PathKey&) const = default;
  auto operator<=>(const PathKey&) const = default;
};

struct PathElement {
  std::string name;
  std::vector<PathKey> keys;  // sorted by name
  bool operator==(const PathElement&) const = default;
  auto operator<=>(const PathElement&) const = default;
};

struct Path {
  std::string origin;  // empty = OpenConfig
  std::vector<PathElement> elements;
  bool operator==(const Path&) const = default;
  auto operator<=>(const Path&) const = default;
};

// Reads the text form tolerantly: keys in any order, module prefixes of OpenConfig names dropped, `\x`
// inside a key value is `x`, `/` inside brackets is data, an `origin:/` in front.
// Error InvalidArgument says what is wrong and at which character.
core::Result<Path> parse_path(std::string_view text);

std::string to_text(const Path& path);                 // canonical
std::string to_text(const std::vector<PathElement>& elements, std::size_t first, std::size_t count);
std::string schema_text(const Path& path);             // canonical without keys
std::string_view strip_module(std::string_view name);  // "oc-if:interfaces" -> "interfaces"; what follows the last colon
bool has_wildcard(const Path& path);                   // `*` or `...` anywhere, keys included

// Pattern rules, for subscriptions, ignore rules and deletes: element `*` = one level, `...` or `**`
// = any depth, key value with `*` = glob, a list element without a key (or with only some) = any.
enum class Match {
  None,
  Exact,       // the pattern names this very path
  Descendant,  // the path lies below what the pattern names
  Ancestor,    // the path lies above: something the pattern names may be below it
};
Match match(const Path& pattern, const Path& path);

// True when the pattern names the path or something above it.
inline bool covers(const Path& pattern, const Path& path) {
  const Match m = match(pattern, path);
  return m == Match::Exact || m == Match::Descendant;
}

}  // namespace dm::model
