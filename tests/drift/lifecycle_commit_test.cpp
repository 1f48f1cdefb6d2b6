// Commit boundaries: a group is told sooner, and never in two parts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drift/story.h"

namespace dm::drift {
namespace {

using namespace std::chrono_literals;
using story::Story;
using testing::ElementsAre;

TEST(LifecycleCommit, IsToldAsSoonAsItsLastDifferenceIsDue) {
  Story s;

  s.at(0s).is("/a", 1).at(300ms).is("/b", 1).commit().at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2300ms opened: +/a=1 +/b=1"));
}

TEST(LifecycleCommit, WithoutHoldIsToldAtItsBoundary) {
  Story s({.hold = 0s});

  s.at(0s).is("/a", 1).at(300ms).is("/b", 1).at(400ms).commit().at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("400ms opened: +/a=1 +/b=1"));
}

TEST(LifecycleCommit, ThatHasNotEndedIsToldWhenNothingCanJoin) {
  Story s;

  s.at(0s).commit().at(1s).is("/a", 1).at(1200ms).is("/b", 1).at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("3200ms opened: +/a=1 +/b=1"));
}

TEST(LifecycleCommit, TwoWithinHoldAndWindowAreOneEvent) {
  Story s;

  s.at(0s).is("/a", 1).commit().at(400ms).is("/b", 1).commit().at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2400ms opened: +/a=1 +/b=1"));
}

TEST(LifecycleCommit, TwoFurtherApartThanTheWindowAreTwo) {
  Story s;

  s.at(0s).is("/a", 1).commit().at(600ms).is("/b", 1).commit().at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1", "2600ms opened: +/b=1"));
}

TEST(LifecycleCommit, ALateLeafBeforeTheBoundaryIsWaitedFor) {
  Story s({.hold = 100ms});

  s.at(0s).is("/a", 1).at(300ms).is("/b", 1).at(350ms).commit().at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("400ms opened: +/a=1 +/b=1"));
}

TEST(LifecycleCommit, WhatTheNextOneTouchesAgainStaysWithIt) {
  Story s;

  s.at(0s).is("/a", 1).commit().at(400ms).is("/a", 2).is("/b", 1).at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2400ms opened: +/a=2 +/b=1"));
}

TEST(LifecycleCommit, IsNotWaitingForWhatIsMended) {
  Story s;

  s.at(0s).is("/a", 1).at(300ms).is("/b", 1).commit().at(2100ms).is_good("/b").at(2150ms);

  EXPECT_THAT(s.lines(), ElementsAre("2100ms opened: +/a=1"));
}

TEST(LifecycleCommit, EndsWhatItMendedAtOnce) {
  Story s;

  s.at(0s).is("/a", 1).is("/b", 1).at(10s).is_good("/a").at(10100ms).is_good("/b").commit().at(20s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1 +/b=1", "10100ms resolved: -/a=1 -/b=1"));
}

TEST(LifecycleCommit, SaysNothingWhileNothingIsJudged) {
  Story s;

  s.at(0s).is("/a", 1).at(2s).lose().commit().at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1"));
}

}  // namespace
}  // namespace dm::drift
