#include "intent/file_paths.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "schema/leaf_table.h"

namespace dm::intent {
namespace {

using core::Code;
using core::Error;
using core::Result;
using core::Status;
using model::Path;

Error wrong(std::string_view text, std::string_view why) {
  return {Code::InvalidArgument, fmt::format("path '{}': {}", core::shorten(text, 200), why)};
}

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += fmt::format("[{}=…]", name);
  return text;
}

// Every element that the schema knows as a list has exactly its keys.
Status check_keys(std::string_view text, const Path& path, bool is_pattern) {
  std::string schema = path.origin.empty() ? std::string() : path.origin + ":";
  for (const auto& element : path.elements) {
    schema += "/" + element.name;
    const auto wanted = schema::list_keys(schema);
    if (wanted.empty()) continue;
    for (const auto& key : element.keys) {
      if (std::find(wanted.begin(), wanted.end(), key.name) == wanted.end()) {
        return wrong(text, fmt::format("{} has no key '{}', its keys are {}", schema, key.name,
                                       joined(wanted)));
      }
    }
    if (!is_pattern && element.keys.size() < wanted.size()) {
      return wrong(text, fmt::format("{} is a list, it needs {}", schema, joined(wanted)));
    }
  }
  return {};
}

// A `*` anywhere: nothing in these models is named so, it was meant as a pattern.
bool has_star(const Path& path) {
  return std::any_of(path.elements.begin(), path.elements.end(), [](const auto& element) {
    return element.name.find('*') != std::string::npos ||
           std::any_of(element.keys.begin(), element.keys.end(),
                       [](const auto& key) { return key.value.find('*') != std::string::npos; });
  });
}

Result<Path> read_path(std::string_view text, bool is_pattern) {
  auto path = model::parse_path(text);
  if (!path) return path.error();
  if (path->elements.empty()) return wrong(text, "names the whole device");
  if (!is_pattern && (model::has_wildcard(*path) || has_star(*path))) {
    return wrong(text, "no wildcards here: leaves and entries name one thing each, write them out (patterns belong "
                       "under `unmanaged`)");
  }
  if (auto checked = check_keys(text, *path, is_pattern); !checked) return checked.error();
  schema::canonicalise_keys(*path);
  return path;
}

}  // namespace

Result<Path> read_leaf_path(std::string_view text) {
  auto path = read_path(text, false);
  if (path && !path->elements.back().keys.empty())
    return wrong(text, "ends in a list entry; entries belong under `entries`");
  return path;
}

Result<Path> read_entry_path(std::string_view text) {
  auto path = read_path(text, false);
  if (path && path->elements.back().keys.empty())
    return wrong(text, "does not end in a list entry; leaves belong under `leaves`");
  return path;
}

Result<Path> read_pattern(std::string_view text) { return read_path(text, true); }

Result<std::string> read_list_path(std::string_view text) {
  const auto path = read_path(text, true);
  if (!path) return path.error();
  for (const auto& element : path->elements) {
    if (!element.keys.empty()) return wrong(text, "a list is named without keys");
  }
  if (model::has_wildcard(*path)) return wrong(text, "no wildcards here");
  return model::schema_text(*path);
}

}  // namespace dm::intent
