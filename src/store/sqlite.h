// SQLite behind RAII and Result: a connection and its prepared statements.
//
// sqlite.cpp is the only file that includes sqlite3.h. A connection belongs to one thread at a
// time. There is one writing connection per file (Mode::Owner, guarded by a lock file): SQLite
// before 3.51.3 can corrupt a WAL database when two connections write or checkpoint at the same
// instant.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace dm::store {

enum class Mode {
  Owner,   // creates the file if needed; WAL, synchronous=FULL; the only one that writes
  Reader,  // read-only; never checkpoints
};

// Parameters are numbered from 1, columns from 0. Texts are copied.
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view value);
  // True: a row is there. False: done (and ready to be bound and run again).
  core::Result<bool> step();
  // Runs a statement that has no rows to read.
  core::Status run();
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;

 private:
  friend class Database;  // the two halves of one wrapper
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

class Database {
 public:
  // Errors: Io (folder missing, not writable, disk), Corrupt. Messages name the file.
  static core::Result<Database> open(const std::string& path, Mode mode);
  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;

  core::Status execute(const std::string& statements);  // any number, without parameters
  core::Result<Statement> prepare(std::string_view sql);
  std::int64_t last_insert_id() const;
  std::int64_t changed_rows() const;   // of the last statement
  std::int64_t total_changes() const;  // rows changed since the file was opened
  // Error Corrupt names what is broken, if anything.
  core::Status quick_check();

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}
  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace dm::store
