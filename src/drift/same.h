// Whether a difference still is what was told about it. Pure.
#pragma once

#include "model/difference.h"
#include "model/drift.h"
#include "model/value.h"

namespace dm::drift {

// Equal values; members of lists and objects in any order (a device may repeat a set in another
// order after a reconnect, and that is no news).
bool is_same_value(const model::Value& left, const model::Value& right);

// The same kind and the same two values. Severity, provenance and times do not matter.
bool is_same(const model::Drift& drift, const model::Difference& difference);
bool is_same(const model::Difference& left, const model::Difference& right);

}  // namespace dm::drift
