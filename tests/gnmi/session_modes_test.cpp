// What a session asks for when a device does not take a path as it is configured, and when a message is lost.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gnmi/end_meaning.h"
#include "gnmi/session_state_lines.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using schema::PathMode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kNoOnChange = "ON_CHANGE Streaming mode invalid for /p1";

// Path 1 of 2 is not taken as ON_CHANGE: the search has found it.
Machine without_on_change() {
  Machine machine(2);
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));
  machine.feed(MessageRead{.is_sync = true});  // path 0 alone
  return machine;
}

TEST(SessionModes, APathRefusedForOnChangeIsAskedAsSample) {
  Machine machine = without_on_change();

  EXPECT_THAT(machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange)),
              ElementsAre("end call",
                          "say: the device does not take /p1 as on_change: INVALID_ARGUMENT: ON_CHANGE Streaming mode invalid "
                          "for /p1; asking for it as sample",
                          "quarantine", "ask 1 on the same connection, 1 as sample", "watch after 2m"));
  EXPECT_THAT(machine.feed_quietly(MessageRead{.is_sync = true}),
              ElementsAre("end call", "ask 0,1 on the same connection, 1 as sample"));
  machine.feed(MessageRead{.is_sync = true});
  EXPECT_EQ(machine.state.phase, SessionPhase::Live);
  EXPECT_EQ(machine.state.modes.of(1), PathMode::Sample);
  EXPECT_EQ(machine.state.modes.of(0), PathMode::OnChange);
  EXPECT_FALSE(machine.state.quarantine[1]);
}

TEST(SessionModes, APathRefusedAsSampleTooLeavesTheStreamToTheOthers) {
  Machine machine = without_on_change();
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument, "no")),
              ElementsAre("end call", "quarantine", "ask 0 on the same connection"))
      << "whatever the text: the path was known before";
  machine.feed(MessageRead{.is_sync = true});
  EXPECT_EQ(machine.state.phase, SessionPhase::Live);
  EXPECT_EQ(machine.state.modes.fallbacks().at(1).mode, PathMode::Get);
  EXPECT_FALSE(machine.state.quarantine[1]);
}

TEST(SessionModes, AConfiguredSampleFallsToGet) {
  Machine machine(2);
  machine.plan.modes = std::make_shared<const std::vector<PathMode>>(std::vector{PathMode::OnChange, PathMode::Sample});
  machine.state = SessionState(machine.plan);

  EXPECT_THAT(machine.feed_quietly(SessionStarted{}), ElementsAre("ask 0,1, 1 as sample"));
  machine.feed(ended(GrpcCode::Unimplemented, "not like this"));
  machine.feed(MessageRead{.is_sync = true});
  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::Unimplemented, "not like this")),
              ElementsAre("end call", "quarantine", "ask 0 on the same connection"));
  EXPECT_EQ(machine.state.modes.of(1), PathMode::Get);
}

TEST(SessionModes, AFallenPathStaysFallenOnTheNextConnections) {
  Machine machine = without_on_change();
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));
  machine.feed(MessageRead{.is_sync = true});
  machine.feed(MessageRead{.is_sync = true});
  machine.feed(ended(GrpcCode::Ok));

  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1, 1 as sample"));
}

TEST(SessionModes, OnChangeIsTriedAgainAfterALongTimeAndForgottenWhenItIsTaken) {
  Machine machine = without_on_change();
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));
  machine.feed(MessageRead{.is_sync = true});
  machine.feed(MessageRead{.is_sync = true});
  machine.pass(kQuarantine);
  machine.feed(ended(GrpcCode::Ok));

  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1"));
  EXPECT_FALSE(machine.state.modes.is_empty()) << "the device has not decided yet";
  machine.feed(CallAccepted{});
  EXPECT_THAT(machine.feed_quietly(MessageRead{.is_sync = true}), ElementsAre("quarantine", "ask for the software"));
  EXPECT_TRUE(machine.state.modes.is_empty());
}

