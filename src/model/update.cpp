#include "model/update.h"

namespace dm::model {

void UpdateBatch::clear() {
  timestamp_ns = 0;
  exact_deletes.clear();
  pattern_deletes.clear();
  sets.clear();
  bytes.clear();
  atomic_prefix = kNoPath;
  sync = false;
  device_lost = false;
  undecodable = 0;
  refused = 0;
  coalesced = 0;
}

}  // namespace dm::model
