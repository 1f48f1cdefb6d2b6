#include "fleet/first_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dm::fleet {
namespace {

using namespace std::chrono_literals;

const core::SteadyTime kSync(1h);

FirstDump synced(core::Duration wait = 2min) {
  FirstDump dump(wait);
  dump.synced(kSync);
  return dump;
}

TEST(FirstDump, IsBelievedIfItLacksLittle) {
  EXPECT_TRUE(synced().believe(0, 100, kSync));
  EXPECT_TRUE(synced().believe(19, 100, kSync)) << "less than a fifth";
  EXPECT_TRUE(synced().believe(9, 9, kSync)) << "a few may well be missing all";
}

TEST(FirstDump, IsLookedAtAgainWhileItLacksMuch) {
  FirstDump dump = synced();

  EXPECT_FALSE(dump.believe(20, 100, kSync));
  EXPECT_TRUE(dump.is_waiting());
  EXPECT_EQ(dump.due(), kSync + 1s);
  EXPECT_THAT(dump.reason(), testing::HasSubstr("20 of 100 intended leaves and entries are not there yet"));

  EXPECT_TRUE(dump.believe(1, 100, kSync + 1s));
  EXPECT_FALSE(dump.is_waiting());
  EXPECT_EQ(dump.reason(), "");
}

TEST(FirstDump, IsBelievedWhenTheWaitIsOver) {
  FirstDump dump = synced();
  EXPECT_FALSE(dump.believe(100, 100, kSync + 2min - 1ns));
  EXPECT_TRUE(dump.believe(100, 100, kSync + 2min));
}

TEST(FirstDump, IsBelievedForGoodUntilTheStreamEnds) {
  FirstDump dump = synced();
  EXPECT_TRUE(dump.believe(0, 100, kSync));
  EXPECT_TRUE(dump.believe(100, 100, kSync + 1s));

  dump.stream_ended();
  dump.synced(kSync + 1h);
  EXPECT_FALSE(dump.believe(100, 100, kSync + 1h));
}

TEST(FirstDump, WithoutAWaitEveryDumpIsBelieved) { EXPECT_TRUE(synced(0s).believe(100, 100, kSync)); }

}  // namespace
}  // namespace dm::fleet
