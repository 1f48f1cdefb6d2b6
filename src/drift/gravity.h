// Which of several differences an event is about: the gravest comes first.
#pragma once

#include <vector>

#include "model/drift.h"

namespace dm::drift {

// Severity first; then opened before changed before reminder before resolved; then missing,
// unexpected, different; then whole entries before leaves; then by path. Total over differences
// with distinct paths.
bool is_graver(const model::EventDifference& left, const model::EventDifference& right);

void sort_gravest_first(std::vector<model::EventDifference>& differences);

}  // namespace dm::drift
