#include "intent/hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dm::intent {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;
using testing::SizeIs;

const core::SteadyTime kStart{};

TEST(HintQueue, WaitsUntilARequestIsQuiet) {
  HintQueue queue(10);
  EXPECT_TRUE(queue.add({"dcim.interface", 1, "r"}, kStart));
  EXPECT_TRUE(queue.add({"dcim.interface", 2, "r"}, kStart + milliseconds(200)));
  EXPECT_EQ(queue.due(), kStart + milliseconds(450));
  EXPECT_THAT(queue.take(kStart + milliseconds(449)), IsEmpty());
  EXPECT_THAT(queue.take(kStart + milliseconds(450)), SizeIs(2));
  EXPECT_EQ(queue.due(), std::nullopt);
}

TEST(HintQueue, WaitsNoLongerThanASecond) {
  HintQueue queue(100);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(queue.add({"dcim.interface", std::uint64_t(i), "r"}, kStart + milliseconds(200) * i));
  EXPECT_EQ(queue.due(), kStart + milliseconds(1000));
}

TEST(HintQueue, OneRequestDoesNotWaitForAnother) {
  HintQueue queue(10);
  EXPECT_TRUE(queue.add({"ipam.vlan", 1, "a"}, kStart));
  EXPECT_TRUE(queue.add({"ipam.vlan", 2, "b"}, kStart + milliseconds(200)));
  EXPECT_THAT(queue.take(kStart + milliseconds(250)), SizeIs(1));
  EXPECT_THAT(queue.take(kStart + milliseconds(450)), SizeIs(1));
}

TEST(HintQueue, TakesADoubledHintOnceAndRefusesWhatThereIsNoRoomFor) {
  HintQueue queue(2);
  EXPECT_TRUE(queue.add({"ipam.vlan", 1, "a"}, kStart));
  EXPECT_TRUE(queue.add({"ipam.vlan", 1, "a"}, kStart));
  EXPECT_TRUE(queue.add({"ipam.vlan", 2, "a"}, kStart));
  EXPECT_FALSE(queue.add({"ipam.vlan", 3, "a"}, kStart));
  EXPECT_THAT(queue.take(kStart + milliseconds(250)), SizeIs(2));
  EXPECT_TRUE(queue.add({"ipam.vlan", 3, "a"}, kStart));
}

}  // namespace
}  // namespace dm::intent
