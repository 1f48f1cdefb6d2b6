#include "gnmi/dial_limiter.h"

#include <gtest/gtest.h>

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;

const core::SteadyTime kStart(1h);

TEST(DialLimiter, LetsASecondsWorthGoAtOnceAndQueuesTheRest) {
  DialLimiter dials(50);

  for (int i = 0; i < 50; ++i) EXPECT_EQ(dials.reserve(kStart), core::Duration(0)) << i;

  EXPECT_EQ(dials.reserve(kStart), core::Duration(20ms));
  EXPECT_EQ(dials.reserve(kStart), core::Duration(40ms));
}

TEST(DialLimiter, NeverBeginsMoreThanTheRateAllows) {
  DialLimiter dials(50);
  core::Duration last{0};
  for (int i = 0; i < 10'000; ++i) last = dials.reserve(kStart);

  EXPECT_EQ(last, core::Duration(199s)) << "10,000 devices: a second's worth, then 50 a second";
}

TEST(DialLimiter, ForgetsTheQueueWhenTimePasses) {
  DialLimiter dials(10);
  for (int i = 0; i < 15; ++i) dials.reserve(kStart);

  EXPECT_EQ(dials.reserve(kStart + 600ms), core::Duration(0));
  EXPECT_EQ(dials.reserve(kStart + 600ms), core::Duration(100ms));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(dials.reserve(kStart + 1h), core::Duration(0));
}

TEST(DialLimiter, WhatCanWaitLeavesHalfOfASecondsWorthToStreams) {
  DialLimiter dials(50);
  int taken = 0;
  while (dials.take_if_free(kStart)) ++taken;

  EXPECT_EQ(taken, 26);
  for (int i = 0; i < 24; ++i) EXPECT_EQ(dials.reserve(kStart), core::Duration(0)) << i;
  EXPECT_EQ(dials.reserve(kStart), core::Duration(20ms));
  EXPECT_FALSE(dials.take_if_free(kStart + 500ms)) << "streams wait";
  EXPECT_TRUE(dials.take_if_free(kStart + 600ms));
}

TEST(DialLimiter, WhatCanWaitGetsItsShareOfASmallRate) {
  DialLimiter dials(1);
  int taken = 0;
  for (core::SteadyTime now = kStart; now < kStart + 100s; now += 100ms) taken += dials.take_if_free(now) ? 1 : 0;

  EXPECT_EQ(taken, 101) << "one a second, and half a second ahead";
}

}  // namespace
}  // namespace dm::gnmi
