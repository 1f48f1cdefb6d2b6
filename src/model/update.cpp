#include "model/update.h"

#include <limits>
#include <utility>

namespace dm::model {

void UpdateBatch::lose(UnreadKind kind, PathId leaf, std::optional<Path> gap) {
  std::uint32_t& count = unread_counts[static_cast<std::size_t>(kind)];
  if (count < std::numeric_limits<std::uint32_t>::max()) ++count;
  if (unread.size() < kMostUnread) {
    unread.push_back({kind, leaf, std::move(gap)});
  } else if (gap) {
    unread.back() = {kind, kNoPath, Path{}};
  }
}

void UpdateBatch::clear() {
  timestamp_ns = 0;
  exact_deletes.clear();
  pattern_deletes.clear();
  sets.clear();
  bytes.clear();
  atomic_prefix = kNoPath;
  complete.reset();
  sync = false;
  commit_done = false;
  device_lost = false;
  deletes_lost = false;
  if (!unread.empty()) unread_counts.fill(0);
  unread.clear();
  coalesced = 0;
}

}  // namespace dm::model
