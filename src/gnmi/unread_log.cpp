#include "gnmi/unread_log.h"

#include <fmt/format.h>

namespace dm::gnmi {

void UnreadLog::say(const model::UpdateBatch& batch, const model::PathTable& paths, const std::string& device,
                    core::Logger& log) {
  for (const model::Unread& unread : batch.unread) {
    if (said_.size() > kMost) return;
    const std::string place = unread.leaf != model::kNoPath ? paths.text(unread.leaf)
                              : unread.gap                  ? model::to_text(*unread.gap)
                                                            : "something the device said";
    if (!said_.insert(fmt::format("{} {}", static_cast<int>(unread.kind), place)).second) continue;
    if (said_.size() > kMost) return log.warning("{}: more cannot be read; it is counted, not listed", device);
    log.warning("{}: {} cannot be read and is not compared: {}", device, place, model::to_text(unread.kind));
  }
}

void count_unread(model::UnreadKind kind, double count, metrics::Registry& metrics) {
  if (count == 0) return;
  const std::string_view limit = model::limit_name(kind);
  metrics.add(limit.empty() ? metrics::Metric::Undecodable : metrics::Metric::LimitHits, count, limit);
}

}  // namespace dm::gnmi
