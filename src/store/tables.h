// What the writer does to the tables, statement by statement. No transaction of its own: the ledger
// brings one. Lives on the ledger thread; borrows the connection.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "model/drift.h"
#include "store/ledger.h"
#include "store/sqlite.h"

namespace dm::store {

// How many deliveries a step added to or took from those pending.
struct Changes {
  int added = 0;
  int finished = 0;
};

class Tables {
 public:
  explicit Tables(Database& database);
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;

  // Repeating a batch that was written before changes nothing.
  core::Result<Changes> write(const model::LedgerBatch& batch, const DeliveryFilter& filter,
                              core::WallTime now);
  core::Result<std::vector<Delivery>> due(core::WallTime now, std::size_t limit);
  core::Result<std::optional<core::WallTime>> next_due();
  core::Result<Changes> begin_attempt(std::int64_t delivery_id, core::WallTime now);
  core::Result<Changes> finish_attempt(std::int64_t delivery_id, const Ledger::Outcome& outcome,
                                       core::WallTime now);
  core::Result<std::vector<model::Drift>> open_drifts(const std::string& device);
  core::Result<int> pending_count();
  // Attempts that a dead process left in progress: their answer is lost.
  core::Status recover();
  // Pending deliveries that were last answered so wait no longer.
  core::Status make_due(std::string_view answer_class, core::WallTime now);
  // Deletes at most a thousand rows of each table that ended before `before`.
  core::Status prune(core::WallTime before);

 private:
  core::Result<Statement*> prepared(std::string_view sql);
  core::Status write_drift(const model::Drift& drift);
  core::Result<bool> was_sent(const std::string& drift_id);
  core::Result<bool> passes(const model::EventDifference& item, const DeliveryFilter& filter);
  core::Result<bool> note_passing(const model::Event& event, const DeliveryFilter& filter);
  core::Result<Changes> write_event(const model::Event& event, const std::string& body,
                                    const DeliveryFilter& filter, core::WallTime now);

  Database* database_;
  const std::string due_sql_, next_due_sql_, open_drifts_sql_;
  std::map<std::string_view, Statement> statements_;  // by their text, which outlives them
};

}  // namespace dm::store
