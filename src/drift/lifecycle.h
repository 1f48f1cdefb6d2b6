// The life of one device's drifts: suspected, open, changed, resolved; grouped into events.
//
// A difference must last `hold` before it is a drift; drifts that open or change within
// group_window of each other share one event; resolving has no hold time and events of its own,
// told only for a drift whose opening was told. While frozen (the device is not live) nothing
// opens, changes or resolves. Pure: time is an argument. Lives on the shard thread.
//
// In detail:
// - The hold is of the path, not of one wrong value: a leaf that goes through several wrong values is
//   told with the last one. A change of an open drift counts from the first moment it is not what
//   was told; a value that comes back within the hold, or before its event is made, tells nothing.
// - The group waits from the moment the first difference outlasted its hold. What is in it by then was
//   a true verdict: a stream that is lost afterwards does not take it back.
// - It is told at the end of its window, or sooner: as soon as nothing can join it any more. With a hold longer than the
//   window that is when the last of what was said within the window of the first is due (a burst of one timestamp:
//   after the hold). With a shorter hold only a device that says where a commit ends lets it be told sooner. So it is
//   never told in two parts where the window would have told it in one. What ended before a boundary is told at once.
// - An open drift whose whole entry goes missing (or becomes unexpected) is not repaired: it stays open
//   until the entry's own drift is told, and its resolution is told after that.
// - A path told flap_count times within flap_window is flapping: the next time it must last
//   flap_window / flap_count, or until the oldest of those tellings is older than flap_window,
//   whichever is sooner. So it cannot storm, and one that stays wrong is told in the end.
// - A drift that comes back after it resolved has a new id.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "drift/flap.h"
#include "drift/rules.h"
#include "model/difference.h"
#include "model/drift.h"

namespace dm::drift {

struct Now {
  core::SteadyTime steady;
  core::WallTime wall;
};

// What became due: new states of drifts, and events to be told (ids set, address/labels/url left to
// the caller).
struct Output {
  std::vector<model::Drift> drifts;
  std::vector<model::Event> events;
  std::size_t newly_suspected = 0;
  bool empty() const { return drifts.empty() && events.empty(); }
};

class Lifecycle {
 public:
  // `open` are the stored drifts of this device that were not resolved when the service stopped.
  // The first observe_all() confirms them (nothing is told), or finds them changed or resolved.
  Lifecycle(std::string device, LifecycleRules rules, std::vector<model::Drift> open);

  // An object now has this difference, or none. Ignored between freeze() and the next observe_all():
  // what is said then is not the whole truth yet.
  void observe(const model::Difference& difference, Now now);
  void observe_none(const std::string& path, const model::NoDifference& none, Now now);
  // The complete set after a sync or new intent; `none` is asked about whatever else is tracked. What
  // is not judged there is left as it is, except that what is only suspected is forgotten.
  void observe_all(const std::vector<model::Difference>& differences,
                   const std::function<model::NoDifference(const std::string& path)>& none, Now now);
  // The device has said everything that a commit changed. Ignored while frozen.
  void commit(Now now);
  // True if something is open or suspected there: only then need observe_none() be told.
  bool is_tracked(const std::string& path) const { return tracks_.contains(path); }
  // Open drifts whose entry speaks for them and is not told yet: to be looked at again whenever
  // anything changes, for the entry may be back without them.
  const std::set<std::string>& waiting_for_entry() const { return waiting_; }
  void freeze();  // stream lost: held differences are forgotten, open ones stay
  void set_rules(LifecycleRules rules);  // differences being held go by the new rules at once

  // When poll() will have something to do, if ever. It may turn out to be nothing.
  std::optional<core::SteadyTime> next_deadline() const;
  Output poll(Now now);

  // Nobody watches the device any more: every drift that is open, or whose resolution is not told yet,
  // ended. Nothing is open or due afterwards.
  std::vector<model::Drift> close(Now now);
  std::vector<model::Drift> open_drifts() const;  // by path
  std::size_t open_count() const { return open_count_; }
  std::size_t suspected_count() const { return suspected_count_; }

 private:
  // A difference that must last until `due_at` before it is told.
  struct Held {
    model::Difference difference;
    core::SteadyTime since{};
    core::WallTime first_seen{};
    core::SteadyTime due_at{};
    std::uint64_t commits = 0;  // said before its value came
    bool is_due = false;  // outlasted its hold: waits for its group
  };
  // What is known about one path: an open drift, a difference being held, or both (a change).
  struct Track {
    std::optional<model::Drift> open;
    std::optional<Held> held;
    std::optional<model::NoDifference> in_entry;  // of an open one: its entry speaks for it
    std::optional<core::SteadyTime> remind_at;
  };
  using Tracks = std::map<std::string, Track>;
  // A drift that ended, and what the device had then.
  struct Resolution {
    model::Drift drift;
    model::NoDifference repair;
  };

  void note(const model::Difference& difference, Now now);
  void note_none(Tracks::iterator track, const model::NoDifference& none, Now now);
  bool is_told_with_entry(const std::string& path) const;
  void supersede_below(const std::string& entry, Now now);
  void hold(const std::string& path, Track& track, const model::Difference& difference, Now now);
  void forget_held(const std::string& path, Track& track);
  void resolve(Track& track, const model::NoDifference& repair, Now now);
  bool is_group_whole() const;
  void mark_due(Now now);
  void tell_resolved(Now now, Output& output);
  void tell_group(Now now, Output& output);
  void tell_reminders(Now now, Output& output);
  model::EventDifference tell(const std::string& path, Track& track, Now now);
  model::Event make_event(std::vector<model::EventDifference> differences, Now now) const;
  void schedule_reminder(Track& track, core::SteadyTime now);
  void erase_if_empty(Tracks::iterator track);

  std::string device_;
  LifecycleRules rules_;
  FlapHistory flaps_;
  Tracks tracks_;
  std::set<std::pair<core::SteadyTime, const std::string*>> holds_;  // not yet due; keys of tracks_
  std::set<const std::string*> group_;                               // due; keys of tracks_
  std::set<std::string> waiting_;                                    // paths of tracks with in_entry
  std::optional<core::SteadyTime> group_deadline_;
  core::SteadyTime group_since_{};   // of a group that waits: the first of it became due
  std::uint64_t group_commits_ = 0;  // likewise: the most of its differences' `commits`
  std::uint64_t commits_ = 0;        // boundaries the device said
  std::vector<Resolution> resolving_;
  std::optional<core::SteadyTime> resolve_deadline_;
  std::optional<core::SteadyTime> reminder_deadline_;  // no later than the earliest remind_at
  std::size_t open_count_ = 0;
  std::size_t suspected_count_ = 0;
  std::size_t newly_suspected_ = 0;
  bool is_frozen_ = false;
};

}  // namespace dm::drift