TEST(SessionModes, ATrialThatFailsFallsAgain) {
  Machine machine = without_on_change();
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));
  machine.feed(ended(GrpcCode::InvalidArgument, "no"));
  machine.feed(MessageRead{.is_sync = true});
  machine.pass(kQuarantine);
  machine.feed(ended(GrpcCode::Ok));

  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1"));
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));
  machine.feed(MessageRead{.is_sync = true});
  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument, kNoOnChange)),
              Contains("ask 1 on the same connection, 1 as sample"));
}

TEST(SessionModes, ATrialThatEndsInAnUnknownPathIsAQuarantine) {
  Machine machine = without_on_change();
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));
  machine.feed(MessageRead{.is_sync = true});
  machine.feed(MessageRead{.is_sync = true});
  machine.pass(kQuarantine);
  machine.feed(ended(GrpcCode::Ok));
  machine.feed(RetryDue{});

  machine.feed(ended(GrpcCode::InvalidArgument, "failed to subscribe to /p1: path invalid: failed to access node"));

  EXPECT_TRUE(machine.state.modes.is_empty());
  EXPECT_TRUE(machine.state.quarantine[1]);
}

TEST(SessionModes, AFallenPathIsAskedAsConfiguredOnRequest) {
  Machine machine = without_on_change();
  machine.feed(ended(GrpcCode::InvalidArgument, kNoOnChange));
  machine.feed(ended(GrpcCode::InvalidArgument, "no"));
  machine.feed(MessageRead{.is_sync = true});
  ASSERT_TRUE(wants_retry(machine.state));

  EXPECT_THAT(machine.feed_quietly(RetryWanted{}),
              ElementsAre("hang up", "lost: asking for the refused paths again [retry]", "ask 0,1"));
}

TEST(SessionModes, ADeviceThatTakesNothingAtAllIsSearchedAgainFromTheStart) {
  Machine machine(1);
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::Unimplemented, "no ON_CHANGE"));

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::Unimplemented, "no SAMPLE")),
              Contains(::testing::StartsWith("lost: the device refuses every path: UNIMPLEMENTED: no SAMPLE")));
  machine.pass(kSearchAgain);
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0"));
}

struct Refusal {
  GrpcCode code;
  const char* message;
  bool is_of_mode;
};

class ModeRefused : public ::testing::TestWithParam<Refusal> {};

TEST_P(ModeRefused, IsToldFromAPathThatIsNotThere) {
  const auto& [code, message, is_of_mode] = GetParam();

  EXPECT_EQ(is_mode_refused({.code = code, .message = message, .hint = {}}), is_of_mode) << message;
}

INSTANTIATE_TEST_SUITE_P(
    All, ModeRefused,
    ::testing::Values(Refusal{GrpcCode::InvalidArgument, "ON_CHANGE Streaming mode invalid for /a", true},
                      Refusal{GrpcCode::NotFound, "no on-change for this node", true},
                      Refusal{GrpcCode::Unimplemented, "unsupported subscription type", true},
                      Refusal{GrpcCode::Unimplemented, "sample mode only", true},
                      Refusal{GrpcCode::Unimplemented, "", false},
                      Refusal{GrpcCode::Unimplemented, "unknown service gnmi.gNMI", false},
                      Refusal{GrpcCode::Unimplemented, "Method not found: gnmi.gNMI/Subscribe", false},
                      Refusal{GrpcCode::Unimplemented, "path /a is not implemented", false},
                      Refusal{GrpcCode::InvalidArgument, "failed to subscribe to /a: path invalid: failed to access node \"a\"", false},
                      Refusal{GrpcCode::NotFound, "no such target", false},
                      Refusal{GrpcCode::Unavailable, "ON_CHANGE", false}));

