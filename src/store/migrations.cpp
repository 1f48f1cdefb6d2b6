#include "store/migrations.h"

#include <fmt/format.h>

#include <array>

namespace dm::store {
namespace {

// Times are nanoseconds since 1970 (UTC), 0 = not yet. Values are JSON without loss (value_json.h).
// `number` orders rows by arrival: pages go by it.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE drift (
  number           INTEGER PRIMARY KEY AUTOINCREMENT,
  id               TEXT NOT NULL UNIQUE,
  device           TEXT NOT NULL,
  path             TEXT NOT NULL,
  kind             TEXT NOT NULL,
  is_entry         INTEGER NOT NULL,
  state            TEXT NOT NULL,
  severity         TEXT NOT NULL,
  desired          TEXT NOT NULL,
  current          TEXT NOT NULL,
  source           TEXT NOT NULL,
  object           TEXT NOT NULL,
  link             TEXT NOT NULL,
  first_seen       INTEGER NOT NULL,
  opened_at        INTEGER NOT NULL,
  changed_at       INTEGER NOT NULL,
  resolved_at      INTEGER NOT NULL,
  device_timestamp INTEGER NOT NULL,
  was_told         INTEGER NOT NULL
) STRICT;
CREATE INDEX drift_by_device ON drift (device, number);
CREATE INDEX drift_unresolved ON drift (device) WHERE state <> 'resolved';

CREATE TABLE event (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id     TEXT NOT NULL UNIQUE,
  device TEXT NOT NULL,
  action TEXT NOT NULL,
  at     INTEGER NOT NULL,
  body   TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_device ON event (device, number);

-- attempt_started: when the attempt in progress began; still set after a crash.
-- maybe_accepted: an earlier attempt was begun and its answer is not known.
CREATE TABLE delivery (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id        TEXT NOT NULL UNIQUE REFERENCES event (id),
  device          TEXT NOT NULL,
  state           TEXT NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0,
  attempt_started INTEGER NOT NULL DEFAULT 0,
  maybe_accepted  INTEGER NOT NULL DEFAULT 0,
  last_class      TEXT NOT NULL DEFAULT '',
  last_status     INTEGER NOT NULL DEFAULT 0,
  last_error      TEXT NOT NULL DEFAULT '',
  created_at      INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  finished_at     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX delivery_pending ON delivery (device, id) WHERE state = 'pending';
CREATE INDEX delivery_by_state ON delivery (state, id);
)sql";

// was_sent: the drift itself was a reason to send an event.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE drift ADD COLUMN was_sent INTEGER NOT NULL DEFAULT 0;
UPDATE drift SET was_sent = was_told;
)sql";

constexpr const char* kVersion3 = R"sql(
ALTER TABLE drift ADD COLUMN field TEXT NOT NULL DEFAULT '';
)sql";

constexpr std::array kMigrations{kVersion1, kVersion2, kVersion3};  // kMigrations[n] leads from version n to n + 1

}  // namespace

int schema_version() { return static_cast<int>(kMigrations.size()); }

core::Result<int> stored_version(Database& database) {
  auto statement = database.prepare("PRAGMA user_version");
  if (!statement) return statement.error();
  const auto row = statement->step();
  if (!row) return row.error();
  return static_cast<int>(statement->integer(0));
}

core::Status migrate(Database& database) {
  const auto version = stored_version(database);
  if (!version) return version.error();
  if (*version > schema_version()) {
    return core::Error{
        core::Code::PermissionDenied,
        fmt::format("written by a newer drift-monitor (schema {}, this program knows {}): run that "
                    "version, or start with another store.path",
                    *version, schema_version())};
  }
  for (int from = *version; from < schema_version(); ++from) {
    const core::Status status =
        database.execute(fmt::format("BEGIN IMMEDIATE; {} PRAGMA user_version={}; COMMIT;",
                                     kMigrations[static_cast<std::size_t>(from)], from + 1));
    if (!status) {
      (void)database.execute("ROLLBACK");
      return status;
    }
  }
  return {};
}

}  // namespace dm::store
