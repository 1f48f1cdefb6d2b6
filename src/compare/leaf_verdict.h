// Is this value of a leaf what was intended? Product rules 4 and 6, for one leaf. Pure.
#pragma once

#include <optional>

#include "model/difference.h"
#include "model/expectation.h"
#include "model/value.h"
#include "schema/leaf_table.h"

namespace dm::compare {

// What counts as "not set" for a leaf on this platform.
struct Absence {
  const model::Value* default_value = nullptr;  // the platform's default, or null
  bool empty_is_absent = true;                  // "" is not set
};

// nullopt: as intended. `current` is the absent value when the device does not have the leaf.
std::optional<model::DifferenceKind> judge_value(const schema::LeafType& type, const Absence& absence,
                                                 const model::Expectation& expectation,
                                                 const model::Value& current);

// True if a value says no more than its absence would.
bool is_absent_like(const schema::LeafType& type, const Absence& absence, const model::Value& value);

}  // namespace dm::compare
