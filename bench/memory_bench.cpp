// Bytes of memory for what is held of many devices: leaves, and devices without a socket.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <optional>

#include "gnmi/wire.h"
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

BENCHMARK(ObservedLeaf)->Arg(200)->Iterations(1)->Apply(with_range);

}  // namespace
}  // namespace dm::bench
