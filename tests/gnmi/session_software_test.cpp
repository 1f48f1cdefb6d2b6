// A device that refused something is asked what it runs, and for everything again when that has changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gnmi/session_lab.h"
#include "gnmi/session_state_lines.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kNoNode = "failed to subscribe to /p1: path invalid";

SoftwareHeard heard(const std::string& version) { return {{version, 9, version}}; }

// Live without path 1 of 3, which the device refused, and asked what it runs.
Machine without_a_path() {
  Machine machine(3);
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument, kNoNode));
  machine.feed(CallAccepted{});
  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), Contains("ask for the software"));
  return machine;
}

// The connection is lost and comes back.
void reconnect(Machine& machine) {
  machine.feed(ended(GrpcCode::Unavailable));
  machine.feed(RetryDue{});
  machine.feed(CallAccepted{});
  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), Contains("ask for the software"));
}

TEST(SessionSoftware, ADeviceThatTakesEverythingIsNotAsked) {
  Machine machine(3);
  machine.feed(SessionStarted{});
  machine.feed(CallAccepted{});

  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), Not(Contains("ask for the software")));
}

TEST(SessionSoftware, TheSameSoftwareChangesNothing) {
  Machine machine = without_a_path();

  EXPECT_THAT(machine.feed(heard("A")), ElementsAre("software"));
  reconnect(machine);
  EXPECT_THAT(machine.feed(heard("A")), ElementsAre("software"));
  EXPECT_EQ(machine.state.phase, SessionPhase::Live);
  EXPECT_TRUE(machine.state.quarantine[1]);
}

TEST(SessionSoftware, OtherSoftwareIsAskedForEverythingAsConfigured) {
  Machine machine = without_a_path();
  machine.feed(heard("A"));
  reconnect(machine);

  EXPECT_THAT(machine.feed(heard("B")),
              ElementsAre("say: the device runs other software (gNMI B, 9 models, fingerprint B; before: gNMI A, 9 models, "
                          "fingerprint A); asking for everything as configured",
                          "hang up", "lost: the device runs other software [software]", "retry after 0s", "other software"));
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1,2"));
  machine.feed(CallAccepted{});
  EXPECT_THAT(machine.feed_quietly(MessageRead{.is_sync = true}), ElementsAre("quarantine", "ask for the software"));
  EXPECT_FALSE(machine.state.quarantine[1]);
}

TEST(SessionSoftware, WhatItStillRefusesIsQuarantinedAgainAndLeftAlone) {
  Machine machine = without_a_path();
  machine.feed(heard("A"));
  reconnect(machine);
  machine.feed(heard("B"));
  machine.feed(RetryDue{});

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument, kNoNode)),
              ElementsAre("end call", "quarantine", "ask 0,2 on the same connection"));
  machine.feed(CallAccepted{});
  machine.feed(MessageRead{.is_sync = true});
  EXPECT_THAT(machine.feed(heard("B")), ElementsAre("software"));
}

TEST(SessionSoftware, FallenModesAndOtherFormsAreTriedAgainToo) {
  Machine machine(2);
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument, "ON_CHANGE Streaming mode invalid for /p1"));
  machine.feed(MessageRead{.is_sync = true});                                                  // path 0 alone
  machine.feed(ended(GrpcCode::InvalidArgument, "ON_CHANGE Streaming mode invalid for /p1"));  // path 1 alone
  machine.feed(MessageRead{.is_sync = true});                                                  // path 1 as sample
  machine.feed(MessageRead{.is_sync = true});                                                  // both
  ASSERT_EQ(machine.state.phase, SessionPhase::Live);
  machine.feed(FormsFound{{{0, 1}}});
  machine.feed(RetryDue{});
  machine.feed(CallAccepted{});
  machine.feed(MessageRead{.is_sync = true});
  machine.feed(heard("A"));
  reconnect(machine);

  EXPECT_THAT(machine.feed_quietly(heard("B")), Contains("hang up"));

  EXPECT_THAT(machine.state.forms, IsEmpty());
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1"));
}

TEST(SessionSoftware, AFormAloneIsReasonEnoughToAsk) {
  Machine machine(2);
  machine.go_live();
  machine.feed(FormsFound{{{0, 1}}});
  machine.feed(RetryDue{});
  machine.feed(CallAccepted{});

  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), Contains("ask for the software"));
}