TEST(SessionForms, ALiveStreamBeginsAnewInTheFormThatWasFound) {
  Machine machine;
  machine.go_live();

  EXPECT_THAT(machine.feed_quietly(FormsFound{{{1, 2}}}),
              ElementsAre("hang up", "lost: asking for silent paths in another form [forms]", "retry after 0s"));
  EXPECT_EQ(machine.state.forms.at(1), 2U);
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1,2,3"));
}

TEST(SessionForms, AStreamIsLeftAloneWhenNothingChanges) {
  Machine machine;
  machine.go_live();
  machine.feed(FormsFound{{{1, 2}}});
  machine.feed(RetryDue{});
  machine.feed(MessageRead{.is_sync = true});

  EXPECT_THAT(machine.feed(FormsFound{{{1, 2}}}), IsEmpty());
  EXPECT_THAT(machine.feed(FormsFound{}), IsEmpty());
  machine.feed(FormsFound{{{1, 0}}});
  EXPECT_TRUE(machine.state.forms.empty());
}

TEST(SessionForms, WhatIsFoundWhileThereIsNoStreamCountsForTheNext) {
  Machine machine;
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed(FormsFound{{{1, 2}}}), IsEmpty());
  EXPECT_EQ(machine.state.forms.at(1), 2U);
}

TEST(SessionRedump, AMessageThatCouldNotBeReadIsHealedByANewDump) {
  Machine machine;
  machine.go_live();

  EXPECT_THAT(machine.feed(DumpWanted{}), ElementsAre("new dump after 10s"));
  EXPECT_THAT(machine.feed(DumpWanted{}), IsEmpty()) << "one new dump heals both";
  EXPECT_THAT(machine.feed_quietly(RedumpDue{}),
              ElementsAre("hang up", "lost: not all that was said could be read or held; asking for a new dump [redump]", "retry after 500ms"));
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1,2,3"));
}

TEST(SessionRedump, ADeviceThatSaysItInEveryDumpIsAskedLessAndLess) {
  Machine machine;
  machine.feed(SessionStarted{});
  for (const char* wait : {"10s", "20s", "40s"}) {
    machine.feed(CallAccepted{});
    EXPECT_THAT(machine.feed(DumpWanted{}), ElementsAre(std::string("new dump after ") + wait));
    machine.feed(MessageRead{.is_sync = true});
    machine.feed(RedumpDue{});
    machine.feed(RetryDue{});
  }
  machine.state.redumps = 30;
  machine.feed(CallAccepted{});
  EXPECT_THAT(machine.feed(DumpWanted{}), ElementsAre("new dump after 1h"));
}

TEST(SessionRedump, TheWaitIsShortAgainAfterAGoodHour) {
  Machine machine;
  machine.go_live();
  machine.feed(DumpWanted{});
  machine.feed(RedumpDue{});
  machine.feed(RetryDue{});
  machine.feed(MessageRead{.is_sync = true});
  machine.pass(kLongestRedump);

  EXPECT_THAT(machine.feed(DumpWanted{}), ElementsAre("new dump after 10s"));
}

TEST(SessionRedump, ADumpThatIsComingIsNotCut) {
  Machine machine;
  machine.feed(SessionStarted{});
  machine.feed(CallAccepted{});
  machine.feed(DumpWanted{});

  EXPECT_THAT(machine.feed(RedumpDue{}), ElementsAre("new dump after 10s"));
  machine.feed(MessageRead{.is_sync = true});
  EXPECT_THAT(machine.feed_quietly(RedumpDue{}), Contains("hang up"));
}

TEST(SessionRedump, AStreamLostMeanwhileHealsItToo) {
  Machine machine;
  machine.go_live();
  machine.feed(DumpWanted{});
  machine.feed(ended(GrpcCode::Ok));
  machine.feed(RetryDue{});

  EXPECT_THAT(machine.feed(RedumpDue{}), IsEmpty());
}

TEST(SessionRedump, NothingIsAskedForTheAnswersOfASearch) {
  Machine machine;
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument));

  EXPECT_THAT(machine.feed(DumpWanted{}), IsEmpty());
}

}  // namespace
}  // namespace dm::gnmi
