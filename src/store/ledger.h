// The one writer of the database: drift states, events and outbox rows, durable before anything
// else happens with them.
//
// Batches are queued and committed in groups (one transaction, one fsync). Everything that writes
// goes through here, delivery bookkeeping too. Thread-safe; completions run on the ledger thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/log.h"
#include "core/result.h"
#include "metrics/registry.h"
#include "model/drift.h"

namespace dm::store {

// Which events become deliveries: those with at least one difference that passes, as a whole. A
// difference passes by its own action and severity; a resolution passes if its drift's opening (or
// change) did, whatever the severity is now. Where openings are not asked for at all, it goes by its
// severity.
struct DeliveryFilter {
  std::vector<model::EventAction> actions;
  model::Severity min_severity = model::Severity::Info;
  bool enabled = true;  // false: no receiver is configured
};

enum class DeliveryState { Pending, Delivered, Dead };
std::string_view to_text(DeliveryState state);

struct Delivery {
  std::int64_t id = 0;
  std::string event_id;
  std::string device;
  DeliveryState state = DeliveryState::Pending;
  int attempts = 0;
  std::string last_class;  // answer class of the last attempt (webhook/answer.h)
  int last_status = 0;
  std::string last_error;  // short, no secrets
  core::WallTime created_at{}, next_attempt_at{}, finished_at{};
  std::string body;             // JSON as it will be POSTed
  bool maybe_accepted = false;  // an earlier attempt was begun and its answer is not known
};

// Resolved drifts and finished events are kept so long, and then deleted bit by bit.
inline constexpr core::Duration kRetention = std::chrono::hours(24 * 30);

class Ledger {
 public:
  // Errors, each with its cure: Io (folder missing, not writable), Unavailable (another process has
  // the file), Corrupt (quick_check), PermissionDenied (written by a newer version). Creates the
  // file, brings older ones up to date, and marks attempts a dead process left in progress as maybe
  // accepted.
  static core::Result<std::unique_ptr<Ledger>> open(const std::string& path, core::Limits limits,
                                                    const core::Clock& clock, core::Logger& log,
                                                    metrics::Registry& metrics);
  ~Ledger();  // commits what is queued, then closes

  void set_filter(DeliveryFilter filter);
  // Any thread. `done` runs once, on the ledger thread, after the transaction is on disk or failed.
  // Error ResourceExhausted (at once, on the caller's thread): the queue is full. Error Io: the
  // disk refused, nothing of the batch was written. A batch may be committed again: what was
  // written stays as it is. A batch that cannot be written does not hold up the others of its
  // group.
  void commit(model::LedgerBatch batch, std::function<void(const core::Status&)> done);

  // Delivery bookkeeping, for the courier; blocking, any thread but the ledger's.
  // The oldest pending delivery of each device that is due at `now` (order per device), at most
  // `limit`, longest due first. One whose attempt is in progress (begun, not finished) is not due,
  // and nothing behind it either; next_due() leaves them out likewise.
  core::Result<std::vector<Delivery>> due(core::WallTime now, std::size_t limit);
  std::optional<core::WallTime> next_due() const;
  core::Status begin_attempt(std::int64_t delivery_id, core::WallTime now);  // before the POST
  struct Outcome {
    DeliveryState state = DeliveryState::Pending;
    std::string answer_class;
    int status = 0;
    std::string error;
    core::WallTime next_attempt_at{};
    bool maybe_accepted = false;  // the answer is not known; stays true once it was
  };
  core::Status finish_attempt(std::int64_t delivery_id, const Outcome& outcome, core::WallTime now);

  // Marks attempts that were begun and never finished as maybe accepted, and makes them due again.
  // For a courier that starts, when no other one runs; open() does the same.
  core::Status abandon_attempts();
  // Pending deliveries that were last answered so are due at `now`: the settings were mended.
  core::Status make_due(const std::string& answer_class, core::WallTime now);

  // Drifts not resolved, for a restart.
  core::Result<std::vector<model::Drift>> open_drifts(const std::string& device);
  // False after a disk error until a commit succeeds again.
  bool is_writable() const;
  // What the disk said, with the file and the cure; empty while it is writable. Any thread.
  std::string trouble() const;
  // Called (ledger thread) whenever new deliveries were committed. When this returns, the callback
  // set before is not running and will not be called again. Not to be called by a callback.
  void set_on_delivery(std::function<void()> callback);

 private:
  struct Impl;
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::store
