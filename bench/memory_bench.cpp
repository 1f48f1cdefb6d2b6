// Bytes of memory for what is held of many devices: their leaves and their intent.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <memory>
#include <optional>

#include "compare/judge.h"
#include "gnmi/wire.h"
#include "intent/assemble.h"
#include "intent/files.h"
#include "lab_device.h"
#include "observed/tree.h"
#include "ranges.h"

namespace dm::bench {
namespace {

std::size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Trees of 500 leaves over one path table, as the devices of a shard have. The table is paid once and
// counted apart.
void ObservedLeaf(benchmark::State& state) {
  constexpr std::size_t kLeaves = 500;
  const auto devices = static_cast<std::size_t>(state.range(0));
  const auto profile = schema::load_profile("arista-eos").profile;
  const auto tree = lab_leaves(*profile, kLeaves);
  for (auto _ : state) {
    const std::size_t empty = bytes_in_use();
    std::optional<model::PathTable> paths(schema::classify);
    gnmi::WireReader reader(*profile, *paths, {});
    model::UpdateBatch batch;
    const std::string message = update_message(tree, 0, tree.size(), 1'760'000'000'000'000'000);
    CHECK(reader.read({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()}, batch).has_value(), "a valid message");
    CHECK(batch.sets.size() == kLeaves, "all leaves were read");
    const std::size_t before = bytes_in_use();
    std::vector<std::unique_ptr<observed::Tree>> trees;
    trees.reserve(devices);
    for (std::size_t i = 0; i < devices; ++i) {
      trees.push_back(std::make_unique<observed::Tree>(*paths, core::Limits{}));
      trees.back()->begin_generation();
      trees.back()->apply(batch);
      trees.back()->end_generation();
    }
    state.counters["bytes/leaf"] = static_cast<double>(bytes_in_use() - before) / static_cast<double>(devices * kLeaves);
    state.counters["bytes/path (once)"] = static_cast<double>(before - empty) / static_cast<double>(kLeaves);
  }
}

// What is intended for devices like leaf1: as read from files, as published, and as each is judged by.
void Intent(benchmark::State& state) {
  const auto devices = static_cast<std::size_t>(state.range(0));
  const auto profile = schema::load_profile("arista-eos").profile;
  const std::vector<intent::FileText> files = {{"intent.yaml", lab_intent_text(devices)}};
  const auto per_device = [&](std::size_t bytes) { return static_cast<double>(bytes) / static_cast<double>(devices); };
  for (auto _ : state) {
    const std::size_t empty = bytes_in_use();
    auto loaded = std::make_shared<const intent::Loaded>(intent::parse_files(files, {}).loaded);
    CHECK(loaded->devices.size() == devices, "the lab's intent files are valid");
    const std::size_t read = bytes_in_use();
    intent::SourceReading reading;
    reading.name = "files";
    reading.is_remote = false;
    reading.last_good = loaded;
    const model::IntentSnapshot snapshot = intent::assemble({reading}, {}, {});
    const std::size_t published = bytes_in_use();
    model::PathTable paths(schema::classify);
    const compare::Judge first(profile, paths, snapshot.devices.begin()->second, {});  // pays for the table
    const std::size_t before = bytes_in_use();
    std::vector<std::unique_ptr<compare::Judge>> judges;
    judges.reserve(devices);
    for (const auto& [name, intent] : snapshot.devices) {
      judges.push_back(std::make_unique<compare::Judge>(profile, paths, intent, compare::Rules{}));
    }
    state.counters["bytes/device (read)"] = per_device(read - empty);
    state.counters["bytes/device (published)"] = per_device(published - read);
    state.counters["bytes/device (judge)"] = per_device(bytes_in_use() - before);
  }
}

BENCHMARK(Intent)->Arg(200)->Iterations(1)->Apply(with_range);
BENCHMARK(ObservedLeaf)->Arg(200)->Iterations(1)->Apply(with_range);

}  // namespace
}  // namespace dm::bench
