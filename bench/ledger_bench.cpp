// Durable hand-over: batches of one drift and one event, each on disk before it counts.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "core/text.h"
#include "drift/event_json.h"
#include "ranges.h"
#include "store/ledger.h"

namespace dm::bench {
namespace {

model::LedgerBatch make_batch(const core::Clock& clock) {
  model::Drift drift{.id = core::random_id(),
                     .device = "leaf1",
                     .path = "/interfaces/interface[name=Ethernet1]/config/description",
                     .desired = "host1",
                     .current = "typo",
                     .from = {"netbox", "dcim.interface:101", ""},
                     .first_seen = clock.wall_now(),
                     .opened_at = clock.wall_now(),
                     .changed_at = clock.wall_now()};
  model::Event event{.id = core::random_id(), .device = "leaf1", .differences = {{drift, model::EventAction::Opened}}, .open_count = 1, .detected_at = clock.wall_now(), .address = {}, .profile = {}, .labels = {}, .url = {}};
  const std::string body = drift::to_json(event, 256U << 10U, 200).body;
  return {.device = "leaf1", .drifts = {drift}, .events = {std::move(event)}, .bodies = {body}};
}

// Argument: batches under way at once; they share a transaction.
void LedgerCommit(benchmark::State& state) {
  std::string folder = std::filesystem::temp_directory_path() / "drift-monitor-bench-XXXXXX";
  CHECK(::mkdtemp(folder.data()) != nullptr, "a folder");
  core::SystemClock clock;
  core::Logger log(core::LogLevel::Error, core::LogFormat::Text);
  metrics::Registry metrics;
  auto opened = store::Ledger::open(folder + "/state.db", {}, clock, log, metrics);
  CHECK(opened.has_value(), "the ledger opens");
  store::Ledger& ledger = **opened;
  ledger.set_filter({.actions = {model::EventAction::Opened}});
  const auto at_once = static_cast<int>(state.range(0));
  std::mutex mutex;
  std::condition_variable changed;
  int under_way = 0;
  for (auto _ : state) {
    for (int i = 0; i < at_once; ++i) {
      {
        const std::lock_guard lock(mutex);
        ++under_way;
      }
      ledger.commit(make_batch(clock), [&](const core::Status& status) {
        CHECK(status.has_value(), "the disk takes it");
        const std::lock_guard lock(mutex);
        if (--under_way == 0) changed.notify_one();
      });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return under_way == 0; });
  }
  state.counters["commits/s"] = benchmark::Counter(static_cast<double>(state.iterations() * at_once), benchmark::Counter::kIsRate);
  opened->reset();
  std::filesystem::remove_all(folder);
}

BENCHMARK(LedgerCommit)->Arg(1)->Arg(100)->UseRealTime()->Apply(with_range);

}  // namespace
}  // namespace dm::bench
