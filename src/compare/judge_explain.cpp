// What the verdict on an object takes into account, told in full.
#include <fmt/format.h>

#include <algorithm>

#include "compare/judge.h"
#include "compare/patterns.h"

namespace dm::compare {

using model::kNoPath;
using model::LeafMap;
using model::ListPolicy;
using model::Path;
using model::PathId;

Reasoning Judge::explain(PathId object, const LeafMap& leaves, core::WallTime now) const {
  Reasoning why;
  why.is_entry = paths_->entry(object) == object;
  why.is_covered = is_judged(object);
  why.is_readable = is_readable(object, leaves);
  why.exempt = exemption(object, leaves);
  if (const auto above = speaker(object, leaves, now)) {
    const auto& [entry, standing] = *above;
    why.spoken_for = fmt::format("{} {}", paths_->text(entry),
                                 standing == Standing::Extra  ? "is not intended, and its list does not mind"
                                 : leaves.entry_exists(entry) ? "is unexpected as a whole and speaks for what is in it"
                                                              : "is missing as a whole and speaks for what is in it");
  }
  Finding finding = judge(object, leaves, now);
  const Ignore* ignored = ignoring(paths_->path(object), finding.difference ? &*finding.difference : nullptr, now);
  if (ignored != nullptr) why.ignored_by = ignored->rule;
  if (const SeverityOf* rule = severity_rule(object)) why.severity_rule = rule->rule;
  why.difference = std::move(finding.difference);
  const PathId entry = paths_->entry(object);
  if (entry != kNoPath) why.list = ruling(paths_->schema_text(entry));
  return why;
}

std::string Judge::exemption(PathId object, const LeafMap& leaves) const {
  const Path path = paths_->path(object);
  if (is_secret(object)) return "a secret is never compared";
  if (covered_by_any(intent_->unmanaged, path)) return "the intent says unmanaged";
  if (covered_by_any(profile_->never, path)) return "the profile says never";
  for (PathId e = paths_->entry(object); e != kNoPath; e = paths_->enclosing_entry(e)) {
    if (is_internal(paths_->path(e), leaves)) return paths_->text(e) + " is made by the platform itself";
  }
  const bool is_config = paths_->facts(object).is_config || paths_->entry(object) == object;
  return is_config ? "" : "it is no configuration";
}

ListRuling Judge::ruling(const std::string& list) const {
  ListRuling ruling{.list = list, .policy = {}, .said_by = {}, .is_authoritative = false, .because = {}};
  const auto list_policy = policy(list);
  if (!list_policy) return ruling;
  ruling.policy = schema::to_text(*list_policy);
  ruling.said_by = rules_.lists.contains(list) ? "compare.lists" : intent_->lists.contains(list) ? "intent file" : "profile";
  ruling.is_authoritative = is_authoritative(list);
  if (ruling.is_authoritative || *list_policy == ListPolicy::AtLeast) return ruling;
  const auto silent = intent_->not_compared.find(list);
  ruling.because = silent != intent_->not_compared.end() ? "no source of the intent fills this list: " + silent->second
                                                         : "the intent has no entry of this list for this device";
  return ruling;
}

}  // namespace dm::compare
