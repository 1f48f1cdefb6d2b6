// The connection under the calls: GOAWAY, PING, keepalive, loss, cancel, and destruction anywhere.
#include <gtest/gtest.h>

#include "gnmi/transport_script.h"

namespace dm::gnmi::script {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kCancel = 8;

TEST(TransportGoaway, RefusesACallTheDeviceNeverLookedAt) {
  Script script;
  script.start();

  script.peer->say(h2::goaway(0, 0));

  EXPECT_EQ(script.record.end().code, GrpcCode::Unavailable);
  EXPECT_NE(script.record.end().message.find("GOAWAY NO_ERROR"), std::string::npos);
  EXPECT_TRUE(script.peer->is_closed);
}

TEST(TransportGoaway, LetsTheRunningCallFinish) {
  Script script;
  script.start();
  script.accept();

  script.peer->say(h2::goaway(kCall, 0));
  EXPECT_TRUE(script.record.ends.empty());
  script.peer->say(h2::data(kCall, h2::message("after")) + h2::trailers(kCall, "0"));

  EXPECT_EQ(script.record.messages, std::vector<std::string>{"after"});
  EXPECT_EQ(script.record.end().code, GrpcCode::Ok);
  EXPECT_TRUE(script.peer->is_closed) << "a draining connection takes no other call";
}

TEST(TransportGoaway, TellsTooManyPings) {
  Script script;
  script.start();
  script.accept();

  script.peer->say(h2::goaway(kCall, 11, "too_many_pings"));
  script.peer->hang_up();

  EXPECT_EQ(script.record.end().code, GrpcCode::Unavailable);
  EXPECT_TRUE(script.record.end().is_too_many_pings);
  EXPECT_NE(script.record.end().message.find("ENHANCE_YOUR_CALM (too_many_pings)"),
            std::string::npos);
}

TEST(TransportPing, IsAnsweredWithItsBytes) {
  Script script;
  script.start();
  script.peer->take();

  script.peer->say(h2::frame(h2::kPing, 0, 0, "12345678"));

  const auto pings = h2::frames_of_type(script.peer->take(), h2::kPing);
  ASSERT_EQ(pings.size(), 1U);
  EXPECT_EQ(pings[0].flags, h2::kAck);
  EXPECT_EQ(pings[0].payload, "12345678");
}

TEST(TransportProbe, SendsEmptySettingsWhoseAnswerCountsAsHeard) {
  core::FakeClock clock;
  Script script({.host = "switch.test", .clock = &clock});
  EXPECT_FALSE(script.transport->probe()) << "not connected";
  script.start();
  const auto before = script.transport->last_heard();
  script.peer->take();
  clock.advance(seconds(5));

  EXPECT_TRUE(script.transport->probe());
  const std::string written = script.peer->take();
  const auto asked = h2::frames_of_type(written, h2::kSettings);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].flags, 0);
  EXPECT_TRUE(h2::frames_of_type(written, h2::kPing).empty());
  EXPECT_EQ(script.transport->last_heard(), before);
  script.peer->say(h2::frame(h2::kSettings, h2::kAck, 0, ""));

  EXPECT_EQ(script.transport->last_heard(), before + seconds(5));
}

// Runs the loop until the client has written a frame of that type; returns what it wrote.
std::string run_until_written(Script& script, std::uint8_t type) {
  std::string written;
  net::Timer poll(script.loop);
  std::function<void()> look = [&] {
    written += script.peer->take();
    if (!h2::frames_of_type(written, type).empty()) return script.loop.stop();
    poll.after(milliseconds(1), look);
  };
  look();
  fakes::run(script.loop);
  return written;
}

