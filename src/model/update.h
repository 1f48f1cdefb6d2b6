// What a device said in one message, decoded: deletes, leaf values, end of the first dump.
//
// A batch is refilled for every message (clear() keeps the capacity), so a message that changes
// nothing allocates nothing. Deletes are applied before sets (gNMI specification 3.5.2.3).
// Lives on the shard thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/path.h"
#include "model/path_table.h"

namespace dm::model {

struct LeafSet {
  PathId path = kNoPath;
  std::uint32_t offset = 0;  // of the encoded value (model/value.h) in UpdateBatch::bytes
  std::uint32_t length = 0;
};

struct UpdateBatch {
  std::int64_t timestamp_ns = 0;  // the device's clock; informative, never used to refuse data
  std::vector<PathId> exact_deletes;   // one known path and everything below it
  std::vector<Path> pattern_deletes;   // with wildcards or missing keys: everything they match
  std::vector<LeafSet> sets;           // in message order; of one path the last counts
  std::string bytes;                   // encoded values
  PathId atomic_prefix = kNoPath;      // atomic notification: the sets are all there is below it
  bool sync = false;                   // sync_response
  bool device_lost = false;            // a hub's `DEL /*`: the device is gone, not empty
  std::uint32_t undecodable = 0;       // leaves that could not be decoded (counted, not applied)
  std::uint32_t refused = 0;           // leaves beyond a limit
  std::uint32_t coalesced = 0;         // sum of `duplicates`

  std::string_view value(const LeafSet& set) const {
    return std::string_view(bytes).substr(set.offset, set.length);
  }
  void clear();
};

}  // namespace dm::model
