#include "compare/judge.h"

#include <algorithm>
#include <utility>

#include "compare/entry_object.h"
#include "compare/leaf_verdict.h"
#include "compare/patterns.h"
#include "compare/shape.h"
#include "core/check.h"

namespace dm::compare {

using model::Difference;
using model::DifferenceKind;
using model::kNoPath;
using model::LeafMap;
using model::ListPolicy;
using model::Path;
using model::PathId;

namespace {

// The schema text of a pattern up to its first element that stands for others.
std::string fixed_part(Path pattern) {
  const auto is_open = [](const model::PathElement& element) { return element.name.find_first_of("*.") != std::string::npos; };
  pattern.elements.erase(std::find_if(pattern.elements.begin(), pattern.elements.end(), is_open), pattern.elements.end());
  return model::schema_text(pattern);
}

bool may_be_absent(const model::Expectation& expectation) {
  const auto is_absent = [](const model::Value& value) { return value.is_absent(); };
  return expectation.rule == model::Rule::OneOf && std::any_of(expectation.values.begin(), expectation.values.end(), is_absent);
}

Path config_of(Path entry) {
  entry.elements.push_back({"config", {}});
  return entry;
}

}  // namespace

Judge::Judge(std::shared_ptr<const schema::Profile> profile, model::PathTable& paths,
             std::shared_ptr<const model::DeviceIntent> intent, Rules rules)
    : profile_(std::move(profile)),
      paths_(&paths),
      intent_(in_shape(*profile_, std::move(intent))),
      rules_(in_shape(*profile_, std::move(rules))) {
  index_intent();
  for (const schema::InternalEntry& rule : profile_->internal) {
    hints_.push_back(fixed_part(rule.sign));
    hints_.push_back(fixed_part(rule.unless));
  }
}

void Judge::index_intent() {
  const auto add_above = [&](PathId first, PathId object) {
    for (PathId e = first; e != kNoPath; e = paths_->enclosing_entry(e)) below_.push_back({e, object});
  };
  leaf_index_.reserve(intent_->leaves.size());
  for (const model::Expectation& expectation : intent_->leaves) {
    const PathId leaf = paths_->intern(expectation.path);
    leaf_index_.emplace(leaf, &expectation);
    add_above(paths_->entry(leaf), leaf);
  }
  entry_index_.reserve(intent_->entries.size());
  for (const model::EntryExpectation& expected : intent_->entries) {
    const PathId entry = paths_->intern(expected.path);
    entry_index_.emplace(entry, &expected);
    add_above(paths_->enclosing_entry(entry), entry);
    const std::string* list = &paths_->schema_text(entry);
    if (std::find(documented_lists_.begin(), documented_lists_.end(), list) == documented_lists_.end()) documented_lists_.push_back(list);
  }
  // Stable, so that what is shown of an entry is in the intent's own (sorted) order.
  std::stable_sort(below_.begin(), below_.end(), [](const Inside& a, const Inside& b) { return a.entry < b.entry; });
  below_.shrink_to_fit();
}

std::size_t Judge::weight(PathId object) const { return std::max<std::size_t>(inside(object).size(), 1); }

std::span<const Judge::Inside> Judge::inside(PathId entry) const {
  const auto first = std::lower_bound(below_.begin(), below_.end(), entry, [](const Inside& a, PathId e) { return a.entry < e; });
  const auto last = std::find_if(first, below_.end(), [&](const Inside& a) { return a.entry != entry; });
  return {first, last};
}

void Judge::set_coverage(std::vector<Path> live_patterns) {
  coverage_ = std::move(live_patterns);
  covered_.clear();
}

bool Judge::has_intent_under(const std::vector<Path>& patterns) const {
  const auto is_under = [&](const auto& item) { return covered_by_any(patterns, item.path.parsed()); };
  return std::any_of(intent_->leaves.begin(), intent_->leaves.end(),
                     [&](const model::Expectation& e) { return e.rule != model::Rule::Absent && is_under(e); }) ||
         std::any_of(intent_->entries.begin(), intent_->entries.end(), is_under);
}

std::vector<PathId> Judge::affected(const std::vector<PathId>& changed_leaves,
                                    const std::vector<PathId>& changed_entries, const LeafMap& leaves) const {
  std::vector<PathId> objects;
  for (const PathId leaf : changed_leaves) {
    if (leaf_index_.contains(leaf) || is_strict(leaf)) objects.push_back(leaf);
    for (PathId e = paths_->entry(leaf); e != kNoPath; e = paths_->enclosing_entry(e)) {
      if (entry_index_.contains(e) || is_authoritative(e)) objects.push_back(e);
    }
    add_internal_entries(leaf, leaves, objects);
  }
  for (const PathId entry : changed_entries) {
    for (const Inside& intended : inside(entry)) objects.push_back(intended.object);
  }
  std::sort(objects.begin(), objects.end());
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  return objects;
}

std::vector<PathId> Judge::all_objects(const LeafMap& leaves) const {
  std::vector<PathId> objects;
  objects.reserve(leaf_index_.size() + entry_index_.size());
  for (const auto& [leaf, expectation] : leaf_index_) objects.push_back(leaf);
  for (const auto& [entry, expectation] : entry_index_) objects.push_back(entry);
  for (const auto& [entry, count] : leaves.entries()) {
    if (!entry_index_.contains(entry) && is_authoritative(entry)) objects.push_back(entry);
  }
  if (has_strict_paths()) {
    for (const model::Leaf& leaf : leaves.leaves()) {
      if (is_strict(leaf.path) && !leaf_index_.contains(leaf.path)) objects.push_back(leaf.path);
    }
  }
  std::sort(objects.begin(), objects.end());
  return objects;
}

bool Judge::is_judged(PathId object) const {
  if (const auto known = covered_.find(object); known != covered_.end()) return known->second;
  const Path path = paths_->path(object);
  bool is_in = is_covered(path);
  if (!is_in && paths_->entry(object) == object) {
    is_in = is_covered(config_of(path));
    const auto objects = inside(object);
    is_in = is_in || std::any_of(objects.begin(), objects.end(), [&](const Inside& intended) {
              const PathId leaf = intended.object;
              return leaf_index_.contains(leaf) && paths_->entry(leaf) == object && is_covered(paths_->path(leaf));
            });
  }
  covered_.emplace(object, is_in);
  return is_in;
}

Finding Judge::judge(PathId object, const LeafMap& leaves, core::WallTime now) const {
  auto difference = paths_->entry(object) == object ? judge_entry(object, leaves) : judge_leaf(object, leaves);
  // Most objects are as intended; what may excuse a difference is only asked when there is one.
  if (!difference || !is_judged(object) || !is_readable(object, leaves) || is_never_drift(object, leaves)) return {};
  const Ignore* ignored = rules_.ignore.empty() ? nullptr : ignoring(paths_->path(object), &*difference, now);
  if (is_silenced(object, leaves, ignored ? std::nullopt : IgnoringAt(now))) return {};
  difference->path = object;
  difference->path_text = paths_->text(object);
  if (const SeverityOf* rule = severity_rule(object)) difference->severity = rule->severity;
  return {std::move(difference), ignored ? std::optional(ignored->rule) : std::nullopt};
}

model::NoDifference Judge::no_difference(PathId object, const LeafMap& leaves, core::WallTime now) const {
  using Why = model::NoDifference::Why;
  model::NoDifference none;
  if (!is_judged(object) || is_unknown(object, leaves, now)) {
    none.why = Why::Unjudged;
  } else if (is_reported_with_entry(object, leaves, now)) {
    none.why = Why::InEntry;
  }
  const model::Leaf* leaf = leaves.find(object);
  if (leaves.entry_exists(object)) {
    none.current = config_object(*paths_, object, leaves, none.device_timestamp_ns);
  } else if (leaf && !model::is_opaque(leaf->value) && !is_secret(object)) {
    none.current = model::decode(leaf->value);
    none.device_timestamp_ns = leaf->timestamp_ns;
  }
  return none;
}

std::optional<core::WallTime> Judge::next_ignore_end(core::WallTime now) const {
  std::optional<core::WallTime> next;
  for (const Ignore& rule : rules_.ignore) {
    if (rule.until && now < *rule.until && (!next || *rule.until < *next)) next = rule.until;
  }
  return next;
}

bool Judge::is_unknown(PathId object, const LeafMap& leaves, core::WallTime now) const {
  return !is_readable(object, leaves) && is_judged(object) && !is_exempt(object, leaves, now);
}

// Whether what the device has at the object can be told at all.
bool Judge::is_readable(PathId object, const LeafMap& leaves) const {
  if (schema::leaf_type(paths_->facts(object).leaf_type).is_secret) return true;  // never compared anyway
  const bool is_entry = paths_->entry(object) == object;
  const model::Leaf* held = leaves.find(object);
  if (held != nullptr && !is_entry) return !model::is_opaque(held->value);
  if (gaps_.empty()) return true;  // nearly always: no path need be built
  if (is_entry && leaves.entry_exists(object)) {
    return is_intended(object) || !may_be_internal(paths_->path(object), leaves);
  }
  return !is_in_gap(paths_->path(object));
}

bool Judge::is_in_gap(const Path& path) const {
  return std::any_of(gaps_.begin(), gaps_.end(), [&](const Path& gap) {
    return gap.elements.empty() || model::match(gap, path) != model::Match::None;
  });
}

const model::Expectation* Judge::expectation(PathId leaf) const {
  const auto found = leaf_index_.find(leaf);
  return found == leaf_index_.end() ? nullptr : found->second;
}

const model::EntryExpectation* Judge::entry_expectation(PathId entry) const {
  const auto found = entry_index_.find(entry);
  return found == entry_index_.end() ? nullptr : found->second;
}

std::size_t Judge::waiting_count() const {
  return static_cast<std::size_t>(std::count_if(leaf_index_.begin(), leaf_index_.end(),
                                                [&](const auto& item) { return !is_judged(item.first); }));
}

bool Judge::has_strict_paths() const {
  return rules_.strict || !rules_.strict_paths.empty() || !intent_->strict.empty();
}

bool Judge::is_strict(PathId leaf) const {
  if (!has_strict_paths() || !paths_->facts(leaf).is_config) return false;
  if (rules_.strict) return true;
  if (const auto known = strict_.find(leaf); known != strict_.end()) return known->second;
  const Path path = paths_->path(leaf);
  return strict_[leaf] = covered_by_any(rules_.strict_paths, path) || covered_by_any(intent_->strict, path);
}

bool Judge::is_secret(PathId leaf) const { return schema::leaf_type(paths_->facts(leaf).leaf_type).is_secret; }

bool Judge::is_covered(const Path& path) const { return covered_by_any(coverage_, path); }

bool Judge::is_intended(PathId object) const {
  return leaf_index_.contains(object) || entry_index_.contains(object);
}

bool Judge::is_optional(PathId entry) const {
  const auto objects = inside(entry);
  return std::any_of(objects.begin(), objects.end(), [&](const Inside& intended) {
    const PathId leaf = intended.object;
    if (paths_->entry(leaf) != entry || !paths_->facts(leaf).is_key) return false;
    const model::Expectation* key = expectation(leaf);
    return key != nullptr && may_be_absent(*key);
  });
}

bool Judge::is_never_extra(const Path& entry) const {
  return std::any_of(profile_->never_unexpected.begin(), profile_->never_unexpected.end(),
                     [&](const Path& pattern) { return model::match(pattern, entry) == model::Match::Exact; });
}

// Configuration first, then what the intent's own files say, then the platform's profile.
std::optional<ListPolicy> Judge::policy(const std::string& list) const {
  if (const auto ruled = rules_.lists.find(list); ruled != rules_.lists.end()) return ruled->second;
  if (const auto said = intent_->lists.find(list); said != intent_->lists.end()) return said->second;
  const auto shipped = profile_->lists.find(list);
  return shipped == profile_->lists.end() ? std::nullopt : std::optional(shipped->second);
}

bool Judge::is_authoritative(PathId entry) const { return is_authoritative(paths_->schema_text(entry)); }

bool Judge::is_authoritative(const std::string& list) const {
  const auto list_policy = policy(list);
  if (!list_policy || *list_policy == ListPolicy::AtLeast) return false;
  const bool said_by_files = intent_->lists.contains(list);
  if (!said_by_files && intent_->not_compared.contains(list)) return false;
  return *list_policy == ListPolicy::Authoritative || is_documented(list);
}

// The table holds each schema text once.
bool Judge::is_documented(const std::string& list) const {
  return std::find(documented_lists_.begin(), documented_lists_.end(), &list) != documented_lists_.end();
}

std::optional<Difference> Judge::judge_leaf(PathId leaf, const LeafMap& leaves) const {
  const schema::LeafType& type = schema::leaf_type(paths_->facts(leaf).leaf_type);
  if (type.is_secret) return std::nullopt;
  const model::Leaf* held = leaves.find(leaf);
  if (held != nullptr && model::is_opaque(held->value)) return std::nullopt;
  const model::Value current = held == nullptr ? model::Value() : model::decode(held->value);
  static const model::Expectation kNothing{.path = {}, .rule = model::Rule::Absent, .values = {}, .from = {}};
  const auto found = leaf_index_.find(leaf);
  const bool is_key = paths_->facts(leaf).is_key;
  if (found == leaf_index_.end() && (!is_strict(leaf) || is_key)) return std::nullopt;
  const model::Expectation& expectation = found == leaf_index_.end() ? kNothing : *found->second;

  // Where the entry itself may be absent, that is what an absent leaf means, and not the default.
  const bool has_default = !may_be_absent(expectation) || !is_optional(paths_->entry(leaf));
  const Absence absence{has_default ? profile_->default_of(paths_->schema_text(leaf)) : nullptr, profile_->empty_is_absent};

  // The key is in the entry's path already: a device need not repeat it as a leaf.
  if (held == nullptr && is_key && leaves.entry_exists(paths_->entry(leaf))) return std::nullopt;
  const auto kind = judge_value(type, absence, expectation, current);
  if (!kind) return std::nullopt;
  Difference difference;
  difference.kind = *kind;
  difference.desired = expectation.desired();
  if (*kind != DifferenceKind::Missing) difference.current = current;
  difference.from = expectation.from;
  difference.device_timestamp_ns = held == nullptr ? 0 : held->timestamp_ns;
  return difference;
}

std::optional<Difference> Judge::judge_entry(PathId entry, const LeafMap& leaves) const {
  const bool exists = leaves.entry_exists(entry);
  Difference difference;
  difference.is_entry = true;
  if (const auto expected = entry_index_.find(entry); expected != entry_index_.end()) {
    if (exists) return std::nullopt;
    difference.kind = DifferenceKind::Missing;
    difference.desired = desired_object(entry);
    difference.from = expected->second->from;
    return difference;
  }
  if (!exists || !is_authoritative(entry) || !inside(entry).empty() || is_never_extra(paths_->path(entry))) {
    return std::nullopt;
  }
  difference.kind = DifferenceKind::Unexpected;
  difference.current = config_object(*paths_, entry, leaves, difference.device_timestamp_ns);
  return difference;
}

model::Value Judge::desired_object(PathId entry) const {
  model::ValueObject object;
  for (const Inside& intended : inside(entry)) {
    const model::Expectation* leaf = expectation(intended.object);
    if (leaf == nullptr || leaf->desired().is_absent() || is_secret(intended.object)) continue;
    object.emplace_back(paths_->relative_text(entry, intended.object), leaf->desired());
  }
  return object;
}

const SeverityOf* Judge::severity_rule(PathId object) const {
  if (rules_.severity.empty()) return nullptr;
  const Path path = paths_->path(object);
  const auto rule = std::find_if(rules_.severity.begin(), rules_.severity.end(),
                                 [&](const SeverityOf& one) { return model::covers(one.pattern, path); });
  return rule == rules_.severity.end() ? nullptr : &*rule;
}

}  // namespace dm::compare
