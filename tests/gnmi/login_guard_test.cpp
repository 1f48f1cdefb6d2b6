#include "gnmi/login_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gnmi/session_lab.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;

const core::SteadyTime kStart(1h);
const std::string kAccount = "drift";
constexpr core::Duration kNone{0};

TEST(LoginGuard, HoldsAnAccountBackThatSeveralDevicesRefuseAndNoneTakes) {
  LoginGuard guard;
  for (const char* device : {"leaf1", "leaf2"}) guard.refused(kAccount, device, kStart, 0);
  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart), kNone) << "two may be wrong by themselves";

  guard.refused(kAccount, "leaf3", kStart, 0);

  EXPECT_GT(guard.wait(kAccount, "leaf9", kStart), kNone);
  EXPECT_EQ(guard.wait("other", "leaf9", kStart), kNone);
}

TEST(LoginGuard, OneDeviceThatRefusesAgainAndAgainIsThatDevicesMatter) {
  LoginGuard guard;
  for (int i = 0; i < 10; ++i) guard.refused(kAccount, "leaf1", kStart, 0);

  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart), kNone);
}

TEST(LoginGuard, AsLongAsADeviceTakesItNobodyIsHeldBack) {
  LoginGuard guard;
  guard.accepted(kAccount, "spine1");
  for (const char* device : {"leaf1", "leaf2", "leaf3", "leaf4"}) guard.refused(kAccount, device, kStart, 0);
  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart), kNone);

  guard.ended(kAccount, "spine1");
  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart), kNone) << "an outage: what was refused before it were those devices";

  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused(kAccount, device, kStart, 0);
  EXPECT_GT(guard.wait(kAccount, "leaf9", kStart), kNone);
}

// Or half of the fabric, away for hours, would hold the other half back.
TEST(LoginGuard, ADeviceThatCannotBeReachedMakesWayForTheNextAtOnce) {
  LoginGuard guard;
  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused(kAccount, device, kStart, 0);
  core::SteadyTime now = kStart + 10min;
  for (int device = 0; device < 100; ++device) {
    const std::string name = "away" + std::to_string(device);
    ASSERT_EQ(guard.wait(kAccount, name, now), kNone) << name;
    EXPECT_EQ(guard.wait(kAccount, "leaf9", now), LoginGuard::kLookAgain) << "one at a time";
    guard.ended(kAccount, name);
  }

  EXPECT_EQ(guard.wait(kAccount, "leaf9", now), kNone);
  EXPECT_EQ(guard.wait(kAccount, "leaf8", now + LoginGuard::kLongestTry), kNone) << "one that never ends its try";
}

TEST(LoginGuard, LoginsThatWereOnTheirWayCountAsOneTry) {
  LoginGuard guard;
  for (int device = 0; device < 200; ++device) guard.refused(kAccount, "leaf" + std::to_string(device), kStart, ~0ULL);

  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart + 2min), kNone);
}

// A thousand devices whose logins are refused: who may try, asks for it at every look.
TEST(LoginGuard, IsTriedOnOneDeviceAtATimeEverMoreRarely) {
  LoginGuard guard;
  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused(kAccount, device, kStart, 0);
  std::vector<core::Duration> tries;
  for (core::Duration time{0}; time < 6h; time += 1s) {
    for (int device = 0; device < 20; ++device) {
      const std::string name = "leaf" + std::to_string(device);
      if (guard.wait(kAccount, name, kStart + time) != kNone) continue;
      tries.push_back(time);
      guard.refused(kAccount, name, kStart + time, 0);
      guard.ended(kAccount, name);
    }
  }

  ASSERT_GE(tries.size(), 6U);
  EXPECT_LE(tries.size(), 20U);
  EXPECT_GE(tries.front(), 1min);
  for (std::size_t i = 1; i < tries.size(); ++i) EXPECT_GE(tries[i] - tries[i - 1], 1min);
  for (std::size_t i = 4; i < tries.size(); ++i) EXPECT_GT(tries[i] - tries[i - 4], 5min);
}

TEST(LoginGuard, WhoWaitsLooksAgainSoonAndTheFirstLoginThatIsTakenFreesAll) {
  LoginGuard guard;
  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused(kAccount, device, kStart, 0);
  for (core::Duration time{0}; time < 1h; time += 1min) EXPECT_LE(guard.wait(kAccount, "leaf9", kStart + time), LoginGuard::kLookAgain);

  guard.accepted(kAccount, "leaf2");

  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart + 1h), kNone);
}

TEST(LoginGuard, WhoSaysThatItIsMendedIsBelievedOnce) {
  LoginGuard guard;
  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused(kAccount, device, kStart, 0);

  guard.try_again();
  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart), kNone);
  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused(kAccount, device, kStart, 0);
  EXPECT_GT(guard.wait(kAccount, "leaf9", kStart), kNone);
}

TEST(LoginGuard, DevicesThatAreGoneCountNoMore) {
  LoginGuard guard;
  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused(kAccount, device, kStart, 0);

  guard.forget(kAccount, "leaf2");

  EXPECT_EQ(guard.wait(kAccount, "leaf9", kStart), kNone);
}

TEST(LoginGuard, WithoutALoginThereIsNothingToHoldBack) {
  LoginGuard guard;
  for (const char* device : {"leaf1", "leaf2", "leaf3"}) guard.refused("", device, kStart, 0);

  EXPECT_EQ(guard.wait("", "leaf9", kStart), kNone);
}

// A device of three with the account, which answers nothing until it is told to.
struct GuardedLab : Lab {
  explicit GuardedLab(LoginGuard& guard, const std::string& device) {
    settings.device = device;
    settings.transport.metadata = {{"username", "drift"}, {"password", "wrong"}};
    settings.logins = &guard;
  }
  void be_refused() {
    start();
    peer().connect();
    peer().say(h2::settings());
    refuse(16, "Authentication failed", 1);
  }
};

TEST(LoginGuard, ASessionWhoseAccountIsHeldBackDoesNotDialAndSaysWhy) {
  LoginGuard guard;
  GuardedLab one(guard, "leaf1"), two(guard, "leaf2"), three(guard, "leaf3"), held(guard, "leaf4");
  for (GuardedLab* lab : {&one, &two, &three}) lab->be_refused();

  held.start();

  EXPECT_THAT(held.peers, testing::IsEmpty());
  ASSERT_EQ(held.diary.size(), 1U);
  EXPECT_THAT(held.diary[0], testing::HasSubstr("not tried yet: 3 devices refuse the login of this account"));
  EXPECT_EQ(held.session->last_error(), held.diary[0].substr(6));

  guard.try_again();
  held.session->retry_now();

  ASSERT_EQ(held.peers.size(), 1U);
  held.accept();
  EXPECT_EQ(held.diary.back(), "begin");
}

TEST(LoginGuard, ALoginThatIsTakenFreesTheOthers) {
  LoginGuard guard;
  GuardedLab one(guard, "leaf1"), two(guard, "leaf2"), three(guard, "leaf3"), good(guard, "leaf4"), next(guard, "leaf5");
  for (GuardedLab* lab : {&one, &two}) lab->be_refused();
  good.start();
  good.accept();
  three.be_refused();

  next.start();

  EXPECT_EQ(next.peers.size(), 1U);
}

}  // namespace
}  // namespace dm::gnmi
