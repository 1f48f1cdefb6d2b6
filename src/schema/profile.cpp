#include "schema/profile.h"

#include <algorithm>

#include "core/check.h"
#include "schema/alias.h"
#include "schema/leaf_table.h"
#include "schema/spelling.h"

namespace dm::schema {
namespace {

using model::Path;
using model::PathElement;
using model::PathKey;

constexpr std::pair<std::string_view, PathMode> kModes[] = {{"on_change", PathMode::OnChange},
                                                            {"sample", PathMode::Sample},
                                                            {"get", PathMode::Get},
                                                            {"off", PathMode::Off}};
constexpr std::pair<std::string_view, model::ListPolicy> kPolicies[] = {
    {"at-least", model::ListPolicy::AtLeast},
    {"authoritative", model::ListPolicy::Authoritative},
    {"authoritative-if-documented", model::ListPolicy::AuthoritativeIfDocumented}};

template <class Words>
auto find_word(const Words& words, std::string_view text) -> std::optional<decltype(words[0].second)> {
  for (const auto& [word, meaning] : words) {
    if (word == text) return meaning;
  }
  return std::nullopt;
}

template <class Words, class Meaning>
std::string_view find_text(const Words& words, Meaning meaning) {
  for (const auto& [word, candidate] : words) {
    if (candidate == meaning) return word;
  }
  CHECK(false, "a word without text");
}

bool is_below_config(const Path& path) {
  bool is_config = false;
  for (std::size_t i = 0; i + 1 < path.elements.size(); ++i) {
    const PathElement& element = path.elements[i];
    if (element.name == "state" && element.keys.empty()) return false;
    is_config = is_config || (element.name == "config" && element.keys.empty());
  }
  return is_config;
}

// `vlan[vlan-id=1]/vlan-id` and `vlan[vlan-id=1]/config/vlan-id`.
bool is_key_leaf(const Path& path) {
  const std::size_t size = path.elements.size();
  if (size < 2 || !path.elements[size - 1].keys.empty()) return false;
  const std::size_t above = size - 2;
  const bool is_in_config = path.elements[above].name == "config" && path.elements[above].keys.empty();
  if (is_in_config && above == 0) return false;
  const auto& keys = path.elements[is_in_config ? above - 1 : above].keys;
  return std::any_of(keys.begin(), keys.end(),
                     [&](const PathKey& key) { return key.name == path.elements[size - 1].name; });
}

}  // namespace

std::string_view to_text(PathMode mode) { return find_text(kModes, mode); }
std::optional<PathMode> path_mode_from(std::string_view text) { return find_word(kModes, text); }
std::string_view to_text(model::ListPolicy policy) { return find_text(kPolicies, policy); }
std::optional<model::ListPolicy> list_policy_from(std::string_view text) { return find_word(kPolicies, text); }

// A member that is not named here is taken to matter on the wire.
bool is_same_on_wire(const Profile& one, const Profile& other) {
  if (&one == &other) return true;
  Profile alike = one;
  alike.defaults = other.defaults;
  alike.empty_is_absent = other.empty_is_absent;
  alike.never = other.never;
  alike.never_unexpected = other.never_unexpected;
  alike.internal = other.internal;
  alike.lists = other.lists;
  return alike == other;
}

const model::Value* Profile::default_of(const std::string& schema_text) const {
  const auto found = defaults.find(schema_text);
  return found == defaults.end() ? nullptr : &found->second;
}

model::PathFacts classify(const Path& path) {
  model::PathFacts facts;
  if (!is_openconfig(path.origin)) return facts;
  facts.leaf_type = find_leaf(model::schema_text(path));
  facts.is_config = is_below_config(path) || leaf_type(facts.leaf_type).is_config_elsewhere;
  facts.is_key = is_key_leaf(path);
  return facts;
}

Path canonicalise(const Profile& profile, Path path) {
  if (!is_openconfig(path.origin)) return path;
  path.origin.clear();
  strip_modules(path);
  canonicalise_keys(path);
  auto other = apply_first(profile.aliases, path);
  if (!other) return path;
  canonicalise_keys(*other);
  return std::move(*other);
}

}  // namespace dm::schema
