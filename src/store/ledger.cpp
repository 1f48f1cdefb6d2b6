#include "store/ledger.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "core/check.h"
#include "store/file_lock.h"
#include "store/migrations.h"
#include "store/sqlite.h"
#include "store/tables.h"

namespace dm::store {
namespace {

using metrics::Metric;

constexpr std::size_t kGroup = 1000;  // jobs of one transaction
constexpr core::Duration kPruneEvery = std::chrono::seconds(10);

struct Job {
  std::function<core::Result<Changes>(Tables&)> work;
  std::function<void(const core::Status&)> done;
  bool is_batch = false;
};

core::Error damaged(const std::string& path, const core::Error& error) {
  if (error.code != core::Code::Corrupt) return {error.code, path + ": " + error.message};
  return {core::Code::Corrupt, fmt::format("{}: the file is damaged ({}): stop the service, move "
                                           "the file away together with its -wal and "
                                           "-shm files, and start again; open drifts are found "
                                           "again from the devices, events that were "
                                           "not delivered yet are lost",
                                           path, error.message)};
}

// The file is ours alone: it holds what devices are configured with.
void create_private(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor >= 0)
    close(descriptor);  // before SQLite opens it: closing later would drop its locks
}

}  // namespace

struct Ledger::Impl {
  Impl(std::string file, FileLock taken, Database opened, core::Limits with,
       const core::Clock& time, core::Logger& to, metrics::Registry& numbers)
      : path(std::move(file)),
        lock(std::move(taken)),
        database(std::move(opened)),
        tables(database),
        limits(with),
        clock(time),
        log(to),
        registry(numbers),
        next_prune(time.wall_now() + kPruneEvery) {}

  const std::string path;
  FileLock lock;
  Database database;  // ledger thread, once it runs
  Tables tables;
  const core::Limits limits;
  const core::Clock& clock;
  core::Logger& log;
  metrics::Registry& registry;
  core::WallTime next_prune;
  int pending = 0;
  std::atomic<bool> is_writable{true};

  mutable std::mutex mutex;  // guards the following
  std::condition_variable wake;
  std::deque<Job> queue;
  std::size_t batches = 0;  // of the queue
  DeliveryFilter filter;
  bool is_stopping = false;
  std::string trouble;

  std::mutex callback_mutex;  // guards on_delivery, held while it runs
  std::function<void()> on_delivery;
  std::thread thread;

  void run() noexcept;
  void run_group(std::deque<Job> group);
  core::Status transact(std::deque<Job>& group, std::vector<core::Status>& results,
                        Changes& changes);
  core::Status run_job(const Job& job, core::Status& result, Changes& changes);
  void report(const core::Status& status, bool wrote);
  void prune(core::WallTime now);
  void push(Job job);

  template <class T>
  core::Result<T> ask(std::function<core::Result<T>(Tables&)> question);
};

void Ledger::Impl::push(Job job) {
  {
    const std::lock_guard guard(mutex);
    CHECK(!is_stopping, "a ledger that is being closed is still used");
    queue.push_back(std::move(job));
  }
  wake.notify_one();
}

// Runs on the ledger thread in turn with everything else; its answer counts only if the group it
// was part of reached the disk.
template <class T>
core::Result<T> Ledger::Impl::ask(std::function<core::Result<T>(Tables&)> question) {
  CHECK(std::this_thread::get_id() != thread.get_id(), "the ledger thread asks itself");
  std::optional<T> answer;
  std::promise<core::Status> finished;
  push({.work = [&](Tables& t) -> core::Result<Changes> {
          auto result = question(t);
          if (!result) return result.error();
          answer = std::move(*result);
          if constexpr (std::is_same_v<T, Changes>) return *answer;
          return Changes{};
        },
        .done = [&](const core::Status& status) { finished.set_value(status); },
        .is_batch = false});
  const core::Status status = finished.get_future().get();
  if (!status) return status.error();
  return std::move(*answer);
}

