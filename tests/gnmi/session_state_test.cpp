#include "gnmi/session_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gnmi/end_meaning.h"
#include "gnmi/session_state_lines.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SessionState, AsksSyncsAndGoesLive) {
  Machine machine;

  EXPECT_THAT(machine.feed(SessionStarted{}), ElementsAre("ask 0,1,2,3", "watch after 2m"));
  EXPECT_THAT(machine.feed(CallAccepted{}), ElementsAre("begin", "watch after 1m"));
  EXPECT_EQ(machine.state.phase, SessionPhase::Syncing);
  EXPECT_THAT(machine.feed(MessageRead{}), IsEmpty());
  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), ElementsAre("say: live, 4 paths subscribed"));
  EXPECT_EQ(machine.state.phase, SessionPhase::Live);
}

TEST(SessionState, BeginsWithTheFirstMessageWhenNoHeadersWereTold) {
  Machine machine;
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}),
              ElementsAre("begin", "watch after 1m", "say: live, 4 paths subscribed"));
}

TEST(SessionState, IgnoresARepeatedSync) {
  Machine machine;
  machine.go_live();

  EXPECT_FALSE(needs_message(machine.state));
  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), IsEmpty());
}

TEST(SessionState, SaysWhenThereIsNothingToSubscribe) {
  Machine machine(0);

  EXPECT_THAT(machine.feed(SessionStarted{}),
              ElementsAre("say: there is no path to subscribe to", "lost: there is no path to subscribe to"));
  EXPECT_EQ(machine.state.phase, SessionPhase::Idle);
}

TEST(SessionState, IsStartedOnlyOnce) {
  Machine machine;
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed(SessionStarted{}), IsEmpty());
}

TEST(SessionState, WaitsLongerAfterEachFailureAndSaysItOnce) {
  Machine machine;
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed(ended(GrpcCode::Unavailable, "connection refused")),
              ElementsAre("hang up", "say: connection refused; trying again with growing pauses",
                          "lost: connection refused", "retry after 500ms"));
  EXPECT_THAT(machine.feed(RetryDue{}), ElementsAre("ask 0,1,2,3", "watch after 2m"));
  EXPECT_THAT(machine.feed(ended(GrpcCode::Unavailable, "connection refused")),
              ElementsAre("hang up", "lost: connection refused", "retry after 1s"));
  machine.feed(RetryDue{});
  EXPECT_THAT(machine.feed(ended(GrpcCode::Unavailable, "no route to host")),
              ElementsAre("hang up", "say: no route to host; trying again with growing pauses",
                          "lost: no route to host", "retry after 2s"));
}

// What one attempt comes to before the device ends it.
struct AttemptCase {
  const char* name;
  std::vector<SessionEvent> events;
  core::Duration lasts;  // after the last of them
  Lines waits;           // of five attempts in a row
};

TEST(SessionState, ResetsTheWaitByAStreamThatSyncedAndLasted) {
  const MessageRead message, sync{.is_sync = true};
  const Lines growing = {"retry after 500ms", "retry after 1s", "retry after 2s", "retry after 4s", "retry after 8s"};
  const Lines least(5, "retry after 500ms");
  const AttemptCase cases[] = {{"refuses the connection", {}, 0s, growing},
                               {"takes the call and ends it", {CallAccepted{}}, 0s, growing},
                               {"always fails in the middle of its dump", {CallAccepted{}, message, message}, 30s, growing},
                               {"always fails soon after its sync", {CallAccepted{}, message, sync}, 59s, growing},
                               {"is healthy", {CallAccepted{}, message, sync}, 1min, least}};
  for (const AttemptCase& one : cases) {
    Machine machine;
    machine.feed(SessionStarted{});
    Lines waits;
    for (std::size_t i = 0; i < one.waits.size(); ++i) {
      for (const SessionEvent& event : one.events) machine.feed(event);
      machine.pass(one.lasts);
      waits.push_back(machine.feed(ended(GrpcCode::Unavailable)).back());
      machine.feed(RetryDue{});
    }
    EXPECT_EQ(waits, one.waits) << one.name;
  }
}

