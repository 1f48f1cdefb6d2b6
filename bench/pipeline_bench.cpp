// From bytes to "no drift", in memory: transport, wire, tree, judge and lifecycle of one device.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "allocations.h"
#include "lab_device.h"
#include "ranges.h"

namespace dm::bench {
namespace {

namespace h2 = fakes::http2;

constexpr std::size_t kLeaves = 500;
constexpr std::size_t kReadBytes = 256U << 10U;  // what the loop reads at once (net/asio.h)

void report(benchmark::State& state, double messages, double leaves, std::uint64_t allocations) {
  state.counters["messages/s"] = benchmark::Counter(messages, benchmark::Counter::kIsRate);
  state.counters["leaves/s"] = benchmark::Counter(leaves, benchmark::Counter::kIsRate);
  state.counters["ns/leaf"] = benchmark::Counter(leaves, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["allocs/message"] = static_cast<double>(allocations) / messages;
}

// Re-sends and heartbeats: every leaf again as it is. Argument: leaves of a message.
void Unchanged(benchmark::State& state) {
  const auto per_message = static_cast<std::size_t>(state.range(0));
  LabShard shard;
  const auto tree = lab_leaves(*shard.profile, kLeaves);
  ScriptedDevice device(shard, tree);
  std::string bytes;
  double messages = 0, leaves = 0;
  for (const std::string round = data_frames(tree, per_message); bytes.size() + round.size() <= kReadBytes;) {
    bytes += round;
    messages += static_cast<double>((tree.size() + per_message - 1) / per_message);
    leaves += static_cast<double>(tree.size());
  }
  device.say(bytes);

  const std::uint64_t before = allocations();
  for (auto _ : state) device.say(bytes);
  const auto rounds = static_cast<double>(state.iterations());
  report(state, messages * rounds, leaves * rounds, allocations() - before);
  CHECK(device.device().monitor().differences().empty(), "nothing drifted");
}

// The same, each message handed over by itself, as when each wakes the loop (without the system calls).
void UnchangedOneByOne(benchmark::State& state) {
  LabShard shard;
  const auto tree = lab_leaves(*shard.profile, kLeaves);
  ScriptedDevice device(shard, tree);
  std::vector<std::string> frames;
  for (const LabLeaf& leaf : tree) frames.push_back(h2::data(1, h2::message(update_message(leaf, 1'760'000'000'000'000'000))));
  for (const std::string& frame : frames) device.say(frame);

  const std::uint64_t before = allocations();
  for (auto _ : state) {
    for (const std::string& frame : frames) device.say(frame);
  }
  const double messages = static_cast<double>(state.iterations()) * static_cast<double>(frames.size());
  report(state, messages, messages, allocations() - before);
}

// One leaf goes from one value to another and back, each change a message of its own.
void change(benchmark::State& state, const std::string& path, const std::string& wrong) {
  LabShard shard;
  const auto tree = lab_leaves(*shard.profile, kLeaves);
  ScriptedDevice device(shard, tree);
  const auto found = std::find_if(tree.begin(), tree.end(), [&](const LabLeaf& leaf) { return model::to_text(leaf.path) == path; });
  CHECK(found != tree.end(), "the lab has this leaf");
  LabLeaf other = *found;
  other.value.set_string_val(wrong);
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    bytes += h2::data(1, h2::message(update_message(other, 1'760'000'000'000'000'000 + 2 * i)));
    bytes += h2::data(1, h2::message(update_message(*found, 1'760'000'000'000'000'001 + 2 * i)));
  }
  device.say(bytes);

  const std::uint64_t before = allocations();
  for (auto _ : state) device.say(bytes);
  const double messages = 200 * static_cast<double>(state.iterations());
  report(state, messages, messages, allocations() - before);
}

// An intended leaf: each second change begins a drift, the other ends it within its hold time.
void ChangedIntended(benchmark::State& state) {
  change(state, "/interfaces/interface[name=Ethernet1]/config/description", "typo");
}
// A leaf that no intent speaks of.
void ChangedUnmanaged(benchmark::State& state) {
  change(state, "/interfaces/interface[name=Ethernet1]/config/loopback-mode", "FACILITY");
}

BENCHMARK(Unchanged)->Arg(1)->Arg(20)->Apply(with_range);
BENCHMARK(UnchangedOneByOne)->Apply(with_range);
BENCHMARK(ChangedIntended)->Apply(with_range);
BENCHMARK(ChangedUnmanaged)->Apply(with_range);

}  // namespace
}  // namespace dm::bench
