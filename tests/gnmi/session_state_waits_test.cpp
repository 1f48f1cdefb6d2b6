// How a session waits for devices that refuse its login or have no room for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gnmi/session_state.h"
#include "gnmi/session_state_lines.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr const char* kLoginCure = " (check gnmi.username and gnmi.password, and the user on the device)";

// --- Logins

// A usual lock-out policy is five bad logins in five minutes.
TEST(SessionState, NeverTriesARefusedLoginFiveTimesInFiveMinutes) {
  for (const std::uint64_t random : {std::uint64_t{0}, std::uint64_t{1} << 40U, ~std::uint64_t{0}}) {
    Machine machine;
    machine.moment.random = random;
    machine.feed(SessionStarted{});
    core::Duration elapsed{0};
    std::vector<core::Duration> attempts{elapsed};
    while (elapsed < 3h) {
      const SessionStep decided = step(machine.plan, machine.state, ended(GrpcCode::Unauthenticated), machine.moment);
      machine.state = decided.state;
      elapsed += std::get<RetryAfter>(decided.actions.back()).wait;
      machine.feed(RetryDue{});
      attempts.push_back(elapsed);
    }
    EXPECT_LE(attempts.at(1), 10s) << "a hiccup of the AAA server is soon over";
    for (std::size_t i = 4; i < attempts.size(); ++i) EXPECT_GT(attempts[i] - attempts[i - 4], 5min);
  }
}

TEST(SessionState, MakesRefusedLoginsRareAndSaysThemOnce) {
  Machine machine;
  machine.feed(SessionStarted{});
  Lines waits;
  int said = 0;
  for (int i = 0; i < 10; ++i) {
    const Lines lines = machine.feed(ended(GrpcCode::PermissionDenied, "no"));
    waits.push_back(lines.back());
    for (const auto& line : lines) said += line.starts_with("say") ? 1 : 0;
    machine.feed(RetryDue{});
  }

  EXPECT_THAT(waits, ElementsAre("retry after 5s", "retry after 1m", "retry after 2m", "retry after 4m", "retry after 8m",
                                 "retry after 16m", "retry after 30m", "retry after 30m", "retry after 30m", "retry after 30m"));
  EXPECT_EQ(said, 1);
}

TEST(SessionState, CountsEveryRefusedLogin) {
  Machine machine;
  machine.feed(SessionStarted{});

  EXPECT_THAT(machine.feed_quietly(ended(GrpcCode::Unauthenticated, "bad password")),
              ElementsAre("login refused", "hang up", "lost: the device refuses the login: UNAUTHENTICATED bad password" + std::string(kLoginCure),
                          "retry after 5s"));
}

TEST(SessionState, TriesALoginAgainAtOnceWhenAsked) {
  Machine machine;
  machine.feed(SessionStarted{});
  for (int i = 0; i < 5; ++i) {
    machine.feed(ended(GrpcCode::Unauthenticated));
    machine.feed(RetryDue{});
  }
  machine.feed(ended(GrpcCode::Unauthenticated));

  EXPECT_THAT(machine.feed_quietly(RetryWanted{}), ElementsAre("ask 0,1,2,3"));
  EXPECT_EQ(machine.feed(ended(GrpcCode::Unauthenticated)).back(), "retry after 5s");
}

// --- No room

struct FullCase {
  const char* name;
  CallEnd end;
  bool is_left_alone;
};

TEST(SessionState, LeavesADeviceWithoutRoomAlone) {
  const FullCase cases[] = {
      {"exhausted", {.code = GrpcCode::ResourceExhausted, .message = "too many sessions", .hint = ""}, true},
      {"out of range", {.code = GrpcCode::OutOfRange, .message = "subscriptions", .hint = ""}, true},
      {"capacity", {.code = GrpcCode::Unavailable, .message = "Server connections are at capacity", .hint = ""}, true},
      {"our limit", {.code = GrpcCode::ResourceExhausted, .message = "m", .hint = "", .limit = "grpc_message_bytes"}, true},
      {"pings", {.code = GrpcCode::ResourceExhausted, .message = "m", .is_too_many_pings = true, .hint = ""}, false},
      {"restart", {.code = GrpcCode::Unavailable, .message = "agent restarts", .hint = ""}, false}};
  const Lines slow = {"retry after 15s", "retry after 30s", "retry after 1m", "retry after 2m", "retry after 4m",
                      "retry after 5m", "retry after 5m"};
  for (const FullCase& one : cases) {
    Machine machine;
    machine.feed(SessionStarted{});
    Lines waits;
    for (std::size_t i = 0; i < slow.size(); ++i) {
      machine.feed(CallAccepted{});
      waits.push_back(machine.feed(CallEnded{one.end}).back());
      machine.feed(RetryDue{});
    }
    EXPECT_EQ(waits == slow, one.is_left_alone) << one.name << ": " << fmt::format("{}", fmt::join(waits, ", "));
  }
}

TEST(SessionState, AsksADeviceWithoutRoomSoonAgainAfterAGoodStreamOrOnRequest) {
  const CallEnded full = ended(GrpcCode::ResourceExhausted);
  Machine machine;
  machine.feed(SessionStarted{});
  for (int i = 0; i < 5; ++i) {
    machine.feed(full);
    machine.feed(RetryDue{});
  }
  machine.feed(MessageRead{.is_sync = true});
  machine.pass(kLasting);
  EXPECT_EQ(machine.feed(full).back(), "retry after 15s");
  machine.feed(RetryDue{});
  EXPECT_EQ(machine.feed(full).back(), "retry after 30s");

  EXPECT_THAT(machine.feed_quietly(RetryWanted{}), ElementsAre("ask 0,1,2,3"));
  EXPECT_EQ(machine.feed(full).back(), "retry after 15s");
}

TEST(SessionState, DoesNotSearchOnADeviceWithoutRoom) {
  Machine machine;
  machine.feed(SessionStarted{});
  machine.feed(ended(GrpcCode::InvalidArgument));

  machine.feed(ended(GrpcCode::OutOfRange));

  EXPECT_EQ(machine.state.phase, SessionPhase::Waiting);
  EXPECT_FALSE(machine.state.search.has_value());
}

}  // namespace
}  // namespace dm::gnmi
