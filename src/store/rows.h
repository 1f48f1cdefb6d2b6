// Rows of the tables as the values of the model, the same for the writer and the readers.
#pragma once

#include <string_view>

#include "core/clock.h"
#include "model/drift.h"
#include "store/ledger.h"
#include "store/sqlite.h"

namespace dm::store {

std::int64_t to_stored(core::WallTime time);
core::WallTime from_stored(std::int64_t time);

// Column lists for SELECT; the readers below expect them first and in this order. `drift` and
// `delivery` are the tables' names; the body comes from `event`, if at all.
extern const std::string_view kDriftColumns;
extern const std::string_view kDeliveryColumns;
inline constexpr int kDriftColumnCount = 19;
inline constexpr int kDeliveryColumnCount = 12;

model::Drift read_drift(const Statement& row, int first = 0);
Delivery read_delivery(const Statement& row, int first = 0);
Statement& bind_drift(Statement& statement, const model::Drift& drift);  // parameters 1 to 18

}  // namespace dm::store
