#include "outbox/courier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "outbox/receiver.h"
#include "store/scratch.h"

namespace dm::outbox {
namespace {

using namespace std::chrono_literals;
using fakes::ManualClock;
using fakes::Receiver;
using metrics::Metric;
using store::scratch::batch;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const SendResult kAccepted{.answer = Answer::Accepted, .status = 200};
const SendResult kUnavailable{.answer = Answer::Retry, .status = 503, .detail = "HTTP 503"};
const SendResult kRefused{
    .answer = Answer::NoConnection, .status = 0, .detail = "connection refused"};
const SendResult kLost{.answer = Answer::Ambiguous, .status = 0, .detail = "the answer was lost"};

// The courier borrows a test's receiver and must end before it, whatever way the test ends.
struct StopFirst {
  std::unique_ptr<Courier>& courier;
  ~StopFirst() { courier.reset(); }
};

class CourierTest : public testing::Test {
 protected:
  CourierTest() { reopen(); }

  void reopen() {
    courier_.reset();
    ledger_.reset();
    auto opened = store::Ledger::open(folder_.file("state.db"), {}, clock_, log_, metrics_);
    ASSERT_TRUE(opened) << opened.error().message;
    ledger_ = std::move(*opened);
    ledger_->set_filter(store::scratch::everything());
  }
  std::string commit(const std::string& device) {
    std::promise<core::Status> done;
    const auto told = batch(device);
    ledger_->commit(told, [&](const core::Status& status) { done.set_value(status); });
    EXPECT_TRUE(done.get_future().get());
    return told.events[0].id;
  }
  void start(Receiver& receiver, std::size_t workers = 4, SchedulePolicy schedule = {},
             Breaker::Policy breaker = {}) {
    courier_ = std::make_unique<Courier>(Courier::Options{.ledger = *ledger_,
                                                          .clock = clock_,
                                                          .log = log_,
                                                          .metrics = metrics_,
                                                          .senders = receiver.senders(workers),
                                                          .schedule = schedule,
                                                          .breaker = breaker,
                                                          .seed = 42});
  }
  // Everything is due at once again, so no clock has to be moved.
  void start_impatient(Receiver& receiver, std::size_t workers = 4) {
    start(receiver, workers, {.first = 1ns, .most = 1ns, .least = 0ns, .slow = 0ns},
          {.patience = 5, .pause = {.first = 1ns, .most = 1ns}});
  }
  std::vector<store::Delivery> due() { return *ledger_->due(clock_.wall_now(), 100); }

  store::scratch::Folder folder_;
  ManualClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<Courier> courier_;
};

TEST_F(CourierTest, CarriesWhatIsThereAndWhatComes) {
  const std::string before = commit("leaf1");
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver);
  EXPECT_EQ(receiver.next_is(kAccepted)->event_id, before);

  const std::string after = commit("leaf1");
  const auto call = receiver.next_is(kAccepted);

  EXPECT_EQ(call->event_id, after);
  EXPECT_FALSE(call->redelivered);
  courier_->stop();
  EXPECT_THAT(due(), IsEmpty());
  EXPECT_EQ(metrics_.value(Metric::Deliveries, "delivered"), 2);
  EXPECT_EQ(metrics_.value(Metric::Attempts, "accepted"), 2);
  EXPECT_EQ(metrics_.value(Metric::OutboxPending), 0);
}

TEST_F(CourierTest, ADevicesEventsGoOneAfterTheOtherInOrder) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(commit("leaf1"));
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver);

  std::vector<std::string> seen;
  for (int i = 0; i < 5; ++i) seen.push_back(receiver.next_is(kAccepted)->event_id);

  EXPECT_EQ(seen, ids);
  EXPECT_EQ(receiver.most_at_once(), 1U);
}