TEST(TransportKeepalive, GivesUpOnADeviceThatDoesNotAnswer) {
  Script script(
      {.host = "switch.test", .keepalive = milliseconds(1), .keepalive_timeout = milliseconds(1)});
  auto handlers = script.record.handlers();
  handlers.on_end = [&](const CallEnd& end) {
    script.record.ends.push_back(end);
    script.loop.stop();
  };
  script.transport->start("/m", "request", false, handlers);
  script.peer->connect();
  script.peer->say(h2::settings());
  script.accept();

  fakes::run(script.loop);

  EXPECT_EQ(script.record.end().code, GrpcCode::Unavailable);
  EXPECT_NE(script.record.end().message.find("keepalive"), std::string::npos);
}

TEST(TransportKeepalive, PingsASilentDeviceThatAnswersAgainAndAgain) {
  Script script(
      {.host = "switch.test", .keepalive = milliseconds(1), .keepalive_timeout = milliseconds(20)});
  script.start();
  script.accept();
  script.peer->take();

  for (int round = 0; round < 4; ++round) {
    const auto pings = h2::frames_of_type(run_until_written(script, h2::kPing), h2::kPing);
    ASSERT_FALSE(pings.empty());
    script.peer->say(h2::frame(h2::kPing, h2::kAck, 0, pings[0].payload));
  }

  EXPECT_TRUE(script.record.ends.empty());
}

TEST(TransportConnect, GivesUpOnAPeerThatNeverSpeaksHttp2) {
  Script script({.host = "switch.test", .connect_timeout = milliseconds(1)});
  auto handlers = script.record.handlers();
  handlers.on_end = [&](const CallEnd& end) {
    script.record.ends.push_back(end);
    script.loop.stop();
  };
  script.transport->start("/m", "request", false, handlers);
  script.peer->connect();

  fakes::run(script.loop);

  EXPECT_EQ(script.record.end().code, GrpcCode::Unavailable);
  EXPECT_NE(script.record.end().hint.find("may expect TLS"), std::string::npos);
}

TEST(TransportLoss, IsUnavailableWithTheStreamsReasonAndHint) {
  Script script;
  script.start();
  script.accept();

  script.peer->hang_up("connection lost: reset", "pull the other cable");

  EXPECT_EQ(script.record.end().code, GrpcCode::Unavailable);
  EXPECT_EQ(script.record.end().message, "connection lost: reset");
  EXPECT_EQ(script.record.end().hint, "pull the other cable");
}

TEST(TransportLoss, BeforeTheConnectEndsTheCall) {
  Script script;
  script.transport->start("/m", "request", false, script.record.handlers());

  script.peer->hang_up("connection refused");

  EXPECT_EQ(script.record.end().code, GrpcCode::Unavailable);
  EXPECT_EQ(script.record.end().message, "connection refused");
  EXPECT_EQ(script.record.end().hint, "");
}

TEST(TransportLoss, DoesNotUndoAnEndThatWasTold) {
  Script script;
  script.start();
  script.accept();
  script.peer->say(h2::trailers(kCall, "0"));

  script.peer->hang_up();

  EXPECT_EQ(script.record.end().code, GrpcCode::Ok);
}

struct HintCase {
  std::string says, hint;
  net::TlsMode mode = net::TlsMode::Plaintext;
};
std::ostream& operator<<(std::ostream& out, const HintCase& one) { return out << one.hint; }
class TransportHint : public testing::TestWithParam<HintCase> {};

TEST_P(TransportHint, ComesFromTheFirstBytes) {
  Script script({.host = "switch.test", .tls = {.mode = GetParam().mode}});
  script.transport->start("/m", "request", false, script.record.handlers());
  script.peer->connect();

  if (!GetParam().says.empty()) script.peer->say(GetParam().says);
  script.peer->hang_up();

  EXPECT_EQ(script.record.end().code, GrpcCode::Unavailable);
  EXPECT_NE(script.record.end().hint.find(GetParam().hint), std::string::npos)
      << script.record.end().hint;
}

