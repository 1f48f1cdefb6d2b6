// Whether the first dump of a stream can be all there is on the device. A switch that boots answers gNMI, and says
// sync_response, before its configuration is loaded: what it lacks then is not missing, it comes within seconds.
//
// A dump that lacks much of what is intended is not believed at once: nothing is judged until it lacks less, or until
// the wait is over (then somebody has emptied the device). Once believed, a dump is believed until the stream ends.
// Pure: the caller brings the time. Lives on the shard's loop.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/clock.h"

namespace dm::fleet {

class FirstDump {
 public:
  // Much is this share of what is intended, and at least so many leaves and entries.
  static constexpr std::size_t kShare = 5;  // a fifth
  static constexpr std::size_t kLeast = 10;
  static constexpr core::Duration kLookAgain = std::chrono::seconds(1);

  explicit FirstDump(core::Duration wait) : wait_(wait) {}  // 0: every dump is believed

  void set_wait(core::Duration wait) { wait_ = wait; }
  void stream_ended();
  void synced(core::SteadyTime now) { synced_at_ = now; }
  // What a judgement found. True: it counts.
  bool believe(std::size_t missing, std::size_t intended, core::SteadyTime now);

  bool is_waiting() const { return due_.has_value(); }
  std::optional<core::SteadyTime> due() const { return due_; }  // then to be judged again
  std::string reason() const;                                   // for people; empty unless it is waiting

 private:
  core::Duration wait_;
  std::optional<core::SteadyTime> synced_at_, due_;
  bool is_believed_ = false;
  std::size_t missing_ = 0, intended_ = 0;
};

}  // namespace dm::fleet