TEST_F(CourierTest, SeveralDevicesGoAtTheSameTime) {
  for (int i = 0; i < 6; ++i) commit("leaf" + std::to_string(i));
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver, 4);

  std::vector<std::shared_ptr<Receiver::Call>> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(receiver.next());
  for (const auto& call : calls) receiver.answer(call, kAccepted);
  receiver.next_is(kAccepted);
  receiver.next_is(kAccepted);

  EXPECT_EQ(receiver.most_at_once(), 4U);
}

TEST_F(CourierTest, ARetryWaitsForItsTimeAndIsNotRedelivered) {
  commit("leaf1");
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver, 1, {.first = 10s, .least = 5s});
  receiver.next_is(kUnavailable);
  courier_->stop();
  const auto next = ledger_->next_due();
  ASSERT_TRUE(next);
  EXPECT_GT(*next, clock_.wall_now() + 4s);
  EXPECT_THAT(due(), IsEmpty());

  start(receiver, 1);
  clock_.advance(10s);
  courier_->wake();
  const auto call = receiver.next_is(kAccepted);

  EXPECT_FALSE(call->redelivered);
}

TEST_F(CourierTest, ALostAnswerMakesTheNextOneRedelivered) {
  const std::string id = commit("leaf1");
  commit("leaf1");
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start_impatient(receiver);

  receiver.next_is(kLost);
  const auto second = receiver.next_is(kUnavailable);
  const auto third = receiver.next_is(kAccepted);
  const auto other = receiver.next_is(kAccepted);

  EXPECT_EQ(second->event_id, id);
  EXPECT_TRUE(second->redelivered);
  EXPECT_EQ(third->event_id, id);
  EXPECT_TRUE(third->redelivered);
  EXPECT_FALSE(other->redelivered);
}

TEST_F(CourierTest, StoppingAbortsAndLosesNothing) {
  const std::string id = commit("leaf1");
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver);
  receiver.next();

  courier_->stop();
  start(receiver);
  const auto again = receiver.next_is(kAccepted);

  EXPECT_EQ(again->event_id, id);
  EXPECT_TRUE(again->redelivered);
}

TEST_F(CourierTest, AReceiverThatIsAwayIsProbedByOneAtATime) {
  for (int i = 0; i < 40; ++i) commit("leaf" + std::to_string(i));
  std::atomic<int> running{0};
  std::atomic<int> answers{0};
  std::atomic<int> most_while_away{0};
  Receiver receiver([&](const Receiver::Call&) {
    const int now_running = ++running;
    if (answers >= 5 + 4) most_while_away = std::max(most_while_away.load(), now_running);
    ++answers;
    --running;
    return kRefused;
  });
  const StopFirst stop_first{courier_};
  start_impatient(receiver, 4);

  receiver.wait_for_answers(60);
  courier_->stop();

  EXPECT_EQ(most_while_away, 1);
}

TEST_F(CourierTest, WhileTheReceiverIsAwayNothingIsTriedBetweenProbes) {
  for (int i = 0; i < 20; ++i) commit("leaf" + std::to_string(i));
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver, 1, {}, {.patience = 3, .pause = {.first = 30s, .most = 1min}});
  for (int i = 0; i < 3; ++i) receiver.next_is(kRefused);
  receiver.wait_for_answers(3);

  // The planner notes the third failure before it can start anything else, and then the pause
  // holds: the clock stands (nearly) still.
  commit("leaf99");
  courier_->wake();
  courier_->stop();

  EXPECT_THAT(receiver.calls(), SizeIs(3));
}

TEST_F(CourierTest, APauseAskedForInOneAnswerHoldsForAllDevices) {
  commit("leaf1");
  commit("leaf2");
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver, 1);
  receiver.next_is({.answer = Answer::Retry, .status = 429, .detail = "HTTP 429", .retry_after = 60s});
  receiver.wait_for_answers(1);

  courier_->wake();
  courier_->stop();

  EXPECT_THAT(receiver.calls(), SizeIs(1));
}

