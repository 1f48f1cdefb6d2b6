#include "store/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/check.h"
#include "store/rows.h"

namespace dm::store {
namespace {

constexpr std::string_view kWriteDrift = R"sql(
INSERT INTO drift (id, device, path, kind, is_entry, state, severity, desired, current, source,
  object, link, first_seen, opened_at, changed_at, resolved_at, device_timestamp, was_told, field)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
ON CONFLICT (id) DO UPDATE SET kind = ?4, is_entry = ?5, state = ?6, severity = ?7, desired = ?8,
  current = ?9, source = ?10, object = ?11, link = ?12, first_seen = ?13, opened_at = ?14,
  changed_at = ?15, resolved_at = ?16, device_timestamp = ?17, was_told = ?18,
  field = ?19)sql";

constexpr std::string_view kWriteEvent = R"sql(
INSERT INTO event (id, device, action, at, body) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO NOTHING)sql";

constexpr std::string_view kWriteDelivery = R"sql(
INSERT INTO delivery (event_id, device, state, created_at, next_attempt_at)
VALUES (?1, ?2, 'pending', ?3, ?3))sql";

constexpr std::string_view kBegin = R"sql(
UPDATE delivery SET maybe_accepted = maybe_accepted OR attempt_started <> 0,
  attempt_started = ?2, attempts = attempts + 1
WHERE id = ?1 AND state = 'pending')sql";

constexpr std::string_view kFinish = R"sql(
UPDATE delivery SET state = ?2, last_class = ?3, last_status = ?4, last_error = ?5,
  next_attempt_at = ?6, maybe_accepted = maybe_accepted OR ?7, finished_at = ?8, attempt_started = 0
WHERE id = ?1 AND state = 'pending')sql";

constexpr std::string_view kRecover = R"sql(
UPDATE delivery SET maybe_accepted = 1, attempt_started = 0
WHERE state = 'pending' AND attempt_started <> 0)sql";

constexpr std::string_view kMakeDue = R"sql(
UPDATE delivery SET next_attempt_at = ?2
WHERE state = 'pending' AND last_class = ?1 AND next_attempt_at > ?2)sql";

// The oldest pending delivery of each device, found by hopping from device to device over the
// index, so that a long backlog costs nothing. One whose attempt is in progress is not due.
constexpr std::string_view kHeads = R"sql(
WITH RECURSIVE
  devices (device) AS (
    SELECT min(device) FROM delivery INDEXED BY delivery_pending WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(device) FROM delivery INDEXED BY delivery_pending
            WHERE state = 'pending' AND device > devices.device)
    FROM devices WHERE devices.device IS NOT NULL),
  heads (id) AS (
    SELECT (SELECT min(id) FROM delivery INDEXED BY delivery_pending
            WHERE state = 'pending' AND device = devices.device)
    FROM devices WHERE devices.device IS NOT NULL))sql";

constexpr std::string_view kDue = R"sql({}
SELECT {}, event.body FROM heads
  JOIN delivery ON delivery.id = heads.id JOIN event ON event.id = delivery.event_id
WHERE attempt_started = 0 AND next_attempt_at <= ?1
ORDER BY next_attempt_at, delivery.id LIMIT ?2)sql";

constexpr std::string_view kNextDue = R"sql({}
SELECT count(*), min(next_attempt_at) FROM heads JOIN delivery ON delivery.id = heads.id
WHERE attempt_started = 0)sql";

constexpr std::string_view kOpenDrifts =
    "SELECT {} FROM drift WHERE state <> 'resolved' AND device = ?1 ORDER BY number";

// Only the oldest thousand are looked at: pruning keeps up with what is written, at a bounded cost.
constexpr std::string_view kPruneDeliveries = R"sql(
DELETE FROM delivery WHERE finished_at < ?1 AND id IN
  (SELECT id FROM delivery WHERE state IN ('delivered', 'dead') ORDER BY id LIMIT 1000))sql";

constexpr std::string_view kPruneEvents = R"sql(
DELETE FROM event WHERE at < ?1 AND number IN (SELECT number FROM event ORDER BY number LIMIT 1000)
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.event_id = event.id))sql";

