// One difference as commands print it. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "model/difference.h"

namespace dm::cli {

// A value in a table: control characters made visible, long ones shortened.
std::string value_cell(const model::Value& value);

// Path, kind, severity and both values.
nlohmann::ordered_json difference_json(const model::Difference& difference);

}  // namespace dm::cli
