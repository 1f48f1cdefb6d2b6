// What one message of deletes with wildcards costs a device that has very many leaves.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "observed/deletes.h"
#include "schema/profile.h"

namespace dm::bench {
namespace {

constexpr std::size_t kEntries = 47'500, kPatterns = 256;  // 190,000 leaves; limits.delete_patterns_per_message

struct Held {
  model::PathTable paths{schema::classify};
  model::LeafMap leaves{paths};

  Held() {
    for (std::size_t i = 0; i < kEntries; ++i) {
      for (const char* leaf : {"mtu", "description", "enabled", "type"}) {
        const auto path = model::parse_path(fmt::format("/interfaces/interface[name=Ethernet{}]/config/{}", i, leaf));
        leaves.insert({.path = paths.intern(*path), .value = {}});
      }
    }
  }
};

void PatternDeletes(benchmark::State& state, const char* pattern) {
  static const Held held;
  std::vector<model::Path> patterns;
  for (std::size_t i = 0; i < kPatterns; ++i) patterns.push_back(*model::parse_path(fmt::format(fmt::runtime(pattern), i)));
  for (auto _ : state) benchmark::DoNotOptimize(observed::deleted_leaves(held.paths, held.leaves, {}, patterns));
}

BENCHMARK_CAPTURE(PatternDeletes, InsideAnEntry, "/interfaces/interface[name=Ethernet{}]/*/mtu")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PatternDeletes, OfOtherNames, "/interfaces/.../config/.../q{}")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PatternDeletes, OfTheSameNames, "/interfaces/interface[name=Port{}*]/config/mtu")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dm::bench