void Ledger::Impl::run() noexcept {
  while (true) {
    std::deque<Job> group;
    {
      std::unique_lock guard(mutex);
      wake.wait(guard, [&] { return is_stopping || !queue.empty(); });
      if (queue.empty()) return;
      while (!queue.empty() && group.size() < kGroup) {
        if (queue.front().is_batch) --batches;
        group.push_back(std::move(queue.front()));
        queue.pop_front();
      }
      registry.set(Metric::LedgerQueue, static_cast<double>(batches));
    }
    const core::WallTime now = clock.wall_now();
    run_group(std::move(group));
    prune(now);
  }
}

void Ledger::Impl::run_group(std::deque<Job> group) {
  std::vector<core::Status> results(group.size());
  Changes changes;
  const std::int64_t before = database.total_changes();
  const core::Status status = transact(group, results, changes);
  report(status, database.total_changes() != before);
  if (status) {
    pending += changes.added - changes.finished;
    registry.set(Metric::OutboxPending, pending);
  }
  for (std::size_t i = 0; i < group.size(); ++i) group[i].done(status ? results[i] : status);
  if (!status || changes.added == 0) return;
  const std::lock_guard guard(callback_mutex);
  if (on_delivery) on_delivery();
}

// Error: the whole group failed (disk) and was rolled back. A job that fails by itself is undone
// alone.
core::Status Ledger::Impl::transact(std::deque<Job>& group, std::vector<core::Status>& results,
                                    Changes& changes) {
  core::Status status = database.execute("BEGIN IMMEDIATE");
  for (std::size_t i = 0; status && i < group.size(); ++i)
    status = run_job(group[i], results[i], changes);
  if (status) status = database.execute("COMMIT");
  if (status) return status;
  (void)database.execute("ROLLBACK");  // fails when SQLite has rolled back by itself
  return damaged(path, status.error());
}

core::Status Ledger::Impl::run_job(const Job& job, core::Status& result, Changes& changes) {
  if (core::Status status = database.execute("SAVEPOINT job"); !status) return status;
  const auto changed = job.work(tables);
  if (changed) {
    changes.added += changed->added;
    changes.finished += changed->finished;
    return database.execute("RELEASE job");
  }
  if (changed.error().code == core::Code::Io || changed.error().code == core::Code::Corrupt)
    return changed.error();
  result = changed.error();
  return database.execute("ROLLBACK TO job; RELEASE job");
}

// Says a lasting trouble once, and its end.
void Ledger::Impl::report(const core::Status& status, bool wrote) {
  if (status && !wrote) return;  // a group of questions proves nothing about the disk
  registry.add(Metric::LedgerCommits, 1, status ? "ok" : "error");
  const bool was_writable = is_writable.exchange(status.has_value());
  if (status && !was_writable) log.info("store: {} can be written again", path);
  std::string now;
  if (!status) {
    now = status.error().message +
          "; nothing is told or sent until it can be written: check free space and permissions";
    if (was_writable) log.error("store: {}", now);
  }
  const std::lock_guard guard(mutex);
  trouble = std::move(now);
}

void Ledger::Impl::prune(core::WallTime now) {
  if (now < next_prune || !is_writable) return;
  next_prune = now + kPruneEvery;
  core::Status status = database.execute("BEGIN IMMEDIATE");
  if (status) status = tables.prune(now - kRetention);
  if (status) status = database.execute("COMMIT");
  if (status) return;
  (void)database.execute("ROLLBACK");
  log.warning("store: {}: old rows could not be deleted: {}", path, status.error().message);
}

core::Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& path, core::Limits limits,
                                                   const core::Clock& clock, core::Logger& log,
                                                   metrics::Registry& metrics) {
  auto lock = FileLock::take(path);
  if (!lock) return lock.error();
  create_private(path);
  auto database = Database::open(path, Mode::Owner);
  if (!database) {
    return database.error().code == core::Code::Corrupt ? damaged(path, database.error())
                                                        : database.error();
  }
  if (const core::Status status = database->quick_check(); !status)
    return damaged(path, status.error());
  if (const core::Status status = migrate(*database); !status) return damaged(path, status.error());
  auto impl = std::make_unique<Impl>(path, std::move(*lock), std::move(*database), limits, clock,
                                     log, metrics);
  if (const core::Status status = impl->tables.recover(); !status)
    return damaged(path, status.error());
  const auto pending = impl->tables.pending_count();
  if (!pending) return damaged(path, pending.error());
  impl->pending = *pending;
  metrics.set(Metric::OutboxPending, *pending);
  return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->thread = std::thread([this] { impl_->run(); });
}