constexpr std::string_view kPruneDrifts = R"sql(
DELETE FROM drift WHERE resolved_at < ?1 AND number IN
  (SELECT number FROM drift WHERE state = 'resolved' ORDER BY number LIMIT 1000))sql";

constexpr std::string_view kMarkSent = "UPDATE drift SET was_sent = 1 WHERE id = ?1";
constexpr std::string_view kWasSent = "SELECT was_sent FROM drift WHERE id = ?1";

bool asks_for(const DeliveryFilter& filter, model::EventAction action) {
  return std::find(filter.actions.begin(), filter.actions.end(), action) != filter.actions.end();
}

}  // namespace

Tables::Tables(Database& database)
    : database_(&database),
      due_sql_(fmt::format(kDue, kHeads, kDeliveryColumns)),
      next_due_sql_(fmt::format(kNextDue, kHeads)),
      open_drifts_sql_(fmt::format(kOpenDrifts, kDriftColumns)) {}

core::Result<Statement*> Tables::prepared(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) {
    known->second.reset();
    return &known->second;
  }
  auto statement = database_->prepare(sql);
  if (!statement) return statement.error();
  return &statements_.emplace(sql, std::move(*statement)).first->second;
}

core::Result<Changes> Tables::write(const model::LedgerBatch& batch, const DeliveryFilter& filter,
                                    core::WallTime now) {
  CHECK(batch.bodies.size() == batch.events.size(), "every event has a body");
  for (const model::Drift& drift : batch.drifts) {
    if (const core::Status status = write_drift(drift); !status) return status.error();
  }
  Changes changes;
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    const auto added = write_event(batch.events[i], batch.bodies[i], filter, now);
    if (!added) return added.error();
    changes.added += added->added;
  }
  return changes;
}

core::Status Tables::write_drift(const model::Drift& drift) {
  auto statement = prepared(kWriteDrift);
  if (!statement) return statement.error();
  return bind_drift(**statement, drift).run();
}

core::Result<bool> Tables::was_sent(const std::string& drift_id) {
  auto statement = prepared(kWasSent);
  if (!statement) return statement.error();
  const auto row = (*statement)->bind(1, drift_id).step();
  if (!row) return row.error();
  const bool sent = *row && (*statement)->integer(0) != 0;
  (*statement)->reset();
  return sent;
}

core::Result<bool> Tables::passes(const model::EventDifference& item, const DeliveryFilter& filter) {
  using model::EventAction;
  if (!filter.enabled || !asks_for(filter, item.action)) return false;
  if (item.action == EventAction::Resolved && asks_for(filter, EventAction::Opened)) return was_sent(item.drift.id);
  return item.drift.severity >= filter.min_severity;
}

// Whether the event is to be sent; the drifts because of which it is are marked.
core::Result<bool> Tables::note_passing(const model::Event& event, const DeliveryFilter& filter) {
  bool is_any = false;
  for (const model::EventDifference& item : event.differences) {
    const auto is_passing = passes(item, filter);
    if (!is_passing) return is_passing.error();
    if (!*is_passing) continue;
    is_any = true;
    auto statement = prepared(kMarkSent);
    if (!statement) return statement.error();
    if (const core::Status status = (*statement)->bind(1, item.drift.id).run(); !status) return status.error();
  }
  return is_any;
}

core::Result<Changes> Tables::write_event(const model::Event& event, const std::string& body,
                                          const DeliveryFilter& filter, core::WallTime now) {
  auto statement = prepared(kWriteEvent);
  if (!statement) return statement.error();
  (*statement)->bind(1, event.id).bind(2, event.device).bind(3, model::to_text(event.action));
  (*statement)->bind(4, to_stored(event.detected_at)).bind(5, body);
  if (const core::Status status = (*statement)->run(); !status) return status.error();
  if (database_->changed_rows() == 0) return Changes{};
  const auto is_sent = note_passing(event, filter);
  if (!is_sent) return is_sent.error();
  if (!*is_sent) return Changes{};
  auto delivery = prepared(kWriteDelivery);
  if (!delivery) return delivery.error();
  (*delivery)->bind(1, event.id).bind(2, event.device).bind(3, to_stored(now));
  if (const core::Status status = (*delivery)->run(); !status) return status.error();
  return Changes{.added = 1};
}