TEST(SessionState, ComesBackAtOnceWhenAnOutageIsFollowedByAShortFlap) {
  Machine machine;
  machine.feed(SessionStarted{});
  for (int i = 0; i < 5; ++i) {
    machine.feed(ended(GrpcCode::Unavailable));
    machine.feed(RetryDue{});
  }
  machine.feed(MessageRead{.is_sync = true});

  EXPECT_EQ(machine.feed(ended(GrpcCode::Unavailable)).back(), "retry after 500ms");
}

TEST(SessionState, AsksForANewDumpWhenDeletesAreLost) {
  for (const bool is_live : {false, true}) {
    Machine machine;
    machine.feed(SessionStarted{});
    machine.feed(CallAccepted{});
    if (is_live) machine.feed(MessageRead{.is_sync = true});

    const Lines lines = machine.feed_quietly(MessageRead{.has_lost_deletes = true});

    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_EQ(lines[0], "hang up");
    EXPECT_THAT(lines[1], ::testing::AllOf(::testing::HasSubstr("limits.deletes_per_message"),
                                           ::testing::HasSubstr("[too_many_deletes]")));
    EXPECT_EQ(lines[2], "retry after 500ms");
  }
}

TEST(SessionState, CountsAsALossOnlyWhatHadBegun) {
  Machine machine;
  machine.go_live();

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::Ok)),
              ElementsAre("hang up", "lost: the device ended the stream [ended]", "retry after 500ms"));
}

struct EndCase {
  const char* name;
  CallEnd end;
  const char* text;
};

TEST(SessionState, DescribesEndsForPeople) {
  const EndCase cases[] = {
      {"ok", {.code = GrpcCode::Ok, .message = "", .hint = ""}, "the device ended the stream"},
      {"unavailable", {.code = GrpcCode::Unavailable, .message = "reset by peer", .hint = ""}, "reset by peer"},
      {"hint", {.code = GrpcCode::Unavailable, .message = "closed", .hint = "the device speaks TLS on this port"},
       "closed (the device speaks TLS on this port)"},
      {"silent", {.code = GrpcCode::Unavailable, .message = "", .hint = ""}, "no reason given"},
      {"login", {.code = GrpcCode::Unauthenticated, .message = "Authentication failed", .hint = ""},
       "the device refuses the login: UNAUTHENTICATED Authentication failed (check gnmi.username and gnmi.password, and "
       "the user on the device)"},
      {"rights", {.code = GrpcCode::PermissionDenied, .message = "no", .hint = ""},
       "the device refuses the login: PERMISSION_DENIED no (check what the user of gnmi.username may do on the device)"},
      {"limit", {.code = GrpcCode::ResourceExhausted, .message = "too big", .hint = ""}, 
       "RESOURCE_EXHAUSTED: too big (the device has no room for another session: close other collectors, or raise its limit)"},
      {"our limit",
       {.code = GrpcCode::ResourceExhausted, .message = "larger than limits.x", .hint = "", .limit = "x"},
       "larger than limits.x"}};
  for (const EndCase& one : cases) EXPECT_EQ(describe(one.end), one.text) << one.name;
}

TEST(SessionState, StopsForGood) {
  Machine machine;
  machine.go_live();

  EXPECT_THAT(machine.feed(SessionStopped{}), ElementsAre("hang up"));
  EXPECT_EQ(machine.state.phase, SessionPhase::Idle);
  for (const SessionEvent& late : {SessionEvent(RetryDue{}), SessionEvent(RetryWanted{}), SessionEvent(CallAccepted{}),
                                   SessionEvent(MessageRead{.is_sync = true}), SessionEvent(ended(GrpcCode::Ok)),
                                   SessionEvent(WatchDue{})}) {
    EXPECT_THAT(machine.feed(late), IsEmpty());
  }
}

