#include "outbox/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "outbox/breaker.h"

namespace dm::outbox {
namespace {

using namespace std::chrono_literals;
using store::DeliveryState;
using testing::HasSubstr;

const core::WallTime kCreated{std::chrono::seconds(1795132800)};
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

Attempt attempt(int number, core::Duration age = 1s, std::uint64_t random = 0) {
  return {.number = number,
          .created_at = kCreated,
          .now = kCreated + age,
          .refused_at = {},
          .random = random};
}

core::Duration wait_of(const SendResult& result, const Attempt& attempt) {
  const auto outcome = decide(result, attempt, {});
  EXPECT_EQ(outcome.state, DeliveryState::Pending);
  return outcome.next_attempt_at - attempt.now;
}

TEST(Schedule, AcceptedIsDelivered) {
  for (const Answer answer : {Answer::Accepted, Answer::AcceptedNoRun}) {
    const auto outcome =
        decide({.answer = answer, .status = 200, .detail = "execution 7"}, attempt(1), {});

    EXPECT_EQ(outcome.state, DeliveryState::Delivered);
    EXPECT_EQ(outcome.answer_class, to_text(answer));
    EXPECT_EQ(outcome.status, 200);
    EXPECT_EQ(outcome.error, "");
    EXPECT_FALSE(outcome.maybe_accepted);
  }
}

TEST(Schedule, RetriesGrowFromASecondToFiveMinutesWithFullJitter) {
  for (const Answer answer : {Answer::Retry, Answer::NoConnection, Answer::Ambiguous}) {
    core::Duration step = 1s;
    for (int number = 1; number <= 20; ++number) {
      const auto whole = static_cast<std::uint64_t>(step.count());
      EXPECT_EQ(wait_of({.answer = answer}, attempt(number, 1s, 0)), 100ms) << number;
      EXPECT_EQ(wait_of({.answer = answer}, attempt(number, 1s, whole)), step) << number;
      EXPECT_EQ(wait_of({.answer = answer}, attempt(number, 1s, whole / 2)), step / 2) << number;
      EXPECT_EQ(wait_of({.answer = answer}, attempt(number, 1s, whole + 1)), 100ms) << number;
      step = std::min<core::Duration>(step * 2, 5min);
    }
    EXPECT_LE(wait_of({.answer = answer}, attempt(1'000'000, 1s, kMost)), 5min);
  }
}

TEST(Schedule, RetryAfterIsObeyedWithinReason) {
  const SendResult polite{.answer = Answer::Retry, .status = 429, .detail = {}, .retry_after = 30s};
  const SendResult absurd{
      .answer = Answer::Retry, .status = 503, .detail = {}, .retry_after = 24h * 365};

  EXPECT_EQ(wait_of(polite, attempt(1)), 30s);
  EXPECT_EQ(wait_of(polite, attempt(20, 1s, 300'000'000'000)), 5min);
  EXPECT_EQ(wait_of(absurd, attempt(1)), 1h);
}

TEST(Schedule, OnlyALostAnswerMayHaveBeenAccepted) {
  EXPECT_TRUE(decide({.answer = Answer::Ambiguous}, attempt(1), {}).maybe_accepted);
  EXPECT_TRUE(decide({.answer = Answer::Aborted}, attempt(1), {}).maybe_accepted);
  EXPECT_FALSE(decide({.answer = Answer::Retry, .status = 503}, attempt(1), {}).maybe_accepted);
  EXPECT_FALSE(decide({.answer = Answer::NoConnection}, attempt(1), {}).maybe_accepted);
  EXPECT_FALSE(
      decide({.answer = Answer::Configuration, .status = 404}, attempt(1), {}).maybe_accepted);
}

TEST(Schedule, AnAbortedAttemptIsDueAtOnceAndNeverDead) {
  const auto outcome = decide({.answer = Answer::Aborted}, attempt(9, 24h * 30), {});

  EXPECT_EQ(outcome.state, DeliveryState::Pending);
  EXPECT_EQ(outcome.next_attempt_at, kCreated + 24h * 30);
}

TEST(Schedule, ConfigurationErrorsAreRetriedSlowly) {
  for (const int status : {302, 400, 401, 403, 404, 405, 409, 413, 422}) {
    const SendResult result{.answer = Answer::Configuration, .status = status};
    EXPECT_EQ(wait_of(result, attempt(1, 1s, 0)), 5min) << status;
    EXPECT_EQ(wait_of(result, attempt(3, 1s, 300'000'000'000)), 10min) << status;
  }
}

TEST(Schedule, A404SoonAfterARefusedConnectionIsAReceiverStillLoading) {
  Attempt after = attempt(2, 10min, 0);
  const SendResult not_found{.answer = Answer::Configuration, .status = 404};
  const SendResult forbidden{.answer = Answer::Configuration, .status = 403};

  after.refused_at = after.now - 4min;
  EXPECT_EQ(wait_of(not_found, after), 100ms);
  EXPECT_EQ(wait_of(forbidden, after), 5min);
  after.refused_at = after.now - 5min;
  EXPECT_EQ(wait_of(not_found, after), 5min);
}

TEST(Schedule, GivesUpAtItsHorizonAndSaysWhy) {
  const SendResult away{.answer = Answer::Retry, .status = 503, .detail = "HTTP 503"};

  EXPECT_EQ(decide(away, attempt(900, 24h * 7 - 1s), {}).state, DeliveryState::Pending);
  const auto dead = decide(away, attempt(901, 24h * 7), {});

  EXPECT_EQ(dead.state, DeliveryState::Dead);
  EXPECT_THAT(dead.error, HasSubstr("given up after 901 attempts in 7d"));
  EXPECT_THAT(dead.error, HasSubstr("HTTP 503"));
}

TEST(Schedule, WhatIsWrongWithOneEventDoesNotHoldUpItsDeviceForDays) {
  for (const int status : {400, 413, 422}) {
    const SendResult result{
        .answer = Answer::Configuration, .status = status, .detail = "too large"};
    EXPECT_EQ(decide(result, attempt(3, 50min), {}).state, DeliveryState::Pending) << status;
    EXPECT_EQ(decide(result, attempt(9, 56min), {}).state, DeliveryState::Dead) << status;
    EXPECT_FALSE(concerns_receiver(result)) << status;
  }
  const SendResult wrong_key{.answer = Answer::Configuration, .status = 404, .detail = "wrong key"};
  EXPECT_EQ(decide(wrong_key, attempt(9, 24h), {}).state, DeliveryState::Pending);
  EXPECT_TRUE(concerns_receiver(wrong_key));
}

TEST(Breaker, LetsAllWorkUntilPatienceEnds) {
  Breaker breaker({.patience = 3, .pause = {.first = 1s, .most = 1min}});
  const core::SteadyTime start(0s);
  EXPECT_EQ(breaker.room(0, 4, start), 4U);
  EXPECT_EQ(breaker.room(3, 4, start), 1U);
  EXPECT_EQ(breaker.room(5, 4, start), 0U);

  breaker.failed(start, 0, 0s);
  breaker.failed(start, 0, 0s);
  EXPECT_EQ(breaker.room(0, 4, start), 4U);
  EXPECT_FALSE(breaker.is_probing());

  breaker.failed(start, 0, 0s);
  EXPECT_TRUE(breaker.is_probing());
  EXPECT_EQ(breaker.room(0, 4, start), 0U);
  EXPECT_EQ(breaker.opens_at(), start + 500ms);
  EXPECT_EQ(breaker.room(0, 4, start + 500ms), 1U);
  EXPECT_EQ(breaker.room(1, 4, start + 500ms), 0U);
}

TEST(Breaker, PausesGrowAndEndWithASuccess) {
  Breaker breaker({.patience = 1, .pause = {.first = 1s, .most = 8s}});
  const core::SteadyTime start(0s);
  for (const core::Duration pause : {500ms, 1000ms, 2000ms, 4000ms, 4000ms}) {
    breaker.failed(start, 0, 0s);
    EXPECT_EQ(breaker.opens_at(), start + pause);
  }

  breaker.succeeded();

  EXPECT_FALSE(breaker.is_probing());
  EXPECT_EQ(breaker.opens_at(), std::nullopt);
  EXPECT_EQ(breaker.room(0, 4, start), 4U);
  breaker.failed(start, 0, 0s);
  EXPECT_EQ(breaker.opens_at(), start + 500ms);
}

TEST(Breaker, APauseTheReceiverAsksForHoldsForAllAndIsNotShortened) {
  Breaker breaker({.patience = 5, .pause = {}});
  const core::SteadyTime start(0s);

  breaker.failed(start, 0, 60s);
  breaker.failed(start + 1s, 0, 5s);
  breaker.succeeded();

  EXPECT_EQ(breaker.opens_at(), start + 60s);
  EXPECT_EQ(breaker.room(0, 4, start + 59s), 0U);
  EXPECT_EQ(breaker.room(0, 4, start + 60s), 4U);
}

TEST(Breaker, ASuccessInBetweenStartsTheCountAnew) {
  Breaker breaker({.patience = 2, .pause = {}});
  for (int i = 0; i < 10; ++i) {
    breaker.failed(core::SteadyTime(0s), 0, 0s);
    breaker.succeeded();
  }

  EXPECT_FALSE(breaker.is_probing());
}

}  // namespace
}  // namespace dm::outbox