INSTANTIATE_TEST_SUITE_P(
    Peers, TransportHint,
    testing::Values(HintCase{"\x15\x03\x01", "speaks TLS"},
                    HintCase{std::string("\x15\x03\x03\0\x02\x02\x46 and more", 16), "speaks TLS"},
                    HintCase{"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1"},
                    HintCase{"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1", net::TlsMode::Verify},
                    HintCase{"SSH-2.0-OpenSSH_9\r\n", "SSH"}, HintCase{"", "may expect TLS"}));

TEST(TransportCancel, ResetsTheCallAndTellsNobody) {
  Script script;
  script.start();
  script.accept();
  script.peer->take();

  script.transport->cancel();
  EXPECT_EQ(script.reset_code(), kCancel);
  script.peer->say(h2::data(kCall, h2::message("late")) + h2::trailers(kCall, "0"));
  script.peer->hang_up();

  EXPECT_TRUE(script.record.messages.empty());
  EXPECT_TRUE(script.record.ends.empty());
}

TEST(TransportCancel, WhileConnectingClosesTheStream) {
  Script script;
  script.transport->start("/m", "request", false, script.record.handlers());

  script.transport->cancel();

  EXPECT_TRUE(script.peer->is_closed);
  EXPECT_TRUE(script.record.ends.empty());
}

TEST(TransportCancel, InsideAMessageIsTheLastMessage) {
  Script script;
  auto handlers = script.record.handlers();
  handlers.on_message = [&](std::span<const std::uint8_t> bytes) {
    script.record.messages.push_back(text_of(bytes));
    script.transport->cancel();
  };
  script.transport->start("/m", "request", false, handlers);
  script.peer->connect();
  script.peer->say(h2::settings());

  script.peer->say(h2::headers(kCall, h2::accepted()) +
                   h2::data(kCall, h2::message("one") + h2::message("two")) +
                   h2::data(kCall, h2::message("three")) + h2::trailers(kCall, "0"));

  EXPECT_EQ(script.record.messages, std::vector<std::string>{"one"});
  EXPECT_TRUE(script.record.ends.empty());
  EXPECT_EQ(script.reset_code(), kCancel);
}

TEST(TransportNextCall, UsesTheSameConnection) {
  Script script;
  script.start();
  Record second;

  script.peer->say(h2::headers(kCall, {{":status", "200"}, {"grpc-status", "3"}}, true));
  script.peer->take();
  script.transport->start("/m", "again", false, second.handlers());
  const auto frames = h2::frames_of_type(script.peer->take(), h2::kHeaders);
  script.peer->say(h2::headers(3, h2::accepted()) + h2::data(3, h2::message("hello")));

  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].stream, 3U);
  EXPECT_EQ(script.record.end().code, GrpcCode::InvalidArgument);
  EXPECT_EQ(second.messages, std::vector<std::string>{"hello"});
  EXPECT_TRUE(second.ends.empty());
}

TEST(TransportNextCall, MayBeginInsideTheEndOfTheFirst) {
  Script script;
  Record second;
  auto handlers = script.record.handlers();
  handlers.on_end = [&](const CallEnd& end) {
    script.record.ends.push_back(end);
    script.transport->start("/m", "again", true, second.handlers());
  };
  script.transport->start("/m", "request", false, handlers);
  script.peer->connect();
  script.peer->say(h2::settings());

  script.peer->say(h2::headers(kCall, {{":status", "200"}, {"grpc-status", "3"}}, true));
  script.peer->say(h2::headers(3, h2::accepted()) + h2::trailers(3, "0"));

  EXPECT_EQ(script.record.end().code, GrpcCode::InvalidArgument);
  EXPECT_EQ(second.end().code, GrpcCode::Ok);
}

