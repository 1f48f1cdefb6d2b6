// How far the paths that a device sends as SAMPLE are known: which were repeated lately, and which leaves a path no
// longer repeats and so lost.
//
// A device that samples says no deletes, and not where one round of a path ends. So time is cut into intervals as long as
// the one that was asked for, from the sync on. A leaf is gone when two whole intervals did not repeat it, each of which
// repeated something of its path: a late or a split round is not that long, and a path that is silent as a whole loses
// nothing (it is said to be silent). A path of which nothing came before the sync is not ended by it (gnxi's target syncs
// before a second path's first value): it is known once a whole interval followed the one with its first value.
// Pure: the tree's generations (observed/tree.h) are arguments. Lives on the shard's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "model/path.h"

namespace dm::fleet {

// Leaves of `pattern` that were not said since `generation` are gone.
struct Unrepeated {
  model::Path pattern;
  std::uint32_t generation = 0;
  bool operator==(const Unrepeated&) const = default;
};

class Samples {
 public:
  static constexpr int kSilentIntervals = 3;  // then a path is called silent
  using IsHeard = std::function<bool(const model::Path& pattern)>;

  explicit Samples(core::Duration interval) : interval_(interval) {}

  void set_paths(const std::vector<model::Path>& patterns);  // what is known of those that stay is kept
  bool is_empty() const { return samples_.empty(); }

  void begin_stream();
  // The sync came; `is_heard`: something of the path came before it.
  void go_live(const IsHeard& is_heard, core::SteadyTime now);
  void lose_stream() { due_.reset(); }
  // When the interval ends; nullopt: nothing is sampled, or the stream is not live.
  std::optional<core::SteadyTime> due() const { return samples_.empty() ? std::nullopt : due_; }
  // The interval that was `generation` is over; `is_heard`: something of the path came in it.
  std::vector<Unrepeated> end_interval(const IsHeard& is_heard, std::uint32_t generation, core::SteadyTime now);

  template <class IsIntended>
  void set_intended(const IsIntended& is_intended) {
    for (Sample& sample : samples_) sample.is_intended = is_intended(sample.pattern);
  }
  std::vector<model::Path> patterns() const;
  // True while nobody knows all of this path on this stream.
  bool is_waiting(const model::Path& pattern) const;
  bool is_pending() const;  // some path is waiting, and not silent
  // What of the intent is not compared, or by old values, for people; empty if nothing.
  std::string reason() const;
  // The same of one path, whether or not something is intended there.
  std::string trouble(const model::Path& pattern) const;

 private:
  struct Sample {
    model::Path pattern;
    bool is_complete = false;                   // on this stream
    std::optional<std::uint32_t> first_heard;   // while it is not: the interval of its first value
    bool was_heard = false;                     // in the last interval
    int silent = 0;                             // intervals in a row without any value
    bool is_intended = false;
  };
  std::string trouble(const Sample& sample) const;

  core::Duration interval_;
  std::vector<Sample> samples_;
  std::optional<core::SteadyTime> due_;
};

}  // namespace dm::fleet
