#include "fleet/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace dm::fleet {

using model::Freshness;
using model::PathId;

namespace {

constexpr std::size_t kStepsOfJudging = 16;  // an object, against looking at a leaf

}  // namespace

bool MonitorSpec::operator==(const MonitorSpec& other) const {
  return device == other.device && (profile == other.profile || *profile == *other.profile) && (areas == other.areas || *areas == *other.areas) &&
         (reads == other.reads || *reads == *other.reads) && (samples == other.samples || *samples == *other.samples) &&
         sample_interval == other.sample_interval && boot_wait == other.boot_wait && rules == other.rules && lifecycle == other.lifecycle;
}

Monitor::Monitor(Context context, MonitorSpec spec, drift::Lifecycle lifecycle)
    : context_(std::move(context)),
      spec_(std::move(spec)),
      tree_(context_.paths, context_.limits),
      lifecycle_(std::move(lifecycle)),
      ignored_(context_.metrics),
      reads_(*spec_.reads),
      samples_(spec_.sample_interval),
      first_dump_(spec_.boot_wait) {
  samples_.set_paths(*spec_.samples);
  lifecycle_.freeze();  // until this monitor has seen a whole dump
  lifecycle_.set_rules(spec_.lifecycle);
}

void Monitor::stream_begins(drift::Now now) {
  is_synced_ = false;
  first_dump_.stream_ended();
  gaps_.clear();
  reads_.begin_stream();
  samples_.begin_stream();
  tree_.begin_generation();
  set_freshness(Freshness::Syncing, "receiving the first dump", now);
}

void Monitor::apply(const model::UpdateBatch& batch, drift::Now now) {
  if (absorb(batch)) settle(batch, now);
}

// What an area reads by Get is like any other from now on.
void Monitor::apply_answer(const model::Path& pattern, const model::UpdateBatch& batch, drift::Now now) {
  const Read* read = reads_.find(pattern);
  if (read == nullptr) return;
  const bool is_better = !read->trouble.empty();
  const bool is_first = reads_.answered(pattern);
  if (is_first || is_better) ++revision_;
  absorb(batch);
  judge_absorbed(batch, is_first, now);
}

void Monitor::fail_answer(const model::Path& pattern, std::string reason) {
  reads_.failed(pattern, std::move(reason));
  ++revision_;
}

void Monitor::set_modes(const std::vector<model::Path>& reads, const std::vector<model::Path>& samples, drift::Now now) {
  reads_.set_paths(reads);
  samples_.set_paths(samples);
  ++revision_;
  if (can_judge()) judge_everything(now);
}

bool Monitor::absorb(const model::UpdateBatch& batch) {
  changes_ = &tree_.apply(batch);
  steps_ += changes_->steps + changes_->leaves.size();
  has_new_gap_ = note_gaps(batch, *changes_);
  if (!changes_->empty()) {
    context_.metrics.add(metrics::Metric::LeafChanges, static_cast<double>(changes_->leaves.size()));
  }
  return has_new_gap_ || !changes_->empty() || (batch.sync && !is_synced_) || batch.commit_done;
}

void Monitor::settle(const model::UpdateBatch& batch, drift::Now now) {
  judge_absorbed(batch, false, now);
  if (batch.sync && !is_synced_) finish_sync(now);
  if (!batch.commit_done || !can_judge()) return;
  lifecycle_.commit(now);
  ++revision_;
}

void Monitor::judge_absorbed(const model::UpdateBatch& batch, bool is_coverage_new, drift::Now now) {
  if (!can_judge()) return;
  if (is_coverage_new || has_new_gap_ || (!changes_->empty() && is_area_back(*changes_))) {
    judge_everything(now);
  } else if (!changes_->empty() && !first_dump_.is_waiting()) {
    judge_changes(*changes_, batch.timestamp_ns, now);
  }
}

// True if there is something new that nobody can tell from now on.
bool Monitor::note_gaps(const model::UpdateBatch& batch, const observed::Changes& changes) {
  bool is_new = false;
  for (const model::Unread& unread : batch.unread) {
    if (unread.gap) is_new |= gaps_.add(*unread.gap, unread.kind);
  }
  is_new |= note_refused(changes.refused_leaves, model::UnreadKind::LeavesPerDevice);
  is_new |= note_refused(changes.refused_bytes, model::UnreadKind::BytesPerDevice);
  return is_new;
}

bool Monitor::note_refused(std::uint32_t leaves, model::UnreadKind limit) {
  if (leaves == 0) return false;
  refused_leaves_ += leaves;
  context_.metrics.add(metrics::Metric::LimitHits, leaves, model::limit_name(limit));
  return gaps_.add({}, limit);
}

void Monitor::lose_message(drift::Now now) {
  if (gaps_.add({}, model::UnreadKind::Message) && can_judge()) judge_everything(now);
}