TEST(TransportNextCall, InsideAMessageReplacesTheFirst) {
  Script script;
  Record second;
  auto handlers = script.record.handlers();
  handlers.on_message = [&](std::span<const std::uint8_t> bytes) {
    script.record.messages.push_back(text_of(bytes));
    script.transport->start("/m", "again", true, second.handlers());
  };
  script.transport->start("/m", "request", false, handlers);
  script.peer->connect();
  script.peer->say(h2::settings());

  script.peer->say(h2::headers(kCall, h2::accepted()) +
                   h2::data(kCall, h2::message("one") + h2::message("two")));
  script.peer->say(h2::headers(3, h2::accepted()) + h2::data(3, h2::message("new")) +
                   h2::trailers(3, "0"));

  EXPECT_EQ(script.record.messages, std::vector<std::string>{"one"});
  EXPECT_TRUE(script.record.ends.empty());
  EXPECT_EQ(second.messages, std::vector<std::string>{"new"});
  EXPECT_EQ(second.end().code, GrpcCode::Ok);
}

enum class Where { Headers, Message, End, Loss };
class TransportDestruction : public testing::TestWithParam<Where> {};

TEST_P(TransportDestruction, IsSafeInsideAHandler) {
  Script script;
  int later_calls = 0;
  const auto destroy = [&](Where where) {
    if (script.transport == nullptr) ++later_calls;
    if (where == GetParam()) script.transport.reset();
  };
  // Captured by value, so that a handler destroyed while it runs is found by a sanitizer.
  const std::string canary(64, 'c');
  std::string seen;
  const CallHandlers handlers{.on_headers =
                                  [&, canary] {
                                    destroy(Where::Headers);
                                    seen = canary;
                                  },
                              .on_message =
                                  [&, canary](std::span<const std::uint8_t>) {
                                    destroy(Where::Message);
                                    seen = canary;
                                  },
                              .on_end =
                                  [&, canary](const CallEnd& end) {
                                    destroy(end.code == GrpcCode::Ok ? Where::End : Where::Loss);
                                    seen = canary;
                                  }};
  script.transport->start("/m", "request", false, handlers);
  script.peer->connect();
  script.peer->say(h2::settings());

  std::string says =
      h2::headers(kCall, h2::accepted()) + h2::data(kCall, h2::message("one") + h2::message("two"));
  if (GetParam() == Where::End) says += h2::trailers(kCall, "0");
  script.peer->say(says);
  script.peer->hang_up();
  script.run_posted();

  EXPECT_EQ(script.transport, nullptr);
  EXPECT_EQ(later_calls, 0);
  EXPECT_EQ(seen, canary);
  EXPECT_TRUE(script.peer->is_closed);
}

INSTANTIATE_TEST_SUITE_P(Anywhere, TransportDestruction,
                         testing::Values(Where::Headers, Where::Message, Where::End, Where::Loss));

TEST(TransportDestructor, SaysGoodbyeOutsideOfHandlers) {
  Script script;
  script.start();
  script.accept();
  script.peer->take();

  script.transport.reset();

  const std::string written = script.peer->take();
  const auto resets = h2::frames_of_type(written, h2::kRstStream);
  ASSERT_EQ(resets.size(), 1U);
  EXPECT_EQ(h2::number_at(resets[0].payload, 0, 4), kCancel);
  EXPECT_EQ(h2::frames_of_type(written, h2::kGoaway).size(), 1U);
  EXPECT_TRUE(script.peer->is_closed);
}

TEST(TransportPause, StopsReadingAndGoesOn) {
  Script script;
  script.start();

  script.transport->pause(true);
  EXPECT_TRUE(script.peer->is_paused);
  script.transport->pause(false);

  EXPECT_FALSE(script.peer->is_paused);
}

TEST(TransportPause, HoldsForAConnectionYetToCome) {
  Script script;
  script.transport->pause(true);

  script.transport->start("/m", "request", false, script.record.handlers());
  EXPECT_FALSE(script.peer->is_paused) << "a handshake needs to read";
  script.peer->connect();

  EXPECT_TRUE(script.peer->is_paused);
}

}  // namespace
}  // namespace dm::gnmi::script