TEST(SessionSoftware, TroubleBesideTheStreamIsToldWithoutTouchingIt) {
  Machine machine(2);
  machine.go_live();

  EXPECT_THAT(machine.feed(SoftwareWanted{}), ElementsAre("ask for the software"));
  EXPECT_THAT(machine.feed(SoftwareWanted{}), IsEmpty()) << "once on a connection";
  machine.feed(heard("A"));
  reconnect(machine);

  EXPECT_THAT(machine.feed_quietly(heard("B")), ElementsAre("other software"));
  EXPECT_EQ(machine.state.phase, SessionPhase::Live);
}

TEST(SessionSoftware, ADeviceThatDoesNotLetUsAskIsNotAskedAgain) {
  Machine machine = without_a_path();
  machine.feed(SoftwareRefused{});
  machine.feed(ended(GrpcCode::Unavailable));
  machine.feed(RetryDue{});
  machine.feed(CallAccepted{});

  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), Not(Contains("ask for the software")));
}

// Over bytes. Path b is refused by name; the stream is the second call of the connection, what is asked beside it the third.
constexpr std::uint32_t kStream = 3, kSoftware = 5;

struct SoftwareLab : Lab {
  std::vector<bool> changes;

  SoftwareLab() {
    handlers.on_software = [this](bool is_changed) { changes.push_back(is_changed); };
    start();
    go_live_without_b();
  }
  void go_live_without_b() {
    peer().connect();
    peer().say(h2::settings());
    refuse(3, "failed to subscribe to /b: path invalid", 1);
    accept(kStream);
    say_messages(sync(), kStream);
  }
  void tell(const std::string& version) {
    ::gnmi::CapabilityResponse answer;
    answer.set_gnmi_version(version);
    say(h2::headers(kSoftware, h2::accepted()) + h2::data(kSoftware, h2::message(answer.SerializeAsString())) +
        h2::trailers(kSoftware, "0"));
    run_posted();
  }
  void come_back() {
    peer().hang_up();
    session->retry_now();  // asks for everything; the device has not changed its mind
    go_live_without_b();
  }
};

TEST(SessionSoftware, IsAskedBesideTheStream) {
  SoftwareLab lab;

  const auto frames = h2::frames_of_type(lab.peer().take(), h2::kHeaders);
  ASSERT_THAT(frames, SizeIs(3));
  EXPECT_EQ(frames[2].stream, kSoftware);
  EXPECT_FALSE(lab.session->software());
  lab.tell("0.7.0");
  lab.say_messages(leaf("a", 2), kStream);

  EXPECT_EQ(lab.session->software()->gnmi_version, "0.7.0");
  EXPECT_THAT(lab.changes, ElementsAre(false));
  EXPECT_EQ(lab.diary.back(), "batch /a=2") << "the stream goes on";
}

TEST(SessionSoftware, AServerWithoutCapabilitiesCostsNothing) {
  SoftwareLab lab;

  lab.refuse(12, "unknown method Capabilities", kSoftware);
  lab.say_messages(leaf("a", 2), kStream);

  EXPECT_FALSE(lab.session->software());
  EXPECT_THAT(lab.changes, IsEmpty());
  EXPECT_EQ(lab.diary.back(), "batch /a=2");
  EXPECT_EQ(lab.metrics.value(metrics::Metric::LoginsRefused), 0);
}

TEST(SessionSoftware, AnAnswerThatIsNoneSaysNothing) {
  SoftwareLab lab;

  lab.say(h2::headers(kSoftware, h2::accepted()) + h2::data(kSoftware, h2::message("\x0a\x7f")) + h2::trailers(kSoftware, "0"));
  lab.run_posted();
  lab.say_messages(leaf("a", 2), kStream);

  EXPECT_THAT(lab.changes, IsEmpty());
  EXPECT_EQ(lab.diary.back(), "batch /a=2");
}

TEST(SessionSoftware, AChangeBeginsTheStreamAnewWhileItsCallEnds) {
  SoftwareLab lab;
  lab.tell("0.7.0");
  lab.come_back();
  ASSERT_THAT(lab.peers, SizeIs(2));
  lab.diary.clear();

  const auto old = lab.peers.back();
  lab.tell("0.8.0");

  EXPECT_TRUE(old->is_closed);
  EXPECT_THAT(lab.diary, ElementsAre("lost: the device runs other software"));
  EXPECT_THAT(lab.changes, ElementsAre(false, true));
  EXPECT_EQ(lab.metrics.value(metrics::Metric::StreamLosses, "software"), 1);
}

TEST(SessionSoftware, AStoppedSessionHearsNoAnswer) {
  SoftwareLab lab;

  lab.session->stop();
  lab.tell("0.7.0");

  EXPECT_THAT(lab.changes, IsEmpty());
}

}  // namespace
}  // namespace dm::gnmi
