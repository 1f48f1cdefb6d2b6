#include "drift/lifecycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drift/story.h"

namespace dm::drift {
namespace {

using namespace std::chrono_literals;
using story::Story;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Lifecycle, TellsADifferenceAfterItsHold) {
  Story s;

  s.at(0s).is("/a", "typo").at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=typo"));
  const model::Event& event = s.events[0].second;
  EXPECT_EQ(event.device, "leaf1");
  EXPECT_EQ(event.id.size(), 32U);
  EXPECT_EQ(event.open_count, 1U);
  EXPECT_EQ(event.detected_at, story::kStart + 2000ms);
  const model::Drift& drift = event.differences[0].drift;
  EXPECT_EQ(drift.first_seen, story::kStart);
  EXPECT_EQ(drift.opened_at, story::kStart + 2000ms);
  EXPECT_EQ(drift.changed_at, drift.opened_at);
  EXPECT_EQ(drift.state, model::DriftState::Open);
  EXPECT_TRUE(drift.was_told);
  EXPECT_EQ(drift.device_timestamp_ns, 1795132800'000'000'001);
  EXPECT_EQ(s.suspected, 1U);
}

TEST(Lifecycle, SaysNothingOfAValueThatComesBackWithinTheHold) {
  Story s;

  s.at(0s).is("/a", "typo").at(1999ms).is_good("/a").at(1min);

  EXPECT_THAT(s.lines(), IsEmpty());
  EXPECT_THAT(s.stored, IsEmpty());
  EXPECT_EQ(s.suspected, 1U);
  EXPECT_EQ(s.lifecycle.suspected_count(), 0U);
  EXPECT_FALSE(s.lifecycle.next_deadline());
}

TEST(Lifecycle, SaysNothingOfAValueThatComesBackBeforeItsEventIsMade) {
  Story s;

  s.at(0s).is("/a", "typo").at(400ms).is("/b", 1).at(2200ms).is_good("/a").at(1min);

  EXPECT_THAT(s.lines(), ElementsAre("2400ms opened: +/b=1"));
  EXPECT_EQ(s.lifecycle.open_count(), 1U);
}

TEST(Lifecycle, OfAGroupIsToldWhenItsLastIsDueAndNoOtherCanJoin) {
  Story s;

  s.at(0s).is("/a", 1).at(400ms).is("/b", 1).is("/c", 1).at(2100ms).is("/d", 1).is_good("/b").at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2400ms opened: +/a=1 +/c=1", "4100ms opened: +/d=1"));
}

TEST(Lifecycle, DoesNotWaitForWhatIsMended) {
  Story s;

  s.at(0s).is("/a", 1).at(400ms).is("/b", 1).at(2100ms).is_good("/b").at(2150ms);

  EXPECT_THAT(s.lines(), ElementsAre("2100ms opened: +/a=1"));
}

TEST(Lifecycle, WithAShorterHoldWaitsForItsWindow) {
  Story s({.hold = 100ms});

  s.at(0s).is("/a", 1).at(450ms).is("/b", 1).at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("600ms opened: +/a=1 +/b=1"));
}

TEST(Lifecycle, WithAHoldAsLongAsTheWindowIsNotToldInTwoParts) {
  Story s({.hold = 500ms});

  s.at(0s).is("/a", 1).at(500ms).is("/b", 1).at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("1000ms opened: +/a=1 +/b=1"));
}

TEST(Lifecycle, HoldIsOfThePathNotOfOneWrongValue) {
  Story s;

  s.at(0s).is("/a", 1).at(1s).is("/a", 2).at(1900ms).is("/a", 3).at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=3"));
  EXPECT_EQ(s.suspected, 1U);
}

TEST(Lifecycle, PutsWhatOpensWithinTheWindowIntoOneEvent) {
  Story s;

  s.at(0s).is("/b", 1).at(300ms).is("/a", 1).at(500ms).is("/c", 1).at(501ms).is("/d", 1).at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2500ms opened: +/a=1 +/b=1 +/c=1", "2501ms opened: +/d=1"));
  EXPECT_EQ(s.events[0].second.open_count, 3U);
  EXPECT_EQ(s.events[1].second.open_count, 4U);
}

