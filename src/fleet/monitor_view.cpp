// What a monitor shows of itself: its part of the status, its leaves, its differences.
#include <algorithm>
#include <tuple>
#include <utility>

#include "fleet/monitor.h"

namespace dm::fleet {

using model::PathId;

namespace {

std::string_view to_text(model::Rule rule) {
  switch (rule) {
    case model::Rule::Equal: return "equal";
    case model::Rule::Absent: return "absent";
    case model::Rule::OneOf: return "one_of";
    case model::Rule::Set: return "set";
  }
  CHECK(false, "unknown rule");
}

}  // namespace

void Monitor::describe(DeviceStatus& status) const {
  status.profile = spec_.profile->name;
  std::tie(status.verdict, status.verdict_reason) = verdict();
  status.freshness = freshness_;
  status.freshness_since = freshness_since_;
  status.freshness_reason = freshness_reason_;
  status.is_read_pending = reads_.is_pending() || samples_.is_pending();
  status.degraded_areas = degraded_areas_;
  status.open_drifts = lifecycle_.open_count();
  status.suspected = lifecycle_.suspected_count();
  status.ignored = ignored_.by_rule();
  status.leaves = tree_.leaves().size();
  status.refused_leaves = refused_leaves_;
  status.expectations = judge_ ? judge_->expectation_count() : 0;
  status.expectations_waiting = waiting_;
}

std::vector<model::Path> Monitor::silent() const {
  std::vector<model::Path> all;
  for (const std::string& area : degraded_areas_) {
    for (const model::Path& pattern : spec_.areas->at(area)) {
      if (!is_unread(pattern) && !tree_.is_said_since(pattern, 0)) all.push_back(pattern);
    }
  }
  return all;
}

std::vector<LeafStatus> Monitor::leaves() const {
  std::vector<LeafStatus> all;
  all.reserve(tree_.leaves().size());
  for (const model::Leaf& leaf : tree_.leaves().leaves()) {
    if (model::is_opaque(leaf.value)) continue;  // counted, not shown
    const PathId path = leaf.path;
    LeafStatus status;
    status.path = context_.paths.text(path);
    status.timestamp_ns = leaf.timestamp_ns;
    status.is_secret = schema::leaf_type(context_.paths.facts(path).leaf_type).is_secret;
    if (!status.is_secret) status.value = model::decode(leaf.value);
    if (const model::Expectation* expectation = judge_ ? judge_->expectation(path) : nullptr) {
      status.has_expectation = true;
      if (!status.is_secret) status.desired = expectation->desired();
      status.rule = to_text(expectation->rule);
    }
    const auto difference = differences_.find(path);
    status.verdict = !can_judge()                       ? "unknown"
                     : difference != differences_.end() ? std::string(model::to_text(difference->second.kind))
                     : !status.has_expectation || status.is_secret ? "unmanaged"
                     : judge_->is_judged(path)          ? "in_sync"
                                                        : "unknown";
    all.push_back(std::move(status));
  }
  std::sort(all.begin(), all.end(), [](const LeafStatus& a, const LeafStatus& b) { return a.path < b.path; });
  return all;
}

std::vector<model::Difference> Monitor::differences() const {
  std::vector<model::Difference> all;
  for (const auto& [path, difference] : differences_) all.push_back(difference);
  std::sort(all.begin(), all.end(),
            [](const model::Difference& a, const model::Difference& b) { return a.path_text < b.path_text; });
  return all;
}

std::vector<Ignored::Hidden> Monitor::ignored() const {
  std::vector<Ignored::Hidden> all;
  for (const auto& [path, hidden] : ignored_.all()) all.push_back(hidden);
  std::sort(all.begin(), all.end(), [](const Ignored::Hidden& a, const Ignored::Hidden& b) {
    return a.difference.path_text < b.difference.path_text;
  });
  return all;
}

}  // namespace dm::fleet