void Monitor::finish_sync(drift::Now now) {
  is_synced_ = true;
  const auto is_heard = [&](const model::Path& pattern) { return tree_.is_said_since(pattern, tree_.stream_generation()); };
  samples_.go_live(is_heard, now.steady);
  std::vector<model::Path> unheard;
  for (const auto& [area, patterns] : *spec_.areas) {
    std::copy_if(patterns.begin(), patterns.end(), std::back_inserter(unheard),
                 [&](const model::Path& pattern) { return samples_.is_waiting(pattern); });
  }
  tree_.end_generation(unheard);
  tree_.begin_interval();
  context_.metrics.add(metrics::Metric::Syncs);
  was_live_ = true;
  first_dump_.synced(now.steady);
  has_said_boot_ = false;
  set_freshness(Freshness::Live, "", now);
  if (can_judge()) judge_everything(now);
}

// Something vanished, or a path is known or silent from now on: rare enough to look at everything.
void Monitor::end_sample_interval(drift::Now now) {
  const std::string reason_before = samples_.reason();
  const bool was_pending = samples_.is_pending();
  const std::uint32_t generation = tree_.generation();
  const auto is_heard = [&](const model::Path& pattern) { return tree_.is_said_since(pattern, generation); };
  bool is_changed = false;
  for (const Unrepeated& gone : samples_.end_interval(is_heard, generation, now.steady)) {
    is_changed |= !tree_.drop_unsaid_since(gone.pattern, gone.generation).empty();
  }
  tree_.begin_interval();
  is_changed |= samples_.reason() != reason_before || samples_.is_pending() != was_pending;
  if (is_changed && can_judge()) judge_everything(now);
}

void Monitor::stream_lost(const std::string& reason, drift::Now now) {
  is_synced_ = false;
  first_dump_.stream_ended();
  samples_.lose_stream();
  lifecycle_.freeze();
  set_freshness(was_live_ ? Freshness::Stale : Freshness::Never, reason, now);
}

void Monitor::set_quarantined(std::vector<model::Path> paths, drift::Now now) {
  quarantined_ = std::move(paths);
  for (model::Path& path : quarantined_) path.origin.clear();
  if (can_judge()) judge_everything(now);
}

void Monitor::set_intent(std::shared_ptr<const model::DeviceIntent> intent, std::string unknown_reason,
                         drift::Now now) {
  if (intent == intent_ && unknown_reason == unknown_reason_) return;
  intent_ = std::move(intent);
  unknown_reason_ = std::move(unknown_reason);
  rebuild_judge(now);
}

void Monitor::set_rules(MonitorSpec spec, drift::Now now) {
  const bool is_same = spec == spec_;
  spec_ = std::move(spec);
  if (is_same) return;
  lifecycle_.set_rules(spec_.lifecycle);
  first_dump_.set_wait(spec_.boot_wait);
  ignored_.clear();
  rebuild_judge(now);
}

void Monitor::rebuild_judge(drift::Now now) {
  judge_ = intent_ ? std::make_unique<compare::Judge>(spec_.profile, context_.paths, intent_, spec_.rules) : nullptr;
  differences_.clear();
  if (can_judge()) return judge_everything(now);
  if (!judge_) lifecycle_.freeze();
}

std::vector<model::Path> Monitor::live_patterns() const {
  std::vector<model::Path> live;
  for (const auto& [area, patterns] : *spec_.areas) {
    if (std::find(degraded_areas_.begin(), degraded_areas_.end(), area) != degraded_areas_.end()) continue;
    for (const model::Path& pattern : patterns) {
      const bool is_quarantined =
          std::any_of(quarantined_.begin(), quarantined_.end(), [&](const model::Path& path) {
            return model::match(pattern, path) == model::Match::Exact;
          });
      if (!is_quarantined && !is_unread(pattern)) live.push_back(pattern);
    }
  }
  return live;
}

void Monitor::judge_everything(drift::Now now) {
  const auto is_intended = [&](const model::Path& pattern) { return judge_->has_intent_under({pattern}); };
  reads_.set_intended(is_intended);
  samples_.set_intended(is_intended);
  update_degraded();
  judge_->set_coverage(live_patterns());
  judge_->set_gaps(gaps_.places());
  waiting_ = judge_->waiting_count();
  differences_.clear();
  unknown_.clear();
  ignored_.begin();
  std::vector<model::Difference> all;
  const auto objects = judge_->all_objects(tree_.leaves());
  steps_ += kStepsOfJudging * (tree_.leaves().size() + objects.size());
  for (const PathId object : objects) {
    compare::Finding found = judge_->judge(object, tree_.leaves(), now.wall);
    auto difference = ignored_.take(object, found);
    if (!difference) {
      if (judge_->is_unknown(object, tree_.leaves(), now.wall)) unknown_.insert(object);
      continue;
    }
    all.push_back(*difference);
    differences_.emplace(object, std::move(*difference));
  }
  ignored_.end();
  ++revision_;
  if (!first_dump_.believe(missing_weight(all), judge_->expectation_count() - waiting_, now.steady)) return wait_for_dump();
  const auto none = [&](const std::string& path) {
    const auto parsed = model::parse_path(path);
    if (!parsed) return model::NoDifference{.why = model::NoDifference::Why::Unjudged};
    return judge_->no_difference(context_.paths.intern(*parsed), tree_.leaves(), now.wall);
  };
  lifecycle_.observe_all(all, none, now);
  const auto ignore_end = judge_->next_ignore_end(now.wall);
  ignore_ends_at_ = ignore_end ? std::optional(now.steady + (*ignore_end - now.wall)) : std::nullopt;
  update_unread();
  is_judged_once_ = true;
}