TEST(Lifecycle, GroupWindowZeroTellsAtOnce) {
  Story s({.hold = 0s, .group_window = 0s});

  s.at(1s).is("/a", 1);
  EXPECT_EQ(s.lifecycle.next_deadline(), core::SteadyTime(1s));
  s.at(1s).is_good("/a").at(1s);

  EXPECT_THAT(s.lines(), ElementsAre("1000ms opened: +/a=1", "1000ms resolved: -/a=1"));
}

TEST(Lifecycle, TellsAChangeThatLastsAndKeepsTheDrift) {
  Story s;

  s.at(0s).is("/a", 1).at(10s).is("/a", 2).at(20s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1", "12000ms changed: ~/a=2"));
  const model::Drift& opened = s.events[0].second.differences[0].drift;
  const model::Drift& changed = s.events[1].second.differences[0].drift;
  EXPECT_EQ(opened.id, changed.id);
  EXPECT_NE(s.events[0].second.id, s.events[1].second.id);
  EXPECT_EQ(changed.first_seen, story::kStart);
  EXPECT_EQ(changed.opened_at, story::kStart + 2000ms);
  EXPECT_EQ(changed.changed_at, story::kStart + 12000ms);
  EXPECT_EQ(s.suspected, 1U);
}

TEST(Lifecycle, AChangeThatComesBackWithinTheHoldTellsNothing) {
  Story s;

  s.at(0s).is("/a", 1).at(10s).is("/a", 2).at(11s).is("/a", 3).at(11500ms).is("/a", 1).at(1min);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1"));
}

TEST(Lifecycle, AnotherOrderOfASetIsNoChange) {
  Story s;
  const model::Value set = model::ValueList{1, "20..22"};
  const model::Value turned = model::ValueList{"20..22", 1};

  s.at(0s).is("/a", set).at(10s).is("/a", turned).at(20s);

  EXPECT_THAT(s.lines(), SizeIs(1));
}

TEST(Lifecycle, AnotherDesiredValueIsAChange) {
  Story s;
  s.at(0s).is("/a", 1).at(10s);

  s.lifecycle.observe(story::different("/a", 1, "better"), s.now());
  s.at(20s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1", "12000ms changed: ~/a=1"));
  EXPECT_EQ(s.events[1].second.differences[0].drift.desired, model::Value("better"));
}

TEST(Lifecycle, MixesOpenedAndChangedUnderTheGravestAction) {
  Story s;
  s.at(0s).is("/a", 1).at(10s);

  s.is("/a", 2).is("/b", 1).at(20s);
  model::Difference critical = story::different("/a", 3);
  critical.severity = model::Severity::Critical;
  s.lifecycle.observe(critical, s.now());
  s.is("/c", 1).at(30s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1", "12000ms opened: +/b=1 ~/a=2",
                                     "22000ms changed: ~/a=3 +/c=1"));
}

TEST(Lifecycle, ResolvesWithoutHoldInAnEventOfItsOwn) {
  Story s;
  s.at(0s).is("/a", 1).is("/b", 1).is("/c", 1).at(10s);

  s.is_good("/b").at(10400ms).is_good("/a").is("/d", 1).at(20s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1 +/b=1 +/c=1",
                                     "10500ms resolved: -/a=1 -/b=1", "12400ms opened: +/d=1"));
  EXPECT_EQ(s.events[1].second.open_count, 1U);
  const model::Drift& resolved = s.events[1].second.differences[1].drift;
  EXPECT_EQ(resolved.state, model::DriftState::Resolved);
  EXPECT_EQ(resolved.resolved_at, story::kStart + 10s);
  EXPECT_EQ(s.stored.at(resolved.id).state, model::DriftState::Resolved);
}

