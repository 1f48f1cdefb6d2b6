// The choices of a simulation: all from one seed, so that a seed repeats a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace dm::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // Below `count`, which is not 0.
  std::size_t pick(std::size_t count) { return engine_() % count; }
  bool one_in(std::size_t n) { return pick(n) == 0; }
  std::size_t between(std::size_t least, std::size_t most) { return least + pick(most - least + 1); }
  template <class T>
  const T& of(const std::vector<T>& all) {
    return all[pick(all.size())];
  }
  template <class T>
  void shuffle(std::vector<T>& all) {
    for (std::size_t left = all.size(); left > 1; --left) std::swap(all[left - 1], all[pick(left)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace dm::simulation
