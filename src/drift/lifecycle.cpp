#include "drift/lifecycle.h"

#include <algorithm>

#include "core/text.h"
#include "drift/gravity.h"
#include "drift/same.h"

namespace dm::drift {
namespace {

using model::DriftState;
using model::EventAction;

void copy_verdict(const model::Difference& difference, model::Drift& drift) {
  drift.kind = difference.kind;
  drift.is_entry = difference.is_entry;
  drift.severity = difference.severity;
  drift.desired = difference.desired;
  drift.current = difference.current;
  drift.from = difference.from;
  drift.device_timestamp_ns = difference.device_timestamp_ns;
}

// A resolution tells what the device has now and since when; the stored drift keeps what was wrong.
model::Drift as_repaired(model::Drift drift, const model::NoDifference& repair) {
  // Not newer than what was wrong: the intent was mended, not the device.
  const bool is_news = repair.device_timestamp_ns > drift.device_timestamp_ns;
  drift.current = repair.current;
  drift.device_timestamp_ns = is_news ? repair.device_timestamp_ns : 0;
  return drift;
}

void keep_earlier(std::optional<core::SteadyTime>& deadline, core::SteadyTime time) {
  if (!deadline || time < *deadline) deadline = time;
}

}  // namespace

Lifecycle::Lifecycle(std::string device, LifecycleRules rules, std::vector<model::Drift> open)
    : device_(std::move(device)), rules_(rules) {
  for (model::Drift& drift : open) {
    if (drift.state == DriftState::Resolved || drift.state == DriftState::Suspected) continue;
    Track& track = tracks_[drift.path];
    if (!track.open) ++open_count_;
    track.open = std::move(drift);
  }
}

void Lifecycle::observe(const model::Difference& difference, Now now) {
  if (!is_frozen_) note(difference, now);
}

void Lifecycle::observe_none(const std::string& path, const model::NoDifference& none, Now now) {
  if (is_frozen_) return;
  if (const auto track = tracks_.find(path); track != tracks_.end()) note_none(track, none, now);
}

void Lifecycle::observe_all(const std::vector<model::Difference>& differences,
                            const std::function<model::NoDifference(const std::string& path)>& none,
                            Now now) {
  is_frozen_ = false;
  std::set<std::string_view> present;
  for (const model::Difference& difference : differences) {
    present.insert(difference.path_text);
    note(difference, now);
  }
  for (auto it = tracks_.begin(); it != tracks_.end();) {
    const auto track = it++;
    if (!present.contains(track->first)) note_none(track, none(track->first), now);
  }
}

void Lifecycle::commit(Now now) {
  if (is_frozen_) return;
  ++commits_;
  if (resolve_deadline_) keep_earlier(resolve_deadline_, now.steady);
}

void Lifecycle::freeze() {
  is_frozen_ = true;
  while (!holds_.empty()) {
    const auto track = tracks_.find(*holds_.begin()->second);
    forget_held(track->first, track->second);
    erase_if_empty(track);
  }
  for (auto& [path, track] : tracks_) track.remind_at.reset();
  reminder_deadline_.reset();
}

void Lifecycle::set_rules(LifecycleRules rules) {
  rules_ = rules;
  const auto old = std::exchange(holds_, {});
  for (const auto& [due_at, path] : old) {
    Held& held = *tracks_.find(*path)->second.held;
    held.due_at = flaps_.due_at(*path, held.since, rules_);
    holds_.emplace(held.due_at, path);
  }
  for (auto& [path, track] : tracks_) track.remind_at.reset();
  reminder_deadline_.reset();
}

std::optional<core::SteadyTime> Lifecycle::next_deadline() const {
  std::optional<core::SteadyTime> next = reminder_deadline_;
  if (resolve_deadline_) keep_earlier(next, *resolve_deadline_);
  if (group_deadline_) keep_earlier(next, is_group_whole() ? group_since_ : *group_deadline_);
  // A hold that ends may make the group whole, where more than its window can tell that.
  const bool is_next_awaited = !group_deadline_ || group_commits_ < commits_ || rules_.hold > rules_.group_window;
  if (is_next_awaited && !holds_.empty()) keep_earlier(next, holds_.begin()->first);
  return next;
}

Output Lifecycle::poll(Now now) {
  Output output;
  output.newly_suspected = std::exchange(newly_suspected_, 0);
  mark_due(now);
  tell_resolved(now, output);  // first: what is opened now may be a later life of the same path
  tell_group(now, output);
  tell_reminders(now, output);
  return output;
}

std::vector<model::Drift> Lifecycle::close(Now now) {
  freeze();
  for (auto& [path, track] : tracks_) {
    if (track.open) resolve(track, {}, now);
  }
  std::vector<model::Drift> ended;
  for (Resolution& resolution : resolving_) ended.push_back(std::move(resolution.drift));
  *this = Lifecycle(device_, rules_, {});
  return ended;
}

std::vector<model::Drift> Lifecycle::open_drifts() const {
  std::vector<model::Drift> drifts;
  for (const auto& [path, track] : tracks_) {
    if (track.open) drifts.push_back(*track.open);
  }
  return drifts;
}

void Lifecycle::note(const model::Difference& difference, Now now) {
  const auto at = tracks_.try_emplace(difference.path_text).first;
  Track& track = at->second;
  if (track.in_entry) waiting_.erase(at->first);
  track.in_entry.reset();
  if (!track.open || !is_same(*track.open, difference)) {
    hold(at->first, track, difference, now);
    return;
  }
  forget_held(at->first, track);
  track.open->severity = difference.severity;
  track.open->from = difference.from;
  if (!track.remind_at) schedule_reminder(track, now.steady);
}

void Lifecycle::note_none(Tracks::iterator at, const model::NoDifference& none, Now now) {
  Track& track = at->second;
  const bool is_judged = none.why != model::NoDifference::Why::Unjudged;
  if (is_judged || (track.held && !track.held->is_due)) forget_held(at->first, track);
  if (is_judged && track.open) {
    const bool is_over = none.why == model::NoDifference::Why::Agrees || is_told_with_entry(at->first);
    if (is_over) {
      resolve(track, none, now);
    } else {
      track.in_entry = none;
      waiting_.insert(at->first);
    }
  }
  erase_if_empty(at);
}

// Whether an entry above the path has an open drift: whatever is said of the entry was told already.
bool Lifecycle::is_told_with_entry(const std::string& path) const {
  for (std::size_t end = path.rfind('/'); end != 0 && end != std::string::npos; end = path.rfind('/', end - 1)) {
    const auto above = tracks_.find(path.substr(0, end));
    if (above != tracks_.end() && above->second.open && above->second.open->is_entry) return true;
  }
  return false;
}

// The entry was told: what waited for that is over.
void Lifecycle::supersede_below(const std::string& entry, Now now) {
  const std::string below = entry + "/";
  for (auto it = tracks_.lower_bound(below); it != tracks_.end() && it->first.starts_with(below);) {
    const auto track = it++;
    if (!track->second.in_entry) continue;
    resolve(track->second, *track->second.in_entry, now);
    erase_if_empty(track);
  }
}

void Lifecycle::hold(const std::string& path, Track& track, const model::Difference& difference,
                     Now now) {
  if (track.held) {
    model::Difference& held = track.held->difference;
    const std::int64_t said_at = held.device_timestamp_ns;
    const bool is_repeated = is_same(held, difference);
    held = difference;
    if (is_repeated && said_at != 0) held.device_timestamp_ns = said_at;
    if (!is_repeated) track.held->commits = commits_;
    if (track.held->is_due) group_commits_ = std::max(group_commits_, track.held->commits);
    return;
  }
  const core::SteadyTime due_at = flaps_.due_at(path, now.steady, rules_);
  track.held =
      Held{.difference = difference, .since = now.steady, .first_seen = now.wall, .due_at = due_at, .commits = commits_};
  holds_.emplace(due_at, &path);
  if (track.open) return;
  ++suspected_count_;
  ++newly_suspected_;
}

void Lifecycle::forget_held(const std::string& path, Track& track) {
  if (!track.held) return;
  if (track.held->is_due) {
    group_.erase(&path);
    if (group_.empty()) group_deadline_.reset();
  } else {
    holds_.erase({track.held->due_at, &path});
  }
  if (!track.open) --suspected_count_;
  track.held.reset();
}

void Lifecycle::resolve(Track& track, const model::NoDifference& repair, Now now) {
  model::Drift& drift = *track.open;
  if (track.in_entry) waiting_.erase(drift.path);
  drift.state = DriftState::Resolved;
  drift.resolved_at = now.wall;
  resolving_.push_back({std::move(drift), repair});
  if (!resolve_deadline_) resolve_deadline_ = now.steady + rules_.group_window;
  track.open.reset();
  track.in_entry.reset();
  track.remind_at.reset();
  --open_count_;
}

void Lifecycle::mark_due(Now now) {
  while (!holds_.empty() && holds_.begin()->first <= now.steady) {
    const auto [due_at, path] = *holds_.begin();
    holds_.erase(holds_.begin());
    Held& held = *tracks_.find(*path)->second.held;
    held.is_due = true;
    group_.insert(path);
    if (!group_deadline_) {
      group_deadline_ = due_at + rules_.group_window;
      group_since_ = due_at;
      group_commits_ = 0;
    }
    group_commits_ = std::max(group_commits_, held.commits);
  }
}

// Nothing that is known may still join the group that waits, nor can anything that is not known yet: what begins now
// is held for longer than the group waits, or belongs to a later commit than all that waits.
bool Lifecycle::is_group_whole() const {
  if (!group_deadline_) return false;
  const bool is_all_known = rules_.hold > rules_.group_window;
  const bool is_committed = group_commits_ < commits_;
  if (!is_all_known && !is_committed) return false;
  // What is damped beyond the window would not be told with it anyway.
  const auto beyond = holds_.lower_bound({*group_deadline_ + core::SteadyTime::duration(1), nullptr});
  return std::none_of(holds_.begin(), beyond, [&](const auto& hold) {
    // What a later commit has begun to say is not waited for.
    return !is_committed || tracks_.find(*hold.second)->second.held->commits < commits_;
  });
}

void Lifecycle::tell_resolved(Now now, Output& output) {
  if (!resolve_deadline_ || now.steady < *resolve_deadline_) return;
  resolve_deadline_.reset();
  std::vector<model::EventDifference> told;
  for (Resolution& ended : std::exchange(resolving_, {})) {
    if (ended.drift.was_told) told.push_back({as_repaired(ended.drift, ended.repair), EventAction::Resolved});
    output.drifts.push_back(std::move(ended.drift));
  }
  if (!told.empty()) output.events.push_back(make_event(std::move(told), now));
}

void Lifecycle::tell_group(Now now, Output& output) {
  if (!group_deadline_ || (now.steady < *group_deadline_ && !is_group_whole())) return;
  group_deadline_.reset();
  std::vector<model::EventDifference> told;
  for (const std::string* path : std::exchange(group_, {})) {
    told.push_back(tell(*path, tracks_.find(*path)->second, now));
  }
  for (const model::EventDifference& item : told) {
    if (item.drift.is_entry) supersede_below(item.drift.path, now);
  }
  flaps_.prune(now.steady, rules_);
  output.events.push_back(make_event(std::move(told), now));
  for (const model::EventDifference& item : output.events.back().differences) {
    output.drifts.push_back(item.drift);
  }
}

model::EventDifference Lifecycle::tell(const std::string& path, Track& track, Now now) {
  const bool is_change = track.open && track.open->was_told;
  if (!track.open) {
    ++open_count_;
    --suspected_count_;
    track.open = model::Drift{.id = core::random_id(),
                              .device = device_,
                              .path = path,
                              .first_seen = track.held->first_seen,
                              .opened_at = now.wall};
  }
  model::Drift& drift = *track.open;
  copy_verdict(track.held->difference, drift);
  drift.changed_at = now.wall;
  drift.was_told = true;
  track.held.reset();
  flaps_.record(path, now.steady, rules_);
  schedule_reminder(track, now.steady);
  return {drift, is_change ? EventAction::Changed : EventAction::Opened};
}

void Lifecycle::tell_reminders(Now now, Output& output) {
  if (!reminder_deadline_ || now.steady < *reminder_deadline_) return;
  reminder_deadline_.reset();
  std::vector<model::EventDifference> told;
  for (auto& [path, track] : tracks_) {
    if (!track.remind_at) continue;
    if (*track.remind_at <= now.steady) {
      told.push_back({*track.open, EventAction::Reminder});
      schedule_reminder(track, now.steady);
    }
    keep_earlier(reminder_deadline_, *track.remind_at);
  }
  if (!told.empty()) output.events.push_back(make_event(std::move(told), now));
}

model::Event Lifecycle::make_event(std::vector<model::EventDifference> differences, Now now) const {
  sort_gravest_first(differences);
  const EventAction action = differences.front().action;
  return {.id = core::random_id(),
          .device = device_,
          .action = action,
          .differences = std::move(differences),
          .open_count = open_count_,
          .detected_at = now.wall,
          .address = {},
          .profile = {},
          .labels = {},
          .url = {}};
}

void Lifecycle::schedule_reminder(Track& track, core::SteadyTime now) {
  if (rules_.reminder <= core::Duration{0} || !track.open->was_told) return;
  track.remind_at = now + rules_.reminder;
  keep_earlier(reminder_deadline_, *track.remind_at);
}

void Lifecycle::erase_if_empty(Tracks::iterator track) {
  if (!track->second.open && !track->second.held) tracks_.erase(track);
}

}  // namespace dm::drift
