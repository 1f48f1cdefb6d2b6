// What speaks for an object, or excuses it: the entries it is in, the rules, and the platform's own habits.
#include <algorithm>

#include "compare/internal_entry.h"
#include "compare/judge.h"
#include "compare/patterns.h"

namespace dm::compare {

using model::kNoPath;
using model::LeafMap;
using model::ListPolicy;
using model::Path;
using model::PathId;

Judge::Standing Judge::standing(PathId entry, const LeafMap& leaves, IgnoringAt at) const {
  const bool exists = leaves.entry_exists(entry);
  if (entry_index_.contains(entry)) {
    const bool is_missing = !exists && is_judged(entry) && !is_exempt(entry, leaves, at);
    return is_missing ? Standing::Reported : Standing::Open;
  }
  if (!exists || !inside(entry).empty() || is_never_extra(paths_->path(entry))) return Standing::Open;
  const auto list_policy = policy(paths_->schema_text(entry));
  if (!list_policy) return Standing::Open;  // a list nobody speaks of, such as protocol[...]
  if (!is_authoritative(entry)) return Standing::Extra;
  return is_exempt(entry, leaves, at) ? Standing::Extra : Standing::Reported;
}

std::optional<std::pair<PathId, Judge::Standing>> Judge::speaker(PathId object, const LeafMap& leaves, IgnoringAt at) const {
  for (PathId e = paths_->enclosing_entry(object); e != kNoPath; e = paths_->enclosing_entry(e)) {
    if (e == object) continue;
    const Standing above = standing(e, leaves, at);
    if (above == Standing::Reported || (above == Standing::Extra && !is_intended(object))) return std::pair(e, above);
  }
  return std::nullopt;
}

bool Judge::is_silenced(PathId object, const LeafMap& leaves, IgnoringAt at) const {
  return speaker(object, leaves, at).has_value();
}

bool Judge::is_reported_with_entry(PathId object, const LeafMap& leaves, core::WallTime now) const {
  for (PathId e = paths_->enclosing_entry(object); e != kNoPath; e = paths_->enclosing_entry(e)) {
    if (e == object) continue;
    if (standing(e, leaves, now) != Standing::Reported) continue;
    const Finding above = judge(e, leaves, now);
    if (above.difference && !above.ignored_by) return true;
  }
  return false;
}

bool Judge::is_never_drift(PathId object, const LeafMap& leaves) const {
  const Path path = paths_->path(object);
  if (covered_by_any(intent_->unmanaged, path) || covered_by_any(profile_->never, path)) return true;
  for (PathId e = paths_->entry(object); e != kNoPath; e = paths_->enclosing_entry(e)) {
    if (is_internal(paths_->path(e), leaves)) return true;
  }
  return false;
}

bool Judge::is_exempt(PathId object, const LeafMap& leaves, IgnoringAt at) const {
  return is_never_drift(object, leaves) ||
         (at && !rules_.ignore.empty() && ignoring(paths_->path(object), nullptr, *at) != nullptr);
}

// Without a difference only the rules that ask for nothing but the place.
const Ignore* Judge::ignoring(const Path& path, const model::Difference* difference, core::WallTime now) const {
  const auto rule = std::find_if(rules_.ignore.begin(), rules_.ignore.end(), [&](const Ignore& one) {
    if ((one.until && now >= *one.until) || !model::covers(one.pattern, path)) return false;
    return difference == nullptr ? one.when.is_none() : holds(one.when, *difference);
  });
  return rule == rules_.ignore.end() ? nullptr : &*rule;
}

// An extra entry is the platform's own if its sign is there, and the sign may be what could not be read.
bool Judge::may_be_internal(const Path& entry, const LeafMap& leaves) const {
  return !is_internal(entry, leaves) &&
         std::any_of(profile_->internal.begin(), profile_->internal.end(), [&](const schema::InternalEntry& rule) {
           const auto key = internal_key(rule, entry);
           return key && is_in_gap(with_key(rule.sign, *key));
         });
}

bool Judge::is_internal(const Path& entry, const LeafMap& leaves) const {
  const auto has_any = [&](const Path& pattern, const std::string& key) {
    const PathId path = paths_->find(model::to_text(with_key(pattern, key)));
    return path != kNoPath && (leaves.find(path) != nullptr || leaves.has_below(path));
  };
  return std::any_of(profile_->internal.begin(), profile_->internal.end(), [&](const schema::InternalEntry& rule) {
    const auto key = internal_key(rule, entry);
    return key && has_any(rule.sign, *key) && !has_any(rule.unless, *key);
  });
}

void Judge::add_internal_entries(PathId changed, const LeafMap& leaves, std::vector<PathId>& objects) const {
  const std::string& schema = paths_->schema_text(changed);
  if (std::none_of(hints_.begin(), hints_.end(), [&](const std::string& hint) { return schema.starts_with(hint); })) return;
  for (const schema::InternalEntry& rule : profile_->internal) {
    const auto key = hinted_key(rule, paths_->path(changed));
    if (!key) continue;
    const Path pattern = with_key(rule.entry, *key);
    const auto add = [&](PathId entry) {
      if (model::match(pattern, paths_->path(entry)) != model::Match::Exact) return;
      objects.push_back(entry);
      for (const Inside& intended : inside(entry)) objects.push_back(intended.object);
    };
    for (const auto& [entry, count] : leaves.entries()) add(entry);
    for (const auto& [entry, expectation] : entry_index_) add(entry);
  }
}

}  // namespace dm::compare
