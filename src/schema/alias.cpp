#include "schema/alias.h"

#include <algorithm>
#include <string>

namespace dm::schema {
namespace {

using model::Path;
using model::PathElement;
using model::PathKey;

const std::string kAny = "*";

// False if the element is not what the alias asks for; else its captured key values are appended.
bool capture(const PathElement& from, const PathElement& element, std::vector<std::string>& captured) {
  if (from.name != element.name) return false;
  for (const PathKey& wanted : from.keys) {
    const auto key = std::find_if(element.keys.begin(), element.keys.end(),
                                  [&](const PathKey& candidate) { return candidate.name == wanted.name; });
    const std::string& value = key == element.keys.end() ? kAny : key->value;
    if (wanted.value == kAny) {
      captured.push_back(value);
    } else if (value != wanted.value) {
      return false;
    }
  }
  return true;
}

void fill(Path& path, const std::vector<std::string>& captured) {
  auto next = captured.begin();
  for (PathElement& element : path.elements) {
    for (PathKey& key : element.keys) {
      if (key.value != kAny || next == captured.end()) continue;
      key.value = *next++;
    }
  }
}

// The alias' `to`, with the keys of the first `size` elements, if those are what `from` asks for. The last
// one is looked at first: most paths differ there.
std::optional<Path> fill_from(const Alias& alias, const Path& path, std::size_t size) {
  if (alias.from.elements[size - 1].name != path.elements[size - 1].name) return std::nullopt;
  std::vector<std::string> captured;
  for (std::size_t i = 0; i < size; ++i) {
    if (!capture(alias.from.elements[i], path.elements[i], captured)) return std::nullopt;
  }
  std::optional<Path> other = alias.to;
  fill(*other, captured);
  return other;
}

std::optional<Path> apply(const Alias& alias, const Path& path) {
  const std::size_t size = alias.from.elements.size();
  if (size == 0 || path.elements.size() < size || path.origin != alias.from.origin) return std::nullopt;
  auto filled = fill_from(alias, path, size);
  if (!filled) return std::nullopt;
  Path& other = *filled;
  other.elements.insert(other.elements.end(), path.elements.begin() + static_cast<std::ptrdiff_t>(size),
                        path.elements.end());
  return other;
}

}  // namespace

std::optional<Path> apply_first(const std::vector<Alias>& aliases, const Path& path) {
  for (const Alias& alias : aliases) {
    if (auto other = apply(alias, path)) return other;
  }
  return std::nullopt;
}

std::vector<Path> aliased_below(const std::vector<Alias>& aliases, const Path& path) {
  std::vector<Path> found;
  for (const Alias& alias : aliases) {
    const std::size_t size = path.elements.size();
    if (size == 0 || size >= alias.from.elements.size() || path.origin != alias.from.origin) continue;
    auto other = fill_from(alias, path, size);
    if (!other || model::covers(path, *other)) continue;
    if (std::find(found.begin(), found.end(), *other) == found.end()) found.push_back(std::move(*other));
  }
  return found;
}

}  // namespace dm::schema