Ledger::~Ledger() {
  {
    const std::lock_guard guard(impl_->mutex);
    impl_->is_stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

void Ledger::set_filter(DeliveryFilter filter) {
  const std::lock_guard guard(impl_->mutex);
  impl_->filter = std::move(filter);
}

void Ledger::commit(model::LedgerBatch batch, std::function<void(const core::Status&)> done) {
  bool is_full = false;
  {
    const std::lock_guard guard(impl_->mutex);
    is_full = impl_->batches >= impl_->limits.ledger_queue;
    if (!is_full) ++impl_->batches;
  }
  if (is_full) {
    impl_->registry.add(Metric::LimitHits, 1, "ledger_queue");
    done(core::Error{
        core::Code::ResourceExhausted,
        fmt::format("{} batches wait for the disk: try again later", impl_->limits.ledger_queue)});
    return;
  }
  auto shared = std::make_shared<const model::LedgerBatch>(std::move(batch));
  impl_->push({.work = [shared, impl = impl_.get()](Tables& tables) -> core::Result<Changes> {
                 DeliveryFilter filter;
                 {
                   const std::lock_guard guard(impl->mutex);
                   filter = impl->filter;
                 }
                 return tables.write(*shared, filter, impl->clock.wall_now());
               },
               .done = std::move(done),
               .is_batch = true});
}

core::Result<std::vector<Delivery>> Ledger::due(core::WallTime now, std::size_t limit) {
  return impl_->ask<std::vector<Delivery>>([&](Tables& tables) { return tables.due(now, limit); });
}

std::optional<core::WallTime> Ledger::next_due() const {
  using Time = std::optional<core::WallTime>;
  const auto next = impl_->ask<Time>([](Tables& tables) { return tables.next_due(); });
  return next ? *next : std::nullopt;
}

core::Status Ledger::begin_attempt(std::int64_t delivery_id, core::WallTime now) {
  const auto done =
      impl_->ask<Changes>([&](Tables& tables) { return tables.begin_attempt(delivery_id, now); });
  return done ? core::Status() : core::Status(done.error());
}

core::Status Ledger::finish_attempt(std::int64_t delivery_id, const Outcome& outcome,
                                    core::WallTime now) {
  const auto done = impl_->ask<Changes>(
      [&](Tables& tables) { return tables.finish_attempt(delivery_id, outcome, now); });
  return done ? core::Status() : core::Status(done.error());
}

core::Status Ledger::abandon_attempts() {
  const auto done = impl_->ask<Changes>([](Tables& tables) -> core::Result<Changes> {
    const core::Status status = tables.recover();
    if (!status) return status.error();
    return Changes{};
  });
  return done ? core::Status() : core::Status(done.error());
}

core::Status Ledger::make_due(const std::string& answer_class, core::WallTime now) {
  const auto done = impl_->ask<Changes>([&](Tables& tables) -> core::Result<Changes> {
    const core::Status status = tables.make_due(answer_class, now);
    if (!status) return status.error();
    return Changes{};
  });
  return done ? core::Status() : core::Status(done.error());
}

core::Result<std::vector<model::Drift>> Ledger::open_drifts(const std::string& device) {
  return impl_->ask<std::vector<model::Drift>>(
      [&](Tables& tables) { return tables.open_drifts(device); });
}

bool Ledger::is_writable() const { return impl_->is_writable; }

std::string Ledger::trouble() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->trouble;
}

void Ledger::set_on_delivery(std::function<void()> callback) {
  const std::lock_guard guard(impl_->callback_mutex);
  impl_->on_delivery = std::move(callback);
}

}  // namespace dm::store
