// Rewriting a path by an alias of the profile. Pure.
#pragma once

#include <optional>
#include <vector>

#include "schema/profile.h"

namespace dm::schema {

// The path under its other name, by the first alias that fits it; nullopt if none does.
std::optional<model::Path> apply_first(const std::vector<Alias>& aliases, const model::Path& path);

}  // namespace dm::schema
