// A value as the database keeps it: JSON that comes back as the very same value (all 64 bits of an
// integer, its type, the order of members), so that a restart sees no change where none was.
#pragma once

#include <string>
#include <string_view>

#include "model/value.h"

namespace dm::store {

std::string to_stored_json(const model::Value& value);
// Text that is no JSON is taken for a text value: the row stays readable.
model::Value from_stored_json(std::string_view json);

}  // namespace dm::store