TEST(SessionState, TakesAHubsGoneDeviceForALoss) {
  Machine machine;
  machine.go_live();

  EXPECT_THAT(machine.feed_quietly(MessageRead{.is_device_lost = true}),
              ElementsAre("hang up", "lost: the hub says the device is gone [device_gone]", "retry after 500ms"));
}

// --- Refused paths

TEST(SessionState, SearchesForTheRefusedPathAndGoesOnWithoutIt) {
  Machine machine;
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument)),
              ElementsAre("end call", "ask 0,1 on the same connection"));
  EXPECT_FALSE(is_following(machine.state));
  EXPECT_THAT(machine.feed_quietly(CallAccepted{}), IsEmpty());
  EXPECT_THAT(machine.feed_quietly(MessageRead{}), IsEmpty());
  EXPECT_THAT(machine.feed_quietly(MessageRead{.is_sync = true}), ElementsAre("end call", "ask 2,3 on the same connection"));
  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument)),
              ElementsAre("end call", "ask 2 on the same connection"));
  EXPECT_THAT(machine.feed(ended(GrpcCode::InvalidArgument, "no such node")),
              ElementsAre("end call", "say: the device refuses /p2: INVALID_ARGUMENT: no such node; going on without it",
                          "quarantine", "ask 3 on the same connection", "watch after 2m"));
  EXPECT_THAT(machine.feed_quietly(MessageRead{.is_sync = true}),
              ElementsAre("end call", "ask 0,1,3 on the same connection"));
  EXPECT_TRUE(is_following(machine.state));
  EXPECT_THAT(machine.feed_quietly(CallAccepted{}), ElementsAre("begin"));
  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}), ElementsAre("say: live, 3 paths subscribed", "ask for the software"));
  EXPECT_TRUE(machine.state.quarantine[2].has_value());
}

TEST(SessionState, SavesTheSearchWhenTheDeviceNamesThePath) {
  Machine machine;
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument,
                                         "failed to subscribe to /p1: path invalid: failed to access node")),
              ElementsAre("end call", "quarantine", "ask 0,2,3 on the same connection"));
  EXPECT_TRUE(is_following(machine.state));
}

TEST(SessionState, SearchesAlsoWhenTheStreamHadBegun) {
  Machine machine;
  machine.feed(SessionStarted{});
  machine.feed(CallAccepted{});
  machine.feed(MessageRead{});

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::Unimplemented, "not here")),
              ElementsAre("lost: paths are refused: UNIMPLEMENTED: not here [refused]", "end call",
                          "ask 0,1 on the same connection"));
}

TEST(SessionState, DoesNotSearchAfterTheSync) {
  Machine machine;
  machine.go_live();

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::NotFound, "gone")),
              ElementsAre("hang up", "lost: NOT_FOUND: gone [error]", "retry after 500ms"));
}

TEST(SessionState, GivesTheSearchUpWhenTheDeviceGoesAway) {
  Machine machine;
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument));

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::Unavailable, "reset")),
              ElementsAre("hang up", "lost: reset", "retry after 500ms"));
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1,2,3"));
}

TEST(SessionState, WaitsWhenEveryPathIsRefusedAndDoesNotSearchAgainSoon) {
  Machine machine(2);
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::NotFound, "no such target"));
  machine.feed(ended(GrpcCode::NotFound, "no such target"));

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::NotFound, "no such target")),
              ElementsAre("end call", "quarantine", "hang up",
                          "lost: the device refuses every path: NOT_FOUND: no such target", "retry after 500ms"));
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1"));
  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::NotFound, "no such target")),
              ElementsAre("hang up", "lost: the device refuses every path: NOT_FOUND: no such target", "retry after 1s"));
  machine.pass(kSearchAgain);
  machine.feed(RetryDue{});
  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::NotFound, "no such target")),
              ElementsAre("end call", "ask 0 on the same connection"));
}

