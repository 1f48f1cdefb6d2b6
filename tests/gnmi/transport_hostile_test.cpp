// Bytes no honest server sends: whatever comes, the client answers within the rules, holds little,
// and tells its user exactly once.
#include <gtest/gtest.h>

#include <random>

#include "gnmi/transport_script.h"

namespace dm::gnmi::script {
namespace {

struct Bad {
  std::string name, bytes;
};
std::ostream& operator<<(std::ostream& out, const Bad& one) { return out << one.name; }

const std::string kGood = h2::headers(kCall, h2::accepted());

class TransportHostile : public testing::TestWithParam<Bad> {};

TEST_P(TransportHostile, BreaksTheCallAndNothingElse) {
  for (const std::size_t size : {std::size_t{1}, GetParam().bytes.size()}) {
    Script script;
    script.start();
    script.accept();

    script.peer->say_in_pieces(GetParam().bytes, size);

    // Ours to end: the peer has not hung up yet.
    EXPECT_EQ(script.record.ends.size(), 1U);
    EXPECT_NE(script.record.end().code, GrpcCode::Ok);
    EXPECT_NE(script.record.end().message, "");
    script.peer->hang_up();
    EXPECT_EQ(script.record.ends.size(), 1U);
    EXPECT_NO_THROW(h2::frames_of(script.peer->take()));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Frames, TransportHostile,
    testing::Values(
        Bad{"HEADERS on stream 0", h2::headers(0, h2::accepted())},
        Bad{"DATA on stream 0", h2::data(0, "x")}, Bad{"DATA on an idle stream", h2::data(7, "x")},
        Bad{"HEADERS on an even stream", h2::headers(2, h2::accepted())},
        Bad{"RST_STREAM on an idle stream", h2::reset(9, 8)},
        Bad{"RST_STREAM of 3 bytes", h2::frame(h2::kRstStream, 0, kCall, "123")},
        Bad{"frame beyond the maximum", h2::frame(h2::kData, 0, kCall, std::string(16'385, 'x'))},
        Bad{"SETTINGS of 5 bytes", h2::frame(h2::kSettings, 0, 0, "12345")},
        Bad{"SETTINGS on a stream", h2::frame(h2::kSettings, 0, kCall, "")},
        Bad{"SETTINGS ack with payload", h2::frame(h2::kSettings, h2::kAck, 0, "123456")},
        Bad{"SETTINGS window beyond 2^31",
            h2::frame(h2::kSettings, 0, 0, h2::number(4, 2) + h2::number(0x80000000, 4))},
        Bad{"SETTINGS frame size too small",
            h2::frame(h2::kSettings, 0, 0, h2::number(5, 2) + h2::number(1, 4))},
        Bad{"PING of 7 bytes", h2::frame(h2::kPing, 0, 0, "1234567")},
        Bad{"PING on a stream", h2::frame(h2::kPing, 0, kCall, "12345678")},
        Bad{"GOAWAY of 4 bytes", h2::frame(h2::kGoaway, 0, 0, "1234")},
        Bad{"WINDOW_UPDATE of zero", h2::frame(h2::kWindowUpdate, 0, 0, h2::number(0, 4))},
        Bad{"WINDOW_UPDATE of zero on the call",
            h2::frame(h2::kWindowUpdate, 0, kCall, h2::number(0, 4))},
        Bad{"window overflow", h2::frame(h2::kWindowUpdate, 0, 0, h2::number(0x7fffffff, 4))},
        Bad{"window overflow on the call",
            h2::frame(h2::kWindowUpdate, 0, kCall, h2::number(0x7fffffff, 4))},
        Bad{"CONTINUATION alone",
            h2::frame(h2::kContinuation, h2::kEndHeaders, kCall, h2::hpack(h2::accepted()))},
        Bad{"header block interrupted", h2::frame(h2::kHeaders, 0, kCall, h2::hpack({{"a", "b"}})) +
                                            h2::frame(h2::kPing, 0, 0, "12345678")},
        Bad{"PUSH_PROMISE", h2::frame(h2::kPushPromise, h2::kEndHeaders, kCall,
                                      h2::number(2, 4) + h2::hpack({{":method", "GET"},
                                                                    {":path", "/"},
                                                                    {":scheme", "http"},
                                                                    {":authority", "x"}}))},
        Bad{"broken HPACK", h2::frame(h2::kHeaders, h2::kEndHeaders | h2::kEndStream, kCall,
                                      "\xff\xff\xff\xff\xff\xff\xff")},
        Bad{"HPACK of an absent entry",
            h2::frame(h2::kHeaders, h2::kEndHeaders | h2::kEndStream, kCall, "\xfe")},
        Bad{"HPACK table beyond what was allowed",
            h2::frame(h2::kHeaders, h2::kEndHeaders | h2::kEndStream, kCall, "\x3f\xe1\xff\x03")},
        Bad{"upper-case header", h2::headers(kCall, {{"Grpc-Status", "0"}}, true)},
        Bad{"pseudo-header in trailers",
            h2::headers(kCall, {{":status", "200"}, {"grpc-status", "0"}}, true)},
        Bad{"trailers without end of stream", h2::headers(kCall, {{"grpc-status", "0"}})},
        Bad{"padding beyond the frame", h2::frame(h2::kData, h2::kPadded, kCall, "\x09xx")},
        Bad{"message of a terabyte in words",
            h2::data(kCall, std::string("\0\xff\xff\xff\xff", 5))},
        Bad{"PING flood", [] {
              std::string flood;
              for (int i = 0; i < 5000; ++i) flood += h2::frame(h2::kPing, 0, 0, "12345678");
              return flood + h2::data(0, "x");
            }()}));

TEST(TransportHostileStart, DataBeforeHeaders) {
  Script script;
  script.start();

  script.peer->say(h2::data(kCall, h2::message("early")));

  EXPECT_TRUE(script.record.messages.empty());
  EXPECT_NE(script.record.end().code, GrpcCode::Ok);
}

TEST(TransportHostileStart, AnswerWithoutHttpStatus) {
  Script script;
  script.start();

  script.peer->say(h2::headers(kCall, {{"content-type", "application/grpc"}}));

  EXPECT_NE(script.record.end().code, GrpcCode::Ok);
}

TEST(TransportHostileFlood, HeadersWithoutEndAreCutOff) {
  Script script;
  script.start();
  script.peer->say(h2::frame(h2::kHeaders, 0, kCall, h2::hpack(h2::accepted())));
  const std::string more = h2::frame(h2::kContinuation, 0, kCall,
                                     h2::hpack({{"x", std::string(15'000, 'y')}}).substr(1));

  for (int i = 0; i < 1000 && script.record.ends.empty(); ++i) script.peer->say(more);

  EXPECT_EQ(script.record.ends.size(), 1U);
  EXPECT_NE(script.record.end().code, GrpcCode::Ok);
}

TEST(TransportHostileFlood, UnknownFramesAndEmptyDataAreIgnored) {
  Script script;
  script.start();
  script.accept();
  script.peer->take();

  for (int i = 0; i < 5000; ++i) {
    script.peer->say(h2::frame(0xfa, 0xff, kCall, "whatever") + h2::data(kCall, "") +
                     h2::frame(h2::kPriority, 0, kCall, std::string(5, '\1')));
  }
  script.peer->say(h2::data(kCall, h2::message("still here")));

  EXPECT_EQ(script.record.messages, std::vector<std::string>{"still here"});
  EXPECT_LT(script.peer->take().size(), 1000U);
}

// A good conversation with bytes changed, cut out, doubled or moved.
std::string mutate(std::string bytes, std::mt19937& random) {
  const auto at = [&] {
    return std::uniform_int_distribution<std::size_t>(0, bytes.size() - 1)(random);
  };
  const int changes = std::uniform_int_distribution<int>(1, 6)(random);
  for (int i = 0; i < changes && !bytes.empty(); ++i) {
    switch (random() % 4) {
      case 0:
        bytes[at()] = static_cast<char>(random() & 0xFFU);
        break;
      case 1:
        bytes[at()] ^= static_cast<char>(1U << (random() % 8));
        break;
      case 2:
        bytes.erase(at(), 1 + random() % 12);
        break;
      default: {
        const std::string piece = bytes.substr(at(), 1 + random() % 40);
        bytes.insert(at(), piece);
      }
    }
  }
  return bytes;
}

TEST(TransportHostileRandom, EndsExactlyOnceWhateverComes) {
  std::mt19937 random(20'261'123);
  const std::string good =
      h2::settings() + h2::headers(kCall, {{":status", "103"}}) +
      h2::headers(
          kCall,
          {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-encoding", "gzip"}}) +
      h2::data(kCall, h2::message("plain") + h2::message(h2::gzip("packed"), 1)) +
      h2::frame(h2::kPing, 0, 0, "12345678") +
      h2::frame(h2::kWindowUpdate, 0, 0, h2::number(1000, 4)) +
      h2::data(kCall, h2::message("cut").substr(0, 6)) + h2::goaway(kCall, 0, "bye") +
      h2::data(kCall, h2::message("cut").substr(6)) + h2::trailers(kCall, "0", "fine");
  int completed = 0;

  for (int round = 0; round < 1500; ++round) {
    Script script;
    script.transport->start("/m", "request", round % 2 == 0, script.record.handlers());
    script.peer->connect();
    script.peer->say_in_pieces(mutate(good, random), 1 + random() % 64);
    script.peer->hang_up();

    ASSERT_EQ(script.record.ends.size(), 1U) << "round " << round;
    ASSERT_NO_THROW(h2::frames_of(script.peer->take())) << "round " << round;
    completed += script.record.end().code == GrpcCode::Ok ? 1 : 0;
  }

  EXPECT_GT(completed, 0) << "no mutation was harmless: the conversation itself must be broken";
  EXPECT_LT(completed, 1500);
}

}  // namespace
}  // namespace dm::gnmi::script
