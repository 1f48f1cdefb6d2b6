// Says once for each device and path what could not be read, and the cure.
//
// Bounded: after kMost paths (or kinds without a path) one line says that the rest is only counted.
// Lives on the shard thread; one per session, empty until something is met.
#pragma once

#include <set>
#include <string>

#include "core/log.h"
#include "metrics/registry.h"
#include "model/path_table.h"
#include "model/update.h"

namespace dm::gnmi {

class UnreadLog {
 public:
  static constexpr std::size_t kMost = 50;

  // Says what is new in the batch.
  void say(const model::UpdateBatch& batch, const model::PathTable& paths, const std::string& device, core::Logger& log);

 private:
  std::set<std::string> said_;
};

// The metric that kind belongs to: a limit's, or what could not be decoded.
void count_unread(model::UnreadKind kind, double count, metrics::Registry& metrics);

}  // namespace dm::gnmi
