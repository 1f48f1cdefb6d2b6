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

}  // namespace
}  // namespace dm::gnmi
