// Carries recorded events to a receiver until each is accepted or given up.
//
// One thread plans, one worker per sender carries: a device's events go one after the other in the
// order they were recorded, several devices' at the same time. An attempt is on disk before it is
// sent and its outcome afterwards, so a death in between is known as "maybe accepted" and the next
// attempt says `redelivered`. While the disk refuses, nothing is sent. Public methods: any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/clock.h"
#include "core/log.h"
#include "metrics/registry.h"
#include "outbox/breaker.h"
#include "outbox/schedule.h"
#include "outbox/sender.h"
#include "store/ledger.h"

namespace dm::outbox {

class Courier {
 public:
  struct Options {
    store::Ledger& ledger;  // outlives the courier, as do the next three
    const core::Clock& clock;
    core::Logger& log;
    metrics::Registry& metrics;
    std::vector<std::unique_ptr<Sender>> senders;  // one worker each; they share one receiver
    SchedulePolicy schedule{};
    Breaker::Policy breaker{};
    std::uint64_t seed = 0;  // of the jitter; 0: from the operating system
  };
  // Starts at once. There is one courier of a ledger at a time.
  explicit Courier(Options options);
  ~Courier();  // stop()
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  // Aborts what is on its way (it may have been accepted, and the next attempt says so) and ends.
  void stop();
  // Plans anew now: the clock was set, or the receiver is known to be back.
  void wake();

 private:
  // How one attempt ended, for the planner. No result: the disk refused and nothing was sent.
  struct Finished {
    std::string device;
    std::optional<SendResult> result;
    int attempts = 0;
    bool is_loading = false;  // see outbox::is_still_loading
    store::Ledger::Outcome outcome;
    core::Error trouble;  // when there is no result
  };

  void plan_forever() noexcept;
  core::Duration plan();
  core::Duration hand_out(std::size_t room, core::WallTime now);
  void note(const Finished& finished);
  void say(const Finished& finished);
  void work_forever(Sender& sender) noexcept;
  Finished attempt(Sender& sender, const store::Delivery& delivery);
  core::Status record(const store::Delivery& delivery, const store::Ledger::Outcome& outcome);
  std::optional<store::Delivery> take_job();
  bool wait_for_disk();
  std::uint64_t random();

  Options options_;

  // Planner only.
  Breaker breaker_;
  std::set<std::string> busy_;  // devices with a delivery handed out
  std::string last_failure_;
  std::string last_trouble_;
  bool is_recovered_ = false;

  std::mutex mutex_;  // guards the following
  std::condition_variable planner_wake_, worker_wake_;
  bool is_stopping_ = false;
  bool is_nudged_ = false;
  std::deque<store::Delivery> jobs_;
  std::vector<Finished> finished_;
  std::optional<core::WallTime> refused_at_;
  std::uint64_t random_state_;

  std::vector<std::thread> threads_;
};

}  // namespace dm::outbox
