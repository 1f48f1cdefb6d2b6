// What a device said in one message, decoded: deletes, leaf values, end of the first dump.
//
// A batch is refilled for every message (clear() keeps the capacity), so a message that changes
// nothing allocates nothing. Deletes are applied before sets (gNMI specification 3.5.2.3).
// Lives on the shard thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/path.h"
#include "model/path_table.h"
#include "model/unread.h"

namespace dm::model {

struct LeafSet {
  PathId path = kNoPath;
  std::uint32_t offset = 0;  // of the encoded value (model/value.h) in UpdateBatch::bytes
  std::uint32_t length = 0;  // 0: the leaf has no value (any more)
};

struct UpdateBatch {
  std::int64_t timestamp_ns = 0;  // the device's clock; informative, never used to refuse data
  std::vector<PathId> exact_deletes;   // one known path and everything below it
  std::vector<Path> pattern_deletes;   // with wildcards or missing keys: everything they match
  std::vector<LeafSet> sets;           // in message order; of one path the last counts
  std::string bytes;                   // encoded values
  PathId atomic_prefix = kNoPath;      // atomic notification: the sets are all there is below it
  std::optional<Path> complete;        // answer of a Get: the sets are all there is in what this pattern covers
  bool sync = false;                   // sync_response
  bool commit_done = false;            // what a commit on the device changed is said, this message included
  bool device_lost = false;            // a hub's `DEL /*`: the device is gone, not empty
  bool deletes_lost = false;           // some deletes are beyond a limit: only a new dump tells the truth
  UnreadCounts unread_counts{};        // everything that could not be read or was beyond a limit
  std::vector<Unread> unread;          // the same one by one, at most kMostUnread; empty if there is none
  std::uint32_t coalesced = 0;         // sum of `duplicates`

  static constexpr std::size_t kMostUnread = 16;

  std::string_view value(const LeafSet& set) const {
    return std::string_view(bytes).substr(set.offset, set.length);
  }
  // Notes one thing that could not be read; beyond kMostUnread the gaps become one: anywhere.
  void lose(UnreadKind kind, PathId leaf, std::optional<Path> gap);
  void clear();
};

}  // namespace dm::model
