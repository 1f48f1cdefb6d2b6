// The verdict on one object, told in full.
#include <algorithm>

#include "fleet/monitor.h"
#include "schema/equality.h"

namespace dm::fleet {

using model::PathId;

namespace {

// Shown and compared values of a leaf; nothing of a secret.
void tell_values(Explanation& told, const schema::LeafType& type, const model::Leaf* leaf) {
  if (leaf == nullptr) return;
  told.is_there = true;
  told.device_timestamp_ns = leaf->timestamp_ns;
  told.is_unreadable = model::is_opaque(leaf->value);
  if (told.is_secret || told.is_unreadable) return;
  told.current = model::decode(leaf->value);
  told.current_as_compared = schema::canonical(type, told.current);
}

void tell_expectation(Explanation& told, const schema::LeafType& type, const model::Expectation* expectation) {
  if (expectation == nullptr) return;
  told.expectation = *expectation;
  if (told.is_secret) told.expectation->values.clear();
  for (const model::Value& value : told.expectation->values) told.desired_as_compared.push_back(schema::canonical(type, value));
}

}  // namespace

Explanation Monitor::explain(const model::Path& asked, core::WallTime now) const {
  Explanation told{.device = spec_.device, .asked = model::to_text(asked)};
  const PathId path = context_.paths.intern(schema::canonicalise(*spec_.profile, asked));
  told.path = context_.paths.text(path);
  const model::PathFacts& facts = context_.paths.facts(path);
  const schema::LeafType& type = schema::leaf_type(facts.leaf_type);
  const bool is_entry = context_.paths.entry(path) == path;
  told.kind = is_entry ? "entry" : schema::to_text(type.kind);
  told.is_list = type.is_list;
  told.is_ordered = type.is_ordered;
  told.is_secret = type.is_secret;
  told.is_config = facts.is_config || is_entry;
  if (const model::Value* value = spec_.profile->default_of(context_.paths.schema_text(path))) told.platform_default = *value;
  tell_watch(told, path);
  tell_values(told, type, tree_.leaves().find(path));
  if (tree_.leaves().entry_exists(path)) told.is_there = true;
  if (judge_ != nullptr) {
    tell_expectation(told, type, judge_->expectation(path));
    if (const auto* entry = judge_->entry_expectation(path)) told.entry_intended_by = entry->from;
  }
  tell_verdict(told, path, now);
  return told;
}

void Monitor::tell_watch(Explanation& told, PathId path) const {
  const model::Path full = context_.paths.path(path);
  const bool is_entry = context_.paths.entry(path) == path;
  for (const auto& [area, patterns] : *spec_.areas) {
    for (const model::Path& pattern : patterns) {
      const model::Match match = model::match(pattern, full);
      const bool is_above = is_entry && match == model::Match::Ancestor;
      if (match != model::Match::Exact && match != model::Match::Descendant && !is_above) continue;
      told.watched_by = model::to_text(pattern);
      told.mode = std::find(spec_.reads->begin(), spec_.reads->end(), pattern) != spec_.reads->end() ? "get" : "subscribed";
      const bool is_refused = std::any_of(quarantined_.begin(), quarantined_.end(), [&](const model::Path& refused) {
        return model::match(pattern, refused) == model::Match::Exact;
      });
      if (is_refused) told.watch_trouble = "the device refuses it";
      if (told.watch_trouble.empty() && reads_.is_unread(pattern)) told.watch_trouble = "it could not be read yet";
      if (std::find(degraded_areas_.begin(), degraded_areas_.end(), area) != degraded_areas_.end()) {
        told.watch_trouble = "the device sent no leaf at all for its area, " + area;
      }
      if (told.watch_trouble.empty()) return;
    }
  }
}

void Monitor::tell_verdict(Explanation& told, PathId path, core::WallTime now) const {
  if (judge_ != nullptr) told.reasoning = judge_->explain(path, tree_.leaves(), now);
  for (const model::Drift& drift : lifecycle_.open_drifts()) {
    if (drift.path == told.path) told.drift = drift;
  }
  told.is_held = lifecycle_.is_tracked(told.path) && !told.drift;
  told.verdict = "unknown";
  if (judge_ == nullptr) {
    told.verdict_reason = unknown_reason_;
  } else if (!can_judge()) {
    told.verdict_reason = "the device is not live: " + freshness_reason_;
  } else if (const auto& difference = told.reasoning->difference) {
    told.verdict = told.reasoning->ignored_by ? "ignored" : model::to_text(difference->kind);
  } else if (const bool is_intended = told.expectation || told.entry_intended_by;
             !told.reasoning->exempt.empty() || (!is_intended && !told.reasoning->ignored_by)) {
    told.verdict = "unmanaged";
    told.verdict_reason = !told.reasoning->exempt.empty()       ? told.reasoning->exempt
                          : !told.reasoning->spoken_for.empty() ? told.reasoning->spoken_for
                                                                : "nothing is intended for it";
  } else if (!told.reasoning->spoken_for.empty()) {
    told.verdict = "unmanaged";
    told.verdict_reason = told.reasoning->spoken_for;
  } else if (!told.reasoning->is_covered) {
    told.verdict_reason = told.watched_by.empty() ? "no subscribed path covers it" : told.watch_trouble;
  } else if (!told.reasoning->is_readable) {
    told.verdict_reason = "what the device says there could not be read";
  } else {
    told.verdict = "in_sync";
  }
}

}  // namespace dm::fleet
