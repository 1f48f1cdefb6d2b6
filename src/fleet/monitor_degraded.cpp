// What of a device nobody can tell at the moment, and why: areas without a leaf, what could not be read, a first dump
// that is not believed yet.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fleet/monitor.h"

namespace dm::fleet {

using model::PathId;

// True if a leaf arrived in an area that had none.
bool Monitor::is_area_back(const observed::Changes& changes) const {
  const auto covers_a_new_leaf = [&](const model::Path& pattern) {
    return std::any_of(changes.leaves.begin(), changes.leaves.end(), [&](PathId leaf) {
      return tree_.leaves().find(leaf) != nullptr && model::covers(pattern, context_.paths.path(leaf));
    });
  };
  return std::any_of(degraded_areas_.begin(), degraded_areas_.end(), [&](const std::string& area) {
    const auto patterns = spec_.areas->find(area);
    return patterns != spec_.areas->end() &&
           std::any_of(patterns->second.begin(), patterns->second.end(), covers_a_new_leaf);
  });
}

// Rule 8: an area that has intent and came without a single leaf is not "everything missing".
void Monitor::update_degraded() {
  std::vector<std::string> degraded;
  for (const auto& [area, all_patterns] : *spec_.areas) {
    const bool was_degraded =
        std::find(degraded_areas_.begin(), degraded_areas_.end(), area) != degraded_areas_.end();
    std::vector<model::Path> patterns = all_patterns;
    std::erase_if(patterns, [&](const model::Path& pattern) { return is_unread(pattern); });
    if (patterns.empty() && was_degraded) degraded.push_back(area);  // nothing new is known of it
    if (!judge_->has_intent_under(patterns)) continue;
    const auto& leaves = tree_.leaves().leaves();
    const bool has_leaf = std::any_of(leaves.begin(), leaves.end(), [&](const model::Leaf& leaf) {
      const model::Path path = context_.paths.path(leaf.path);
      return std::any_of(patterns.begin(), patterns.end(),
                         [&](const model::Path& pattern) { return model::covers(pattern, path); });
    });
    // An area that empties while the stream is live was emptied by somebody: that is drift.
    if (!has_leaf && (was_degraded || !area_has_leaves_.contains(area))) degraded.push_back(area);
    if (has_leaf) area_has_leaves_.insert(area);
  }
  if (degraded == degraded_areas_) return;
  const bool is_more = !std::includes(degraded_areas_.begin(), degraded_areas_.end(), degraded.begin(), degraded.end());
  if (degraded.empty()) {
    context_.log.info("{}: leaves arrive again for {}", spec_.device, fmt::join(degraded_areas_, ", "));
  } else if (is_more) {
    context_.log.warning(
        "{}: degraded: the device sent no leaf at all for {}, although something is intended there; nothing in it is "
        "called missing until leaves arrive (is the device still booting, or the path spelled differently?)",
        spec_.device, fmt::join(degraded, ", "));
  }
  degraded_areas_ = std::move(degraded);
}

// Gaps are said when they begin, when their reason changes and when they are over; single leaves were said
// by the session.
void Monitor::update_unread() {
  const std::string reason = unread_reason();
  context_.metrics.set(metrics::Metric::DeviceDegraded, degraded_areas_.empty() && reason.empty() ? 0 : 1, spec_.device);
  const std::string gap = reason.empty() || gaps_.places().empty() ? "" : gaps_.reason();
  if (gap == said_gap_) return;
  if (gap.empty()) {
    context_.log.info("{}: everything that is compared can be read again", spec_.device);
  } else {
    context_.log.warning("{}: degraded: {}; nothing that may be there is called missing until the next dump", spec_.device,
                         reason);
  }
  said_gap_ = gap;
}

std::string Monitor::unread_reason() const {
  if (gaps_.is_everywhere()) return "not all of what the device says can be held: " + gaps_.reason();
  if (unknown_.empty()) return {};
  const std::string count = fmt::format("{} compared {} cannot be read", unknown_.size(),
                                        unknown_.size() == 1 ? "object" : "objects");
  return gaps_.places().empty() ? count : fmt::format("{} ({})", count, gaps_.reason());
}

// Nothing is told, and nothing shown, of a dump that is not believed.
void Monitor::wait_for_dump() {
  differences_.clear();
  context_.metrics.set(metrics::Metric::DeviceDegraded, 1, spec_.device);
  if (std::exchange(has_said_boot_, true)) return;
  context_.log.warning("{}: degraded: {}", spec_.device, first_dump_.reason());
}

std::size_t Monitor::missing_weight(const std::vector<model::Difference>& differences) const {
  std::size_t weight = 0;
  for (const model::Difference& difference : differences) {
    if (difference.kind == model::DifferenceKind::Missing) weight += judge_->weight(context_.paths.find(difference.path_text));
  }
  return weight;
}

}  // namespace dm::fleet
