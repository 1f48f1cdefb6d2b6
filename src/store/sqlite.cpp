#include "store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "core/check.h"

namespace dm::store {
namespace {

core::Code code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return core::Code::Corrupt;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return core::Code::Io;
    default:
      return core::Code::Internal;
  }
}

core::Error error_of(sqlite3* database, int result) {
  const char* text = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(result);
  return {code_of(result), fmt::format("SQLite: {} (code {})", text, result)};
}

constexpr const char* kOwnerPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA "
    "temp_store=MEMORY;"
    "PRAGMA journal_size_limit=67108864; PRAGMA trusted_schema=OFF;";
constexpr const char* kReaderPragmas =
    "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;";
constexpr int kBusyMilliseconds = 5000;

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void Database::Closer::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Statement& Statement::bind(int parameter, std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK,
        "a parameter the statement does not have");
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view value) {
  const int result =
      sqlite3_bind_text64(statement_.get(), parameter, value.data() != nullptr ? value.data() : "",
                          value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  CHECK(result == SQLITE_OK || result == SQLITE_NOMEM || result == SQLITE_TOOBIG,
        "a parameter the statement does not have");
  return *this;
}

core::Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    reset();
    return false;
  }
  core::Error error = error_of(sqlite3_db_handle(statement_.get()), result);
  reset();
  return error;
}

core::Status Statement::run() {
  core::Result<bool> row = step();
  while (row && *row) row = step();
  if (!row) return row.error();
  return {};
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes != nullptr ? std::string(bytes, bytes + size) : std::string();
}

core::Result<Database> Database::open(const std::string& path, Mode mode) {
  const int flags =
      (mode == Mode::Owner ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* raw = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (result != SQLITE_OK) {
    core::Error error = error_of(raw, result);
    error.message = path + ": " + error.message;
    return error;
  }
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  if (mode == Mode::Reader) sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const core::Status status =
      database.execute(mode == Mode::Owner ? kOwnerPragmas : kReaderPragmas);
  if (!status) return core::Error{status.error().code, path + ": " + status.error().message};
  return database;
}

core::Status Database::execute(const std::string& statements) {
  const int result = sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return error_of(database_.get(), result);
  return {};
}

core::Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int result = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (result != SQLITE_OK) return error_of(database_.get(), result);
  CHECK(raw != nullptr, "an empty statement");
  return Statement(raw);
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(database_.get()); }
std::int64_t Database::changed_rows() const { return sqlite3_changes64(database_.get()); }
std::int64_t Database::total_changes() const { return sqlite3_total_changes64(database_.get()); }

core::Status Database::quick_check() {
  auto check = prepare("PRAGMA quick_check(1)");
  if (!check) return check.error();
  const auto row = check->step();
  if (!row) return row.error();
  const std::string verdict = *row ? check->text(0) : "no answer";
  if (verdict == "ok") return {};
  return core::Error{core::Code::Corrupt, "quick_check: " + verdict};
}

}  // namespace dm::store