void Monitor::judge_changes(const observed::Changes& changes, std::int64_t device_time_ns, drift::Now now) {
  const std::size_t unknown_before = unknown_.size();
  const auto affected = judge_->affected(changes.leaves, changes.entries, tree_.leaves());
  steps_ += kStepsOfJudging * affected.size();
  for (const PathId object : affected) {
    judge_object(object, device_time_ns, now);
  }
  const std::set<std::string> waiting = lifecycle_.waiting_for_entry();
  for (const std::string& path : waiting) judge_object(context_.paths.find(path), device_time_ns, now);
  if (unknown_.size() != unknown_before) update_unread();
}

void Monitor::judge_object(PathId object, std::int64_t device_time_ns, drift::Now now) {
  compare::Finding found = judge_->judge(object, tree_.leaves(), now.wall);
  if (ignored_.is_news(object, found)) ++revision_;
  auto difference = ignored_.take(object, found);
  const std::string& path = context_.paths.text(object);
  const bool is_unknown = !difference && judge_->is_unknown(object, tree_.leaves(), now.wall);
  if (is_unknown ? unknown_.insert(object).second : unknown_.erase(object) > 0) ++revision_;
  if (!difference && differences_.erase(object) == 0 && !lifecycle_.is_tracked(path)) return;
  ++revision_;
  if (!difference) return lifecycle_.observe_none(path, judge_->no_difference(object, tree_.leaves(), now.wall), now);
  if (difference->device_timestamp_ns == 0) difference->device_timestamp_ns = device_time_ns;
  lifecycle_.observe(*difference, now);
  differences_.insert_or_assign(object, std::move(*difference));
}

std::optional<core::SteadyTime> Monitor::next_deadline() const {
  std::optional<core::SteadyTime> next;
  for (const auto& due : {lifecycle_.next_deadline(), ignore_ends_at_, samples_.due(), first_dump_.due()}) {
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

drift::Output Monitor::poll(drift::Now now) {
  if (const auto due = samples_.due(); due && *due <= now.steady) end_sample_interval(now);
  if (const auto due = first_dump_.due(); due && *due <= now.steady && can_judge()) judge_everything(now);
  if (ignore_ends_at_ && *ignore_ends_at_ <= now.steady) {
    ignore_ends_at_.reset();  // the next sync looks at the rules anyway
    if (can_judge()) judge_everything(now);
  }
  return lifecycle_.poll(now);
}

void Monitor::set_freshness(Freshness freshness, std::string reason, drift::Now now) {
  if (freshness_ != freshness) freshness_since_ = now.wall;
  ++revision_;
  freshness_ = freshness;
  freshness_reason_ = std::move(reason);
  if (freshness != Freshness::Live) area_has_leaves_.clear();
  context_.metrics.set(metrics::Metric::DeviceState, freshness == Freshness::Live ? 1 : 0, spec_.device);
}

std::pair<model::Verdict, std::string> Monitor::verdict() const {
  using model::Verdict;
  if (!judge_) return {Verdict::Unknown, unknown_reason_};
  if (const std::string reason = first_dump_.reason(); !reason.empty()) return {Verdict::Degraded, reason};
  if (!is_judged_once_) return {Verdict::Unknown, "never synced"};
  if (!degraded_areas_.empty()) {
    return {Verdict::Degraded, fmt::format("no leaf at all for {}", fmt::join(degraded_areas_, ", "))};
  }
  if (const std::string reason = unread_reason(); !reason.empty()) return {Verdict::Degraded, reason};
  const auto is_needed = [&](const model::Path& path) { return !reads_.is_needless(path); };
  if (std::any_of(quarantined_.begin(), quarantined_.end(), is_needed)) return {Verdict::Degraded, "the device refuses some paths"};
  if (const std::string reason = reads_.reason(); !reason.empty()) return {Verdict::Degraded, reason};
  if (const std::string reason = samples_.reason(); !reason.empty()) return {Verdict::Degraded, reason};
  return {lifecycle_.open_count() > 0 ? Verdict::Drifted : Verdict::InSync, ""};
}

}  // namespace dm::fleet