core::Result<std::vector<Delivery>> Tables::due(core::WallTime now, std::size_t limit) {
  auto statement = prepared(due_sql_);
  if (!statement) return statement.error();
  (*statement)->bind(1, to_stored(now)).bind(2, static_cast<std::int64_t>(limit));
  std::vector<Delivery> deliveries;
  auto row = (*statement)->step();
  for (; row && *row; row = (*statement)->step()) {
    deliveries.push_back(read_delivery(**statement));
    deliveries.back().body = (*statement)->text(kDeliveryColumnCount);
  }
  if (!row) return row.error();
  return deliveries;
}

core::Result<std::optional<core::WallTime>> Tables::next_due() {
  auto statement = prepared(next_due_sql_);
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  std::optional<core::WallTime> next;
  if ((*statement)->integer(0) > 0) next = from_stored((*statement)->integer(1));
  (*statement)->reset();
  return next;
}

core::Result<Changes> Tables::begin_attempt(std::int64_t delivery_id, core::WallTime now) {
  auto statement = prepared(kBegin);
  if (!statement) return statement.error();
  const core::Status status = (*statement)->bind(1, delivery_id).bind(2, to_stored(now)).run();
  if (!status) return status.error();
  if (database_->changed_rows() == 0)
    return core::Error{core::Code::NotFound, "no such pending delivery"};
  return Changes{};
}

core::Result<Changes> Tables::finish_attempt(std::int64_t delivery_id,
                                             const Ledger::Outcome& outcome, core::WallTime now) {
  const bool is_over = outcome.state != DeliveryState::Pending;
  auto statement = prepared(kFinish);
  if (!statement) return statement.error();
  (*statement)->bind(1, delivery_id).bind(2, to_text(outcome.state)).bind(3, outcome.answer_class);
  (*statement)
      ->bind(4, outcome.status)
      .bind(5, outcome.error)
      .bind(6, to_stored(outcome.next_attempt_at));
  (*statement)->bind(7, outcome.maybe_accepted ? 1 : 0).bind(8, is_over ? to_stored(now) : 0);
  if (const core::Status status = (*statement)->run(); !status) return status.error();
  if (database_->changed_rows() == 0)
    return core::Error{core::Code::NotFound, "no such pending delivery"};
  return Changes{.finished = is_over ? 1 : 0};
}

core::Result<std::vector<model::Drift>> Tables::open_drifts(const std::string& device) {
  auto statement = prepared(open_drifts_sql_);
  if (!statement) return statement.error();
  (*statement)->bind(1, device);
  std::vector<model::Drift> drifts;
  auto row = (*statement)->step();
  for (; row && *row; row = (*statement)->step()) drifts.push_back(read_drift(**statement));
  if (!row) return row.error();
  return drifts;
}

core::Result<int> Tables::pending_count() {
  auto statement = prepared("SELECT count(*) FROM delivery WHERE state = 'pending'");
  if (!statement) return statement.error();
  const auto row = (*statement)->step();
  if (!row) return row.error();
  const auto count = static_cast<int>((*statement)->integer(0));
  (*statement)->reset();
  return count;
}

core::Status Tables::recover() {
  auto statement = prepared(kRecover);
  if (!statement) return statement.error();
  return (*statement)->run();
}

core::Status Tables::make_due(std::string_view answer_class, core::WallTime now) {
  auto statement = prepared(kMakeDue);
  if (!statement) return statement.error();
  return (*statement)->bind(1, answer_class).bind(2, to_stored(now)).run();
}

core::Status Tables::prune(core::WallTime before) {
  for (const std::string_view sql : {kPruneDeliveries, kPruneEvents, kPruneDrifts}) {
    auto statement = prepared(sql);
    if (!statement) return statement.error();
    if (const core::Status status = (*statement)->bind(1, to_stored(before)).run(); !status)
      return status;
  }
  return {};
}

}  // namespace dm::store
