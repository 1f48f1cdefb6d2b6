// Of repeated benches the smallest and the largest are shown beside the median: these machines are shared.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

namespace dm::bench {

inline void with_range(benchmark::internal::Benchmark* bench) {
  bench->ComputeStatistics("min", [](const std::vector<double>& v) { return *std::min_element(v.begin(), v.end()); });
  bench->ComputeStatistics("max", [](const std::vector<double>& v) { return *std::max_element(v.begin(), v.end()); });
}

}  // namespace dm::bench