TEST(SessionState, PausesWhenPathsAreRefusedOnlyTogether) {
  Machine machine(2);
  machine.feed(SessionStarted{});
  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument, "too many paths")),
              ElementsAre("end call", "ask 0 on the same connection"));
  machine.feed(MessageRead{.is_sync = true});
  EXPECT_THAT(machine.feed_quietly(MessageRead{.is_sync = true}), ElementsAre("end call", "ask 0,1 on the same connection"));

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument, "too many paths")),
              ElementsAre("hang up", "lost: the device refuses together what it accepts in parts: INVALID_ARGUMENT: too many paths",
                          "retry after 500ms"));
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1"));
  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument, "too many paths")),
              ElementsAre("end call", "ask 0 on the same connection")) << "a new connection is searched again";
}

TEST(SessionState, NeverAsksForNothingWhenEveryPathIsRefused) {
  Machine machine(1);
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::NotFound, "no such target"));
  machine.feed(RetryWanted{});  // a person has repaired the device, which restarts

  machine.feed(ended(GrpcCode::Unavailable, "connection refused"));

  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0"));
}

TEST(SessionState, AsksWhetherThisIsGnmiAtAll) {
  Machine machine(1);
  machine.feed(SessionStarted{});

  const Lines lines = machine.feed_quietly(ended(GrpcCode::Unimplemented, "unknown service gnmi.gNMI"));

  EXPECT_THAT(lines, ::testing::Contains("lost: the device refuses every path: UNIMPLEMENTED: unknown service gnmi.gNMI "
                                         "(is this the port of gNMI, and is gNMI enabled there?)"));
}

TEST(SessionState, RefusesALonePathWithoutASearch) {
  Machine machine(1);
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::InvalidArgument, "bad")),
              ElementsAre("end call", "end call", "quarantine", "hang up",
                          "lost: the device refuses every path: INVALID_ARGUMENT: bad", "retry after 500ms"));
}

// Path 1 of 2 is in quarantine, the other is live.
Machine with_quarantine() {
  Machine machine(2);
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument, "failed to subscribe to /p1: path invalid"));
  machine.feed(MessageRead{.is_sync = true});
  return machine;
}

TEST(SessionState, LeavesQuarantinedPathsOutForALongTime) {
  Machine machine = with_quarantine();
  machine.feed(ended(GrpcCode::Ok));

  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0"));
  machine.feed(ended(GrpcCode::Ok));
  machine.pass(kQuarantine);
  EXPECT_THAT(machine.feed_quietly(RetryDue{}), ElementsAre("ask 0,1"));
}

TEST(SessionState, ReleasesAPathThatIsAcceptedAgain) {
  Machine machine = with_quarantine();
  machine.feed(ended(GrpcCode::Ok));
  machine.pass(kQuarantine);
  machine.feed(RetryDue{});
  machine.feed(CallAccepted{});

  EXPECT_THAT(machine.feed(MessageRead{.is_sync = true}),
              ElementsAre("quarantine", "say: live, 2 paths subscribed", "ask for the software"));
  EXPECT_FALSE(machine.state.quarantine[1].has_value());
}

TEST(SessionState, KeepsTheTimeOfTheFirstRefusal) {
  Machine machine = with_quarantine();
  const auto since = machine.state.quarantine[1]->since;
  machine.feed(ended(GrpcCode::Ok));
  machine.pass(kQuarantine);
  machine.feed(RetryDue{});
  machine.feed(ended(GrpcCode::InvalidArgument, "failed to subscribe to /p1: path invalid"));

  EXPECT_EQ(machine.state.quarantine[1]->since, since);
  EXPECT_GT(machine.state.quarantine[1]->retry_at, machine.moment.now);
}

TEST(SessionState, AsksForRefusedPathsAtOnceWhenWanted) {
  Machine machine = with_quarantine();

  EXPECT_THAT(machine.feed_quietly(RetryWanted{}),
              ElementsAre("hang up", "lost: asking for the refused paths again [retry]", "ask 0,1"));
}

