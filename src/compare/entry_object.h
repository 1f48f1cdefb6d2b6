// What a list entry holds, as one value. Pure.
#pragma once

#include <cstdint>

#include "model/leaf_map.h"
#include "model/path_table.h"
#include "model/value.h"

namespace dm::compare {

// Its configuration leaves by relative path, secrets left out; `newest_ns` becomes the device time of
// the newest.
model::Value config_object(const model::PathTable& paths, model::PathId entry, const model::LeafMap& leaves,
                           std::int64_t& newest_ns);

}  // namespace dm::compare