TEST_F(CourierTest, A404OfALoadingReceiverIsNoMistakeUntilItLasts) {
  const SendResult not_found{.answer = Answer::Configuration, .status = 404, .detail = "HTTP 404: no such webhook"};
  log_.set_level(core::LogLevel::Warning);
  commit("leaf1");
  Receiver receiver;
  const StopFirst stop_first{courier_};
  testing::internal::CaptureStderr();
  start_impatient(receiver, 1);
  receiver.next_is(kRefused);
  receiver.next_is(not_found);
  receiver.next_is(not_found);
  auto last = receiver.next();
  clock_.advance(6min);
  receiver.answer(last, not_found);
  receiver.next_is(kAccepted);
  courier_->stop();

  const std::string log = testing::internal::GetCapturedStderr();

  const auto loading = log.find("may still be loading its flows"), mistake = log.find("HTTP 404: no such webhook; tried again slowly");
  ASSERT_NE(loading, std::string::npos) << log;
  ASSERT_NE(mistake, std::string::npos) << log;
  EXPECT_LT(loading, mistake);
  EXPECT_EQ(log.find("may still be loading", loading + 1), std::string::npos) << "said twice";
}

TEST_F(CourierTest, ADeadLetterLetsTheNextPass) {
  commit("leaf1");
  const std::string next = commit("leaf1");
  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver, 1, {.horizon = 1h});
  clock_.advance(2h);
  receiver.next_is(
      {.answer = Answer::Configuration, .status = 404, .detail = "HTTP 404: wrong key", .is_cut = true});

  const auto call = receiver.next_is(kAccepted);

  EXPECT_EQ(call->event_id, next);
  courier_->stop();
  EXPECT_EQ(metrics_.value(Metric::Deliveries, "dead"), 1);
  EXPECT_EQ(metrics_.value(Metric::LimitHits, "retry_horizon"), 1);
  EXPECT_EQ(metrics_.value(Metric::LimitHits, "answer_bytes"), 1);
}

TEST_F(CourierTest, AttemptsLeftInProgressByAnEarlierCourierAreTakenUp) {
  const std::string id = commit("leaf1");
  ASSERT_TRUE(ledger_->begin_attempt(due()[0].id, clock_.wall_now()));
  ASSERT_THAT(due(), IsEmpty());

  Receiver receiver;
  const StopFirst stop_first{courier_};
  start(receiver);
  const auto call = receiver.next_is(kAccepted);

  EXPECT_EQ(call->event_id, id);
  EXPECT_TRUE(call->redelivered);
}

// A receiver that fails, loses answers and is restarted under the courier: what the outside sees.
TEST_F(CourierTest, EveryEventIsAcceptedInOrderAndDuplicatesAreAnnounced) {
  std::map<std::string, std::vector<std::string>> told;
  for (int i = 0; i < 40; ++i) {
    const std::string device = "leaf" + std::to_string(i % 5);
    told[device].push_back(commit(device));
  }
  std::map<std::string, std::vector<std::string>> accepted;  // first acceptances, in order
  std::map<std::string, int> times, withheld;
  std::size_t unannounced = 0, false_alarms = 0, settled = 0;
  std::mt19937 random(5);
  const auto answerer = [&](const Receiver::Call& call) {
    const auto dice = random() % 10;
    if (dice < 3) return kUnavailable;
    if (dice < 4) return kRefused;
    if (call.redelivered && withheld[call.event_id] == 0) ++false_alarms;
    if (++times[call.event_id] == 1) accepted[call.device].push_back(call.event_id);
    if (times[call.event_id] > 1 && !call.redelivered) ++unannounced;
    if (dice < 6) {
      ++withheld[call.event_id];
      return kLost;
    }
    ++settled;
    return kAccepted;
  };

  Receiver receiver(answerer);
  for (std::size_t stop_after = 20; ledger_->next_due(); stop_after += 20) {
    start_impatient(receiver, 3);
    receiver.wait_until(
        [&](std::size_t answered) { return answered >= stop_after || settled == 40; });
    reopen();
  }

  EXPECT_EQ(accepted, told);
  EXPECT_EQ(unannounced, 0U);
  EXPECT_EQ(false_alarms, 0U);
}

}  // namespace
}  // namespace dm::outbox