TEST(SessionState, LeavesAHealthyStreamAloneWhenARetryIsWanted) {
  Machine machine;
  machine.go_live();

  EXPECT_THAT(machine.feed(RetryWanted{}), IsEmpty());
}

// --- Silence

TEST(SessionState, RestartsAStreamThatNeverSyncs) {
  Machine machine;
  machine.feed(SessionStarted{});
  machine.feed(CallAccepted{});
  machine.feed(MessageRead{});
  machine.pass(2min);

  EXPECT_THAT(machine.feed_quietly(machine.watch(0s)),
              ElementsAre("hang up", "lost: no sync_response within 2m [no_sync]", "retry after 500ms"));
}

TEST(SessionState, ProbesASilentPeerAndTrustsItsAnswer) {
  Machine machine;
  machine.go_live();
  machine.pass(1min);

  EXPECT_THAT(machine.feed(machine.watch(1min)), ElementsAre("probe", "watch after 30s"));
  machine.pass(30s);
  EXPECT_THAT(machine.feed(machine.watch(29s)), ElementsAre("watch after 31s"));
  EXPECT_EQ(machine.state.phase, SessionPhase::Live);
}

TEST(SessionState, GivesUpAPeerThatAnswersNoProbe) {
  Machine machine;
  machine.go_live();
  machine.pass(1min);
  machine.feed(machine.watch(1min));
  machine.pass(29s);
  EXPECT_THAT(machine.feed(machine.watch(89s)), ElementsAre("watch after 1s"));
  machine.pass(1s);

  EXPECT_THAT(machine.feed_quietly(machine.watch(90s)),
              ElementsAre("hang up", "lost: silent for 1m, and no answer to a probe [silent]", "retry after 500ms"));
}

TEST(SessionState, WaitsForTheFirstSilenceOnly) {
  Machine machine;
  machine.go_live();
  machine.pass(1min);

  EXPECT_THAT(machine.feed(machine.watch(10s)), ElementsAre("watch after 50s"));
}

TEST(SessionState, GivesABusySwitchAtLeastFiveSeconds) {
  Machine machine;
  machine.plan.stale_after = 2s;
  machine.state = SessionState(machine.plan);
  machine.go_live();
  machine.pass(2s);

  EXPECT_THAT(machine.feed(machine.watch(2s)), ElementsAre("probe", "watch after 5s"));
}

TEST(SessionState, PingsLessWhenThePeerComplains) {
  Machine machine;
  machine.plan.keepalive = 1min;
  machine.state = SessionState(machine.plan);
  machine.go_live();
  CallEnded complaint = ended(GrpcCode::Unavailable, "too_many_pings");
  complaint.end.is_too_many_pings = true;

  EXPECT_THAT(machine.feed_quietly(complaint),
              ElementsAre("hang up", "lost: too_many_pings [too_many_pings]", "retry after 500ms"));
  EXPECT_EQ(machine.state.keepalive, core::Duration(2min));
  EXPECT_EQ(machine.state.probe_after, kForgivenPings);
  const SessionStep next = step(machine.plan, machine.state, RetryDue{}, machine.moment);
  EXPECT_EQ(std::get<Ask>(next.actions.front()).keepalive, core::Duration(2min));
  for (int i = 0; i < 20; ++i) {
    machine.go_live();
    machine.feed(complaint);
    machine.feed(RetryDue{});
  }
  EXPECT_EQ(machine.state.keepalive, kLongestPingInterval);
  EXPECT_EQ(machine.state.probe_after, kLongestPingInterval);
}

TEST(SessionState, AsksAgainInTimeDuringASearch) {
  Machine machine;
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument));
  machine.pass(2min);

  EXPECT_THAT(machine.feed_quietly(machine.watch(0s)),
              ElementsAre("hang up", "lost: no sync_response within 2m", "retry after 500ms"));
  EXPECT_FALSE(machine.state.search.has_value());
}

}  // namespace
}  // namespace dm::gnmi
