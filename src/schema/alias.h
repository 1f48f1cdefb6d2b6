// Rewriting a path by an alias of the profile. Pure.
#pragma once

#include <optional>
#include <vector>

#include "schema/profile.h"

namespace dm::schema {

// The path under its other name, by the first alias that fits it; nullopt if none does.
std::optional<model::Path> apply_first(const std::vector<Alias>& aliases, const model::Path& path);

// Where a path's older forms live: the `to` of every alias whose `from` lies below the path, keys that the
// path gives filled in, the others `*`; what lies in the path anyway is left out. A device that deletes
// `.../arista-vxlan/config` in such a form means the entries that are held elsewhere too.
std::vector<model::Path> aliased_below(const std::vector<Alias>& aliases, const model::Path& path);

}  // namespace dm::schema