TEST(Lifecycle, AResolutionTellsWhatTheDeviceHadWhenItWasRepaired) {
  Story s;
  s.at(0s).is("/a", "typo").at(10s);

  s.lifecycle.observe_none("/a", {.current = "good", .device_timestamp_ns = 1795132809'000'000'000}, s.now());
  s.at(10100ms).is("/a", "wrong again").at(11s);

  const model::Drift& told = s.events.at(1).second.differences[0].drift;
  EXPECT_EQ(told.current, model::Value("good"));
  EXPECT_EQ(told.device_timestamp_ns, 1795132809'000'000'000);
  EXPECT_EQ(s.stored.at(told.id).current, model::Value("typo"));
}

TEST(Lifecycle, ARepairOlderThanTheDriftIsTheIntents) {
  Story s;
  s.at(0s).is("/a", "typo").at(10s);

  s.lifecycle.observe_none("/a", {.current = "typo", .device_timestamp_ns = 1795132799'000'000'000}, s.now());
  s.at(11s);

  EXPECT_EQ(s.events.at(1).second.differences[0].drift.device_timestamp_ns, 0);
}

TEST(Lifecycle, ClosingEndsWhatIsOpenAndWhatIsBeingResolved) {
  Story s;
  s.at(0s).is("/a", 1).is("/b", 2).at(10s).is_good("/a").is("/c", 3);

  const auto ended = s.lifecycle.close(s.now());

  EXPECT_THAT(ended, SizeIs(2));
  for (const model::Drift& drift : ended) {
    EXPECT_EQ(drift.state, model::DriftState::Resolved);
    EXPECT_EQ(drift.resolved_at, story::kStart + 10s);
  }
  EXPECT_EQ(s.lifecycle.open_count(), 0U);
  EXPECT_FALSE(s.lifecycle.next_deadline());
}

TEST(Lifecycle, ADriftThatComesBackHasANewId) {
  Story s;

  s.at(0s).is("/a", 1).at(10s).is_good("/a").at(10100ms).is("/a", 1).at(20s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1", "10500ms resolved: -/a=1",
                                     "12100ms opened: +/a=1"));
  EXPECT_NE(s.events[0].second.differences[0].drift.id, s.events[2].second.differences[0].drift.id);
}

TEST(Lifecycle, ALostStreamForgetsWhatWasHeldAndKeepsWhatIsOpen) {
  Story s;
  s.at(0s).is("/a", 1).at(10s).is("/a", 2).is("/b", 1).at(11s);

  s.lose().at(1min);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1"));
  EXPECT_EQ(s.lifecycle.open_count(), 1U);
  EXPECT_EQ(s.lifecycle.suspected_count(), 0U);
  EXPECT_FALSE(s.lifecycle.next_deadline());
}

TEST(Lifecycle, IgnoresObservationsBetweenLossAndSync) {
  Story s;
  s.at(0s).is("/a", 1).at(10s).lose();

  s.is_good("/a").is("/b", 1).at(20s).sync({{"/a", 1}}).at(30s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1"));
}

TEST(Lifecycle, TellsWhatWasDueWhenTheStreamWasLost) {
  Story s;

  s.at(0s).is("/a", 1).at(1s).is("/b", 1).at(2100ms).lose().at(10s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1"));
}

TEST(Lifecycle, ASyncResolvesWhatItDoesNotRepeat) {
  Story s;
  s.at(0s).sync({{"/a", 1}, {"/b", 1}, {"/c", 1}}).at(10s).lose().at(1min);

  s.sync({{"/a", 1}, {"/d", 1}}, "/c").at(2min);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1 +/b=1 +/c=1", "60500ms resolved: -/b=1",
                                     "62000ms opened: +/d=1"));
  EXPECT_EQ(s.lifecycle.open_count(), 3U);
}

TEST(Lifecycle, WhatIsNoLongerJudgedIsNotTold) {
  Story s;
  s.at(0s).is("/a", 1).at(1s);

  s.sync({}, "/a").at(1min);

  EXPECT_THAT(s.lines(), IsEmpty());
}

TEST(Lifecycle, ARestartConfirmsStoredDriftsSilently) {
  Story before;
  before.at(0s).sync({{"/a", 1}, {"/b", 1}, {"/c", 1}}).at(10s);

  Story after({}, before.lifecycle.open_drifts());
  EXPECT_EQ(after.lifecycle.open_count(), 3U);
  after.at(0s).sync({{"/a", 1}, {"/b", 2}}).at(1min);

  EXPECT_THAT(after.lines(), ElementsAre("500ms resolved: -/c=1", "2000ms changed: ~/b=2"));
  EXPECT_EQ(after.events[1].second.differences[0].drift.id, before.lifecycle.open_drifts()[1].id);
}

TEST(Lifecycle, ResolvingADriftThatWasNeverToldIsNotTold) {
  Story before;
  before.at(0s).is("/a", 1).at(10s);
  std::vector<model::Drift> open = before.lifecycle.open_drifts();
  open[0].was_told = false;

  Story after({}, open);
  after.at(0s).sync({}).at(1min);

  EXPECT_THAT(after.lines(), IsEmpty());
  EXPECT_EQ(after.stored.at(open[0].id).state, model::DriftState::Resolved);
}

TEST(Lifecycle, RemindsOfOpenDriftsWhileTheDeviceIsLive) {
  Story s({.reminder = 1h});

  s.at(0s).is("/a", 1).is("/b", 2).at(1h).at(1h + 30min).is_good("/b").at(2h + 3s).lose().at(5h);
  s.sync({{"/a", 1}}).at(6h);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1 +/b=2",
                                     "3602000ms reminder: !/a=1 !/b=2", "5400500ms resolved: -/b=2",
                                     "7202000ms reminder: !/a=1", "21600000ms reminder: !/a=1"));
}

TEST(Lifecycle, AFlappingPathCannotStormAndIsToldInTheEnd) {
  Story s({.hold = 1s, .group_window = 0s, .flap_count = 3, .flap_window = 60s});

  for (int i = 0; i < 20; ++i) s.at(4s * i).is("/a", 1).at(4s * i + 2s).is_good("/a");
  EXPECT_THAT(
      s.lines(),
      ElementsAre("1000ms opened: +/a=1", "2000ms resolved: -/a=1", "5000ms opened: +/a=1",
                  "6000ms resolved: -/a=1", "9000ms opened: +/a=1", "10000ms resolved: -/a=1",
                  "61000ms opened: +/a=1", "62000ms resolved: -/a=1", "65000ms opened: +/a=1",
                  "66000ms resolved: -/a=1", "69000ms opened: +/a=1", "70000ms resolved: -/a=1"));

  s.events.clear();
  s.at(80s).is("/a", 1).at(10min);
  EXPECT_THAT(s.lines(), ElementsAre("100000ms opened: +/a=1"));  // stable for 60 s / 3
}

TEST(Lifecycle, AChangeThatFlapsIsDampedToo) {
  Story s({.hold = 1s, .group_window = 0s, .flap_count = 3, .flap_window = 60s});

  for (int i = 0; i < 12; ++i) s.at(3s * i).is("/a", i % 2);

  EXPECT_THAT(s.lines(), SizeIs(3));
  s.at(10min);
  EXPECT_THAT(s.lines(), SizeIs(4));
  EXPECT_EQ(s.events.back().second.differences[0].drift.current, model::Value(1));
}

TEST(Lifecycle, NewRulesApplyToWhatIsHeld) {
  Story s;
  s.at(0s).is("/a", 1).at(1s);

  s.lifecycle.set_rules({.hold = 5s});
  s.at(1min);

  EXPECT_THAT(s.lines(), ElementsAre("5000ms opened: +/a=1"));
}

TEST(Lifecycle, ANewSeverityIsNoNewsButShownWithTheNext) {
  Story s;
  s.at(0s).is("/a", 1).at(10s);
  model::Difference critical = story::different("/a", 1);
  critical.severity = model::Severity::Critical;

  s.lifecycle.observe(critical, s.now());
  s.at(20s).is_good("/a").at(30s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/a=1", "20500ms resolved: -/a=1"));
  EXPECT_EQ(s.events[1].second.differences[0].drift.severity, model::Severity::Critical);
}

TEST(FlapHistory, ForgetsPathsThatBecameQuiet) {
  FlapHistory history;
  const LifecycleRules rules;
  history.record("/a", core::SteadyTime(0s), rules);
  history.record("/b", core::SteadyTime(5min), rules);

  history.prune(core::SteadyTime(10min), rules);

  EXPECT_EQ(history.size(), 1U);
}

}  // namespace
}  // namespace dm::drift
