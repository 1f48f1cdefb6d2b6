// A receiver under a test's control: every attempt waits until the test answers it, or is answered
// by a function. And a clock that several threads may read while the test moves it.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "fakes/patience.h"
#include "outbox/sender.h"

namespace dm::outbox::fakes {

class ManualClock final : public core::Clock {
 public:
  core::SteadyTime steady_now() const override { return core::SteadyTime(tick()); }
  core::WallTime wall_now() const override {
    return core::WallTime(std::chrono::seconds(1795132800)) + tick();
  }
  void advance(core::Duration by) { elapsed_ += by.count(); }

 private:
  core::Duration tick() const {
    return core::Duration(elapsed_ += 1000);
  }  // what is a nanosecond away comes
  mutable std::atomic<std::int64_t> elapsed_{0};
};

class Receiver {
 public:
  struct Call {
    std::string event_id, device;
    bool redelivered = false;
    std::optional<SendResult> answer;
  };
  using Answerer = std::function<SendResult(const Call&)>;

  // Without an answerer, each attempt waits for answer() or abort().
  explicit Receiver(Answerer answerer = {}) : answerer_(std::move(answerer)) {}

  std::vector<std::unique_ptr<Sender>> senders(std::size_t count) {
    std::vector<std::unique_ptr<Sender>> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(std::make_unique<Line>(*this));
    return out;
  }

  // The next attempt that was not taken yet; waits until there is one.
  std::shared_ptr<Call> next() {
    std::unique_lock guard(mutex_);
    dm::fakes::wait_for(changed_, guard, "an attempt", [&] { return !untaken_.empty(); });
    auto call = untaken_.front();
    untaken_.pop_front();
    return call;
  }
  void answer(const std::shared_ptr<Call>& call, SendResult result) {
    const std::lock_guard guard(mutex_);
    call->answer = std::move(result);
    changed_.notify_all();
  }
  std::shared_ptr<Call> next_is(SendResult result) {
    auto call = next();
    answer(call, std::move(result));
    return call;
  }
  std::vector<Call> calls() const {
    const std::lock_guard guard(mutex_);
    std::vector<Call> out;
    for (const auto& call : calls_) out.push_back(*call);
    return out;
  }
  // Waits until that many attempts were answered.
  void wait_for_answers(std::size_t count) {
    wait_until([&](std::size_t answered) { return answered >= count; });
  }
  // Looked at after every answer, while no other is given.
  void wait_until(const std::function<bool(std::size_t answered)>& is_reached) {
    std::unique_lock guard(mutex_);
    dm::fakes::wait_for(changed_, guard, "answered attempts", [&] { return is_reached(answered_); });
  }
  std::size_t most_at_once() const {
    const std::lock_guard guard(mutex_);
    return most_at_once_;
  }

 private:
  class Line final : public Sender {
   public:
    explicit Line(Receiver& receiver) : receiver_(receiver) {}
    SendResult send(const store::Delivery& delivery, bool redelivered) override {
      return receiver_.receive(delivery, redelivered, is_aborted_);
    }
    void abort() override {
      const std::lock_guard guard(receiver_.mutex_);
      is_aborted_ = true;
      receiver_.changed_.notify_all();
    }

   private:
    Receiver& receiver_;
    bool is_aborted_ = false;
  };

  SendResult receive(const store::Delivery& delivery, bool redelivered, const bool& is_aborted) {
    std::unique_lock guard(mutex_);
    auto call = std::make_shared<Call>(Call{delivery.event_id, delivery.device, redelivered, {}});
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    calls_.push_back(call);
    if (answerer_) {
      call->answer = answerer_(*call);
    } else {
      untaken_.push_back(call);
      changed_.notify_all();
      changed_.wait(guard, [&] { return call->answer || is_aborted; });
    }
    --at_once_;
    ++answered_;
    changed_.notify_all();
    return call->answer ? *call->answer
                        : SendResult{.answer = Answer::Aborted, .status = 0, .detail = "stopped"};
  }

  Answerer answerer_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Call>> calls_;
  std::deque<std::shared_ptr<Call>> untaken_;
  std::size_t at_once_ = 0, most_at_once_ = 0, answered_ = 0;
};

}  // namespace dm::outbox::fakes
