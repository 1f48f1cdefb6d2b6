#include "store/rows.h"

#include <array>

#include "core/check.h"
#include "store/value_json.h"

namespace dm::store {
namespace {

// The enumerator that is written as `text`; an unknown word (hand-made change of the file) is the
// first.
template <class Enum, std::size_t Count>
Enum from_text(std::string_view text, const std::array<Enum, Count>& all) {
  for (const Enum candidate : all) {
    if (to_text(candidate) == text) return candidate;
  }
  return all.front();
}

constexpr std::array kKinds{model::DifferenceKind::Different, model::DifferenceKind::Missing,
                            model::DifferenceKind::Unexpected};
constexpr std::array kSeverities{model::Severity::Warning, model::Severity::Info,
                                 model::Severity::Critical};
constexpr std::array kDriftStates{model::DriftState::Open, model::DriftState::Acknowledged,
                                  model::DriftState::Suppressed, model::DriftState::Resolved};
constexpr std::array kDeliveryStates{DeliveryState::Pending, DeliveryState::Delivered,
                                     DeliveryState::Dead};

}  // namespace

const std::string_view kDriftColumns = R"sql(
  drift.id, drift.device, drift.path, drift.kind, drift.is_entry, drift.state, drift.severity,
  drift.desired, drift.current, drift.source, drift.object, drift.link, drift.first_seen,
  drift.opened_at, drift.changed_at, drift.resolved_at, drift.device_timestamp,
  drift.was_told, drift.field)sql";

const std::string_view kDeliveryColumns = R"sql(
  delivery.id, delivery.event_id, delivery.device, delivery.state, delivery.attempts,
  delivery.maybe_accepted, delivery.last_class, delivery.last_status, delivery.last_error,
  delivery.created_at, delivery.next_attempt_at, delivery.finished_at)sql";

std::int64_t to_stored(core::WallTime time) { return time.time_since_epoch().count(); }
core::WallTime from_stored(std::int64_t time) { return core::WallTime(core::Duration(time)); }

std::string_view to_text(DeliveryState state) {
  switch (state) {
    case DeliveryState::Pending:
      return "pending";
    case DeliveryState::Delivered:
      return "delivered";
    case DeliveryState::Dead:
      return "dead";
  }
  CHECK(false, "unknown delivery state");
}

model::Drift read_drift(const Statement& row, int first) {
  return {.id = row.text(first),
          .device = row.text(first + 1),
          .path = row.text(first + 2),
          .kind = from_text(row.text(first + 3), kKinds),
          .is_entry = row.integer(first + 4) != 0,
          .state = from_text(row.text(first + 5), kDriftStates),
          .severity = from_text(row.text(first + 6), kSeverities),
          .desired = from_stored_json(row.text(first + 7)),
          .current = from_stored_json(row.text(first + 8)),
          .from = {row.text(first + 9), row.text(first + 10), row.text(first + 11), row.text(first + 18)},
          .first_seen = from_stored(row.integer(first + 12)),
          .opened_at = from_stored(row.integer(first + 13)),
          .changed_at = from_stored(row.integer(first + 14)),
          .resolved_at = from_stored(row.integer(first + 15)),
          .device_timestamp_ns = row.integer(first + 16),
          .was_told = row.integer(first + 17) != 0};
}

Delivery read_delivery(const Statement& row, int first) {
  return {.id = row.integer(first),
          .event_id = row.text(first + 1),
          .device = row.text(first + 2),
          .state = from_text(row.text(first + 3), kDeliveryStates),
          .attempts = static_cast<int>(row.integer(first + 4)),
          .last_class = row.text(first + 6),
          .last_status = static_cast<int>(row.integer(first + 7)),
          .last_error = row.text(first + 8),
          .created_at = from_stored(row.integer(first + 9)),
          .next_attempt_at = from_stored(row.integer(first + 10)),
          .finished_at = from_stored(row.integer(first + 11)),
          .body = {},
          .maybe_accepted = row.integer(first + 5) != 0};
}

Statement& bind_drift(Statement& statement, const model::Drift& drift) {
  return statement.bind(1, drift.id)
      .bind(2, drift.device)
      .bind(3, drift.path)
      .bind(4, model::to_text(drift.kind))
      .bind(5, drift.is_entry ? 1 : 0)
      .bind(6, model::to_text(drift.state))
      .bind(7, model::to_text(drift.severity))
      .bind(8, to_stored_json(drift.desired))
      .bind(9, to_stored_json(drift.current))
      .bind(10, drift.from.source.str())
      .bind(11, drift.from.object.str())
      .bind(12, drift.from.url.str())
      .bind(13, to_stored(drift.first_seen))
      .bind(14, to_stored(drift.opened_at))
      .bind(15, to_stored(drift.changed_at))
      .bind(16, to_stored(drift.resolved_at))
      .bind(17, drift.device_timestamp_ns)
      .bind(18, drift.was_told ? 1 : 0)
      .bind(19, drift.from.field.str());
}

}  // namespace dm::store
