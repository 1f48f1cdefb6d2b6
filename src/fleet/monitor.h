// What one device is believed to have, what that means, and the life of its drifts: steps 2, 4 and 5
// joined, without a socket or a timer.
//
// Fed by the session (through Device) or by a test; time is an argument. Verdicts are made only while
// the stream is live and the intent is usable; otherwise everything stays as it is and is shown as
// stale or unknown. Lives on the shard's loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compare/judge.h"
#include "core/clock.h"
#include "core/log.h"
#include "drift/lifecycle.h"
#include "fleet/explanation.h"
#include "fleet/first_dump.h"
#include "fleet/gaps.h"
#include "fleet/ignored.h"
#include "fleet/reads.h"
#include "fleet/samples.h"
#include "fleet/status.h"
#include "metrics/registry.h"
#include "model/drift.h"
#include "model/expectation.h"
#include "observed/tree.h"
#include "schema/leaf_table.h"
#include "schema/profile.h"

namespace dm::fleet {

using Areas = std::map<std::string, std::vector<model::Path>>;  // area -> its patterns that are subscribed or read

// How one device is judged.
struct MonitorSpec {
  std::string device;
  std::shared_ptr<const schema::Profile> profile;
  std::shared_ptr<const Areas> areas = std::make_shared<const Areas>();  // the same for many devices
  // Those of them that are read by Get, and that are sampled.
  std::shared_ptr<const std::vector<model::Path>> reads = std::make_shared<const std::vector<model::Path>>();
  std::shared_ptr<const std::vector<model::Path>> samples = std::make_shared<const std::vector<model::Path>>();
  core::Duration sample_interval = std::chrono::seconds(60);
  core::Duration boot_wait{};  // until a first dump that lacks much of the intent is believed
  compare::Rules rules;
  drift::LifecycleRules lifecycle;
  bool operator==(const MonitorSpec& other) const;
};

class Monitor {
 public:
  struct Context {
    core::Logger& log;
    metrics::Registry& metrics;
    model::PathTable& paths;
    core::Limits limits;
  };
  // `lifecycle`: a new one with the stored drifts of this device, or what a predecessor handed over.
  Monitor(Context context, MonitorSpec spec, drift::Lifecycle lifecycle);

  // The stream, in the order of the session's callbacks.
  void stream_begins(drift::Now now);
  void apply(const model::UpdateBatch& batch, drift::Now now);
  // The same in two steps, for who must first ask a clock: most messages change nothing, and absorb() says so.
  // After one that does, settle() comes next.
  bool absorb(const model::UpdateBatch& batch);
  void settle(const model::UpdateBatch& batch, drift::Now now);
  void stream_lost(const std::string& reason, drift::Now now);
  // What was done since this was asked last: leaves, paths and objects looked at.
  std::size_t take_steps() { return std::exchange(steps_, 0); }
  // A message of the stream could not be decoded: what it said is lost until the next dump.
  void lose_message(drift::Now now);
  // What a Get brought: all there is of this path. From the first answer of a stream on it is judged.
  void apply_answer(const model::Path& pattern, const model::UpdateBatch& batch, drift::Now now);
  // A Get failed: what was read before stays as it is.
  void fail_answer(const model::Path& pattern, std::string reason);
  // The paths that are read and sampled from now on, as the device takes them; at first those of the spec.
  void set_modes(const std::vector<model::Path>& reads, const std::vector<model::Path>& samples, drift::Now now);
  // Paths the device refuses: what lies in them is not judged.
  void set_quarantined(std::vector<model::Path> paths, drift::Now now);

  // Null: nothing is intended for this device, with the reason for people.
  void set_intent(std::shared_ptr<const model::DeviceIntent> intent, std::string unknown_reason, drift::Now now);
  void set_rules(MonitorSpec spec, drift::Now now);  // costs a full judgement only if they differ

  std::optional<core::SteadyTime> next_deadline() const;
  drift::Output poll(drift::Now now);
  // What a successor goes on with; this monitor is of no use afterwards.
  drift::Lifecycle hand_over() { return std::move(lifecycle_); }

