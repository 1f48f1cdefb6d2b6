// The verdict: one device's leaves against its intent, object by object.
//
// An object is a leaf or a list entry. judge() looks at one object's final state only, so the order in
// which a device reports does not matter; affected() says which objects a change can touch. Rules:
// docs/verdict.md (the nine rules of the contract). Pure except for the reference to the path table,
// in which the intent's paths are interned. Lives on the shard thread; rebuilt for new intent or rules.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compare/reasoning.h"
#include "compare/rules.h"
#include "model/difference.h"
#include "model/expectation.h"
#include "model/leaf_map.h"
#include "model/path_table.h"
#include "schema/profile.h"

namespace dm::compare {

// What was found at an object.
struct Finding {
  std::optional<model::Difference> difference;
  std::optional<std::size_t> ignored_by;  // the rule of compare.ignore that hides it: then it is no drift
};

class Judge {
 public:
  // Intent and rules may be written in any shape the platform's models ever had.
  Judge(std::shared_ptr<const schema::Profile> profile, model::PathTable& paths,
        std::shared_ptr<const model::DeviceIntent> intent, Rules rules);

  // Subscription patterns that are live now. Objects outside are not judged (rule 8).
  void set_coverage(std::vector<model::Path> live_patterns);
  // Places about which nobody can say what is there, because it could not be read.
  void set_gaps(std::vector<model::Path> gaps) { gaps_ = std::move(gaps); }
  // True if anything intended (leaf or entry) lies in what the pattern covers.
  bool has_intent_under(const std::vector<model::Path>& patterns) const;

  // Objects whose verdict may differ after these changes; each once.
  std::vector<model::PathId> affected(const std::vector<model::PathId>& changed_leaves,
                                      const std::vector<model::PathId>& changed_entries,
                                      const model::LeafMap& leaves) const;
  // Everything there is to judge.
  std::vector<model::PathId> all_objects(const model::LeafMap& leaves) const;

  // False: no statement is possible (not covered), which is not the same as "no difference".
  bool is_judged(model::PathId object) const;
  // True: the object would be judged, but what the device said of it could not be read (an opaque value,
  // or a gap where it may be). judge() finds no difference then, and it is no agreement either.
  bool is_unknown(model::PathId object, const model::LeafMap& leaves, core::WallTime now) const;
  Finding judge(model::PathId object, const model::LeafMap& leaves, core::WallTime now) const;
  // Why judge() finds no difference there, and what the device has instead.
  model::NoDifference no_difference(model::PathId object, const model::LeafMap& leaves, core::WallTime now) const;

  // What judge() took into account there.
  Reasoning explain(model::PathId object, const model::LeafMap& leaves, core::WallTime now) const;

  // When the next ignore rule runs out and verdicts may change by time alone, if ever.
  std::optional<core::WallTime> next_ignore_end(core::WallTime now) const;

  // The expectation of a leaf, or null: for the API.
  const model::Expectation* expectation(model::PathId leaf) const;
  const model::EntryExpectation* entry_expectation(model::PathId entry) const;
  const model::DeviceIntent& intent() const { return *intent_; }
  // Intended leaves outside what is subscribed: they wait and are never called missing.
  std::size_t waiting_count() const;
  // How much of the intent an object is: a leaf 1, a list entry what is intended in it.
  std::size_t weight(model::PathId object) const;
  std::size_t expectation_count() const { return leaf_index_.size() + entry_index_.size(); }

 private:
  // What an enclosing list entry means for an object inside it.
  enum class Standing {
    Open,      // the object is judged on its own
    Reported,  // the entry itself is the drift (missing or unexpected): the object is silent
    Extra,     // an entry nobody is asked about: only what is intended inside it is judged
  };

  // An intended object and a list entry it lies in.
  struct Inside {
    model::PathId entry;
    model::PathId object;
  };

  // The time at which ignore rules are asked; absent: as if there were none.
  using IgnoringAt = std::optional<core::WallTime>;

  void index_intent();
  std::span<const Inside> inside(model::PathId entry) const;
  Standing standing(model::PathId entry, const model::LeafMap& leaves, IgnoringAt at) const;
  bool is_silenced(model::PathId object, const model::LeafMap& leaves, IgnoringAt at) const;
  bool is_reported_with_entry(model::PathId object, const model::LeafMap& leaves, core::WallTime now) const;
  // The entry that speaks for the object, if one does.
  std::optional<std::pair<model::PathId, Standing>> speaker(model::PathId object, const model::LeafMap& leaves,
                                                            IgnoringAt at) const;
  // By the intent, the profile or the platform: whatever the operator's rules say.
  bool is_never_drift(model::PathId object, const model::LeafMap& leaves) const;
  std::string exemption(model::PathId object, const model::LeafMap& leaves) const;
  // Likewise, or by a rule that ignores its place whatever is there.
  bool is_exempt(model::PathId object, const model::LeafMap& leaves, IgnoringAt at) const;
  const Ignore* ignoring(const model::Path& path, const model::Difference* difference, core::WallTime now) const;
  bool is_readable(model::PathId object, const model::LeafMap& leaves) const;
  bool is_in_gap(const model::Path& path) const;
  bool may_be_internal(const model::Path& entry, const model::LeafMap& leaves) const;
  bool is_internal(const model::Path& entry, const model::LeafMap& leaves) const;
  bool has_strict_paths() const;
  bool is_strict(model::PathId leaf) const;  // must be absent if nobody intends it
  bool is_secret(model::PathId leaf) const;
  bool is_covered(const model::Path& path) const;
  bool is_intended(model::PathId object) const;
  bool is_optional(model::PathId entry) const;  // its key leaf may be absent: the entry may be there or not
  bool is_never_extra(const model::Path& entry) const;
  std::optional<model::ListPolicy> policy(const std::string& list) const;
  bool is_authoritative(model::PathId entry) const;
  bool is_authoritative(const std::string& list) const;  // the path table's own text of it
  bool is_documented(const std::string& list) const;     // likewise

  std::optional<model::Difference> judge_leaf(model::PathId leaf, const model::LeafMap& leaves) const;
  std::optional<model::Difference> judge_entry(model::PathId entry, const model::LeafMap& leaves) const;
  model::Value desired_object(model::PathId entry) const;
  const SeverityOf* severity_rule(model::PathId object) const;
  ListRuling ruling(const std::string& list) const;
  void add_internal_entries(model::PathId changed, const model::LeafMap& leaves,
                            std::vector<model::PathId>& objects) const;

  std::shared_ptr<const schema::Profile> profile_;
  model::PathTable* paths_;
  std::shared_ptr<const model::DeviceIntent> intent_;
  Rules rules_;
  template <class T>
  using ByPath = boost::unordered_flat_map<model::PathId, T, model::PathIdHash>;
  ByPath<const model::Expectation*> leaf_index_;
  ByPath<const model::EntryExpectation*> entry_index_;
  std::vector<Inside> below_;  // sorted by entry; within one as the intent has them
  std::vector<std::string> hints_;  // schema texts that begin every leaf which says something of an internal entry
  std::vector<const std::string*> documented_lists_;  // the table's schema texts with at least one intended entry
  std::vector<model::Path> coverage_;
  std::vector<model::Path> gaps_;
  mutable ByPath<bool> covered_;  // memo of is_judged
  mutable ByPath<bool> strict_;   // memo of is_strict, where only some paths are
};

}  // namespace dm::compare
