// Which of a device's leaves the deletes of one message name, found without looking at every leaf for
// every delete.
//
// Each delete walks down the path table from what it names, a pattern from where its plain front ends; that table is shared
// by all devices, so the walks of one message together visit no more paths than the device has leaves. What is then still
// open is answered by one pass over the leaves. Cost: O(leaves · depth + deletes); leaves · patterns only where many
// patterns have the leaves' own names and differ in keys (both are limited: core/limits.h). Lives on the shard thread.
#pragma once

#include <cstddef>
#include <vector>

#include "model/leaf_map.h"
#include "model/path_table.h"

namespace dm::observed {

struct Deleted {
  std::vector<model::PathId> leaves;
  std::size_t steps = 0;  // paths and leaves that were looked at, for each delete they were compared with
};

// Leaves at or below one of `exact` or covered by one of `patterns`; each once, sorted.
Deleted deleted_leaves(const model::PathTable& paths, const model::LeafMap& leaves, const std::vector<model::PathId>& exact,
                       const std::vector<model::Path>& patterns);

}  // namespace dm::observed