  // Fills the fields this class knows about.
  void describe(DeviceStatus& status) const;
  std::vector<LeafStatus> leaves() const;
  std::vector<model::Difference> differences() const;
  // What the rules of compare.ignore hide, by path.
  std::vector<Ignored::Hidden> ignored() const;
  // What the verdict on a leaf or list entry takes into account; `asked` may be in any spelling.
  Explanation explain(const model::Path& asked, core::WallTime now) const;
  std::size_t open_count() const { return lifecycle_.open_count(); }
  const MonitorSpec& spec() const { return spec_; }
  const Reads& reads() const { return reads_; }
  const Samples& samples() const { return samples_; }
  const std::vector<std::string>& degraded_areas() const { return degraded_areas_; }
  // True while something that is compared is unknown and only a dump would tell.
  bool wants_dump() const { return !gaps_.places().empty() && !unread_reason().empty(); }
  // The patterns of degraded areas in which there is no leaf.
  std::vector<model::Path> silent() const;
  model::Freshness freshness() const { return freshness_; }
  // Grows whenever something a person or the lifecycle would notice changed.
  std::uint64_t revision() const { return revision_; }

 private:
  bool can_judge() const { return freshness_ == model::Freshness::Live && judge_ != nullptr; }
  void rebuild_judge(drift::Now now);
  void judge_absorbed(const model::UpdateBatch& batch, bool is_coverage_new, drift::Now now);
  void finish_sync(drift::Now now);
  void end_sample_interval(drift::Now now);
  bool is_unread(const model::Path& pattern) const { return reads_.is_unread(pattern) || samples_.is_waiting(pattern); }
  void judge_everything(drift::Now now);
  void wait_for_dump();
  std::size_t missing_weight(const std::vector<model::Difference>& differences) const;
  void judge_changes(const observed::Changes& changes, std::int64_t device_time_ns, drift::Now now);
  void judge_object(model::PathId object, std::int64_t device_time_ns, drift::Now now);
  bool is_area_back(const observed::Changes& changes) const;
  bool note_refused(std::uint32_t leaves, model::UnreadKind limit);
  bool note_gaps(const model::UpdateBatch& batch, const observed::Changes& changes);
  void update_degraded();
  void update_unread();
  std::string unread_reason() const;
  std::vector<model::Path> live_patterns() const;
  void tell_watch(Explanation& told, model::PathId path) const;
  void tell_verdict(Explanation& told, model::PathId path, core::WallTime now) const;
  void set_freshness(model::Freshness freshness, std::string reason, drift::Now now);
  std::pair<model::Verdict, std::string> verdict() const;

  Context context_;
  MonitorSpec spec_;
  observed::Tree tree_;
  const observed::Changes* changes_ = nullptr;  // of the last absorb()
  bool has_new_gap_ = false;                    // likewise
  drift::Lifecycle lifecycle_;
  std::shared_ptr<const model::DeviceIntent> intent_;
  std::string unknown_reason_ = "the intent is not loaded yet";
  std::unique_ptr<compare::Judge> judge_;
  std::unordered_map<model::PathId, model::Difference> differences_;
  Ignored ignored_;
  std::optional<core::SteadyTime> ignore_ends_at_;  // then everything is judged anew
  std::vector<std::string> degraded_areas_;
  std::set<std::string> area_has_leaves_;  // since this stream went live
  std::vector<model::Path> quarantined_;
  Reads reads_;
  Samples samples_;
  FirstDump first_dump_;
  Gaps gaps_;                                  // of this stream
  std::unordered_set<model::PathId> unknown_;  // compared objects that could not be read
  std::string said_gap_;                       // the last reason logged
  model::Freshness freshness_ = model::Freshness::Never;
  core::WallTime freshness_since_{};
  std::string freshness_reason_ = "not connected yet";
  bool has_said_boot_ = false;   // of this stream's dump
  bool was_live_ = false;        // since the service started
  bool is_synced_ = false;       // this generation's first sync was seen
  bool is_judged_once_ = false;  // a verdict was made since the service started
  std::uint64_t refused_leaves_ = 0;
  std::uint64_t revision_ = 0;
  std::size_t steps_ = 0;
  std::size_t waiting_ = 0;  // intended leaves outside what is subscribed
};

}  // namespace dm::fleet
