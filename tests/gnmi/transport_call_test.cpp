// The gRPC client against a scripted peer: requests, answers, and every way a call may end.
#include <gtest/gtest.h>

#include <map>

#include "gnmi/transport_script.h"

namespace dm::gnmi::script {
namespace {

constexpr std::uint32_t kCancel = 8;

TEST(TransportRequest, BeginsWithPrefaceSettingsAndLargeWindows) {
  Script script;

  script.start();

  const std::string written = script.peer->take();
  ASSERT_TRUE(written.starts_with(h2::kPreface));
  const auto frames = h2::frames_of(written);
  ASSERT_EQ(frames.front().type, h2::kSettings);
  std::map<std::uint32_t, std::uint32_t> settings;
  for (std::size_t at = 0; at < frames.front().payload.size(); at += 6) {
    settings[h2::number_at(frames.front().payload, at, 2)] =
        h2::number_at(frames.front().payload, at + 2, 4);
  }
  EXPECT_LE(settings[1], 4096U) << "HEADER_TABLE_SIZE";
  EXPECT_EQ(settings[2], 0U) << "ENABLE_PUSH";
  EXPECT_GE(settings[4], 1U << 20U) << "INITIAL_WINDOW_SIZE";
  EXPECT_EQ(settings[6], core::Limits{}.header_list_bytes) << "MAX_HEADER_LIST_SIZE";
  const auto windows = h2::frames_of_type(written, h2::kWindowUpdate);
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].stream, 0U);
  EXPECT_GE(h2::number_at(windows[0].payload, 0, 4), 1U << 20U);
}

TEST(TransportRequest, KeepsItsSideOpenForASubscription) {
  Script script;

  script.start(false);

  const auto frames = h2::frames_of_type(script.peer->take(), h2::kData);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload, h2::message("request"));
  EXPECT_EQ(frames[0].flags & h2::kEndStream, 0);
}

TEST(TransportRequest, HalfClosesAUnaryCall) {
  Script script;

  script.start(true);

  const auto frames = h2::frames_of_type(script.peer->take(), h2::kData);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload, h2::message("request"));
  EXPECT_NE(frames[0].flags & h2::kEndStream, 0);
}

TEST(TransportRequest, WaitsForThePeersWindow) {
  Script script;
  script.transport->start("/m", std::string(100'000, 'r'), true, script.record.handlers());
  script.peer->connect();
  script.peer->say(h2::settings());
  const auto sent = [&] {
    std::string body;
    for (const auto& one : h2::frames_of_type(script.peer->take(), h2::kData)) body += one.payload;
    return body;
  };

  EXPECT_EQ(sent().size(), 65'535U);
  script.peer->say(h2::frame(h2::kWindowUpdate, 0, 0, h2::number(1 << 20, 4)) +
                   h2::frame(h2::kWindowUpdate, 0, kCall, h2::number(1 << 20, 4)));
  EXPECT_EQ(sent().size(), 100'005U - 65'535U);
}

TEST(TransportRequest, RefusesMetadataThatHttp2CannotCarry) {
  Script script({.host = "switch.test", .metadata = {{"password", "two\nlines"}}});

  script.start();

  EXPECT_EQ(script.record.end().code, GrpcCode::InvalidArgument);
  EXPECT_NE(script.record.end().message.find("'password'"), std::string::npos);
  EXPECT_EQ(script.record.end().message.find("two"), std::string::npos) << "a secret in a message";
}

TEST(TransportRequest, FailsNoSoonerThanStartReturns) {
  Script script({.host = "switch.test", .metadata = {{"password", "two\nlines"}}});
  script.start();
  Record second;

  script.transport->start("/m", "again", false, second.handlers());
  EXPECT_TRUE(second.ends.empty());
  script.run_posted();

  EXPECT_EQ(second.end().code, GrpcCode::InvalidArgument);
}

TEST(TransportAnswer, IsTheSameHoweverItIsCut) {
  std::string answer = h2::settings() + h2::headers(kCall, h2::accepted());
  answer +=
      h2::data(kCall, h2::message("one") + h2::message("") + h2::message("three").substr(0, 4));
  answer += h2::data(kCall, "") + h2::data(kCall, h2::message("three").substr(4, 3));
  answer += h2::data(kCall, h2::message("three").substr(7) +
                                h2::message(std::string(40'000, 'x')).substr(0, 9'000));
  answer += h2::data(kCall, h2::message(std::string(40'000, 'x')).substr(9'000, 16'384));
  answer += h2::data(kCall, h2::message(std::string(40'000, 'x')).substr(25'384));
  answer += h2::trailers(kCall, "0");
  for (const std::size_t size : {1UL, 2UL, 3UL, 7UL, 64UL, 1000UL, answer.size()}) {
    Script script;
    script.transport->start("/m", "request", false, script.record.handlers());
    script.peer->connect();

    script.peer->say_in_pieces(answer, size);

    const std::vector<std::string> expected = {"one", "", "three", std::string(40'000, 'x')};
    EXPECT_EQ(script.record.messages, expected) << "in pieces of " << size;
    EXPECT_EQ(script.record.headers, 1);
    EXPECT_EQ(script.record.end().code, GrpcCode::Ok) << script.record.end().message;
  }
}

TEST(TransportAnswer, HandsOutWholeMessagesInPlace) {
  Script script;
  bool is_in_place = false;
  auto handlers = script.record.handlers();
  handlers.on_message = [&](std::span<const std::uint8_t> message) {
    const auto said = script.peer->saying;
    is_in_place = message.data() >= said.data() &&
                  message.data() + message.size() <= said.data() + said.size();
  };
  script.transport->start("/m", "request", false, handlers);
  script.peer->connect();
  script.peer->say(h2::settings());
  script.accept();

  script.peer->say(h2::data(kCall, h2::message("a message of one DATA frame")));

  EXPECT_TRUE(is_in_place);
}

TEST(TransportAnswer, SkipsInformationalHeaders) {
  Script script;
  script.start();

  script.peer->say(h2::headers(kCall, {{":status", "103"}, {"x-hint", "wait"}}) +
                   h2::headers(kCall, {{":status", "100"}}));
  EXPECT_EQ(script.record.headers, 0);
  script.accept();

  EXPECT_EQ(script.record.headers, 1);
  EXPECT_TRUE(script.record.ends.empty());
}

TEST(TransportAnswer, ReadsPaddedData) {
  Script script;
  script.start();
  script.accept();

  script.peer->say(h2::frame(h2::kData, h2::kPadded, kCall,
                             "\x03" + h2::message("padded") + std::string(3, '\0')));

  EXPECT_EQ(script.record.messages, std::vector<std::string>{"padded"});
}

struct EndCase {
  std::string name, says;
  GrpcCode code;
  std::string mentions;
};
std::ostream& operator<<(std::ostream& out, const EndCase& one) { return out << one.name; }

h2::Fields with(h2::Fields fields, const h2::Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}
std::string status_only(const std::string& status, const std::string& message = {}) {
  return h2::headers(
      kCall, with(h2::accepted(), {{"grpc-status", status}, {"grpc-message", message}}), true);
}
std::string http(const std::string& status) {
  return h2::headers(kCall, {{":status", status}, {"content-type", "text/html"}}) +
         h2::data(kCall, "<html>", true);
}
std::string answer(const std::string& rest, const h2::Fields& more = {}) {
  return h2::headers(kCall, with(h2::accepted(), more)) + rest;
}

class TransportEnd : public testing::TestWithParam<EndCase> {};

TEST_P(TransportEnd, IsToldOnceWithItsCode) {
  Script script;
  script.start();

  script.peer->say(GetParam().says);
  script.peer->say(h2::trailers(kCall, "0"));  // nothing after the end matters
  script.peer->hang_up();

  const CallEnd end = script.record.end();
  EXPECT_EQ(end.code, GetParam().code) << to_text(end.code) << ": " << end.message;
  EXPECT_NE(end.message.find(GetParam().mentions), std::string::npos) << end.message;
  EXPECT_FALSE(end.is_too_many_pings);
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, TransportEnd,
    testing::Values(
        EndCase{"trailers", answer(h2::trailers(kCall, "0")), GrpcCode::Ok, ""},
        EndCase{"trailers only", status_only("16", "Authentication failed"),
                GrpcCode::Unauthenticated, "Authentication failed"},
        EndCase{"percent", status_only("3", "100%25 %C3%bc"), GrpcCode::InvalidArgument,
                "100% \xC3\xBC"},
        EndCase{"broken percent", status_only("3", "100% of %zz and %4"), GrpcCode::InvalidArgument,
                "100% of %zz and %4"},
        EndCase{"not UTF-8", status_only("5", "%ff"), GrpcCode::NotFound, "\xEF\xBF\xBD"},
        EndCase{"control characters", status_only("5", "a%1bb%0Ac"), GrpcCode::NotFound, "a b\nc"},
        EndCase{"unknown status", status_only("99"), GrpcCode::Unknown, ""},
        EndCase{"negative status", status_only("-1"), GrpcCode::Unknown, ""},
        EndCase{"status is no number", status_only("7x"), GrpcCode::Unknown, ""},
        EndCase{"status without content type",
                h2::headers(kCall, {{":status", "200"}, {"grpc-status", "7"}}, true),
                GrpcCode::PermissionDenied, ""},
        EndCase{"no status", answer(h2::data(kCall, h2::message("x"), true)), GrpcCode::Unknown,
                "without grpc-status"},
        EndCase{"trailers without status", answer(h2::headers(kCall, {{"x", "y"}}, true)),
                GrpcCode::Unknown, "without grpc-status"}));

INSTANTIATE_TEST_SUITE_P(
    Http, TransportEnd,
    testing::Values(EndCase{"400", http("400"), GrpcCode::Internal, "400"},
                    EndCase{"401", http("401"), GrpcCode::Unauthenticated, "401"},
                    EndCase{"403", http("403"), GrpcCode::PermissionDenied, "403"},
                    EndCase{"404", http("404"), GrpcCode::Unimplemented, "404"},
                    EndCase{"429", http("429"), GrpcCode::Unavailable, "429"},
                    EndCase{"500", http("500"), GrpcCode::Unknown, "500"},
                    EndCase{"502", http("502"), GrpcCode::Unavailable, "502"},
                    EndCase{"503", http("503"), GrpcCode::Unavailable, "503"},
                    EndCase{"504", http("504"), GrpcCode::Unavailable, "504"},
                    EndCase{"grpc-status wins",
                            h2::headers(kCall, {{":status", "503"}, {"grpc-status", "16"}}, true),
                            GrpcCode::Unauthenticated, ""},
                    EndCase{"content type", http("200"), GrpcCode::Unknown, "text/html"},
                    EndCase{"no content type", h2::headers(kCall, {{":status", "200"}}),
                            GrpcCode::Unknown, "content-type ''"},
                    EndCase{"grpc-web",
                            h2::headers(kCall, {{":status", "200"},
                                                {"content-type", "application/grpc-web"}}),
                            GrpcCode::Unknown, "grpc-web"}));

INSTANTIATE_TEST_SUITE_P(
    Resets, TransportEnd,
    testing::Values(
        EndCase{"NO_ERROR", answer(h2::reset(kCall, 0)), GrpcCode::Internal, "NO_ERROR"},
        EndCase{"PROTOCOL_ERROR", answer(h2::reset(kCall, 1)), GrpcCode::Internal,
                "PROTOCOL_ERROR"},
        EndCase{"INTERNAL_ERROR", answer(h2::reset(kCall, 2)), GrpcCode::Internal,
                "INTERNAL_ERROR"},
        EndCase{"FLOW_CONTROL_ERROR", answer(h2::reset(kCall, 3)), GrpcCode::Internal, ""},
        EndCase{"STREAM_CLOSED", answer(h2::reset(kCall, 5)), GrpcCode::Unknown, ""},
        EndCase{"REFUSED_STREAM", h2::reset(kCall, 7), GrpcCode::Unavailable, "REFUSED_STREAM"},
        EndCase{"CANCEL", answer(h2::reset(kCall, 8)), GrpcCode::Cancelled, "CANCEL"},
        EndCase{"ENHANCE_YOUR_CALM", answer(h2::reset(kCall, 11)), GrpcCode::ResourceExhausted, ""},
        EndCase{"INADEQUATE_SECURITY", answer(h2::reset(kCall, 12)), GrpcCode::PermissionDenied,
                ""},
        EndCase{"HTTP_1_1_REQUIRED", answer(h2::reset(kCall, 13)), GrpcCode::Unknown, ""},
        EndCase{"no name", answer(h2::reset(kCall, 4711)), GrpcCode::Unknown, "4711"}));

const h2::Fields kGzip = {{"grpc-encoding", "gzip"}};

INSTANTIATE_TEST_SUITE_P(
    Messages, TransportEnd,
    testing::Values(
        EndCase{"unknown encoding",
                answer(h2::data(kCall, h2::message("x", 1)), {{"grpc-encoding", "snappy"}}),
                GrpcCode::Unimplemented, "snappy"},
        EndCase{"compressed identity",
                answer(h2::data(kCall, h2::message("x", 1)), {{"grpc-encoding", "identity"}}),
                GrpcCode::Internal, "compressed"},
        EndCase{"compressed without encoding", answer(h2::data(kCall, h2::message("x", 1))),
                GrpcCode::Internal, "compressed"},
        EndCase{"unknown flag", answer(h2::data(kCall, h2::message("x", 2))), GrpcCode::Internal,
                "flag"},
        EndCase{"not gzip", answer(h2::data(kCall, h2::message("this is not gzip", 1)), kGzip),
                GrpcCode::Internal, "gzip"},
        EndCase{"empty gzip", answer(h2::data(kCall, h2::message("", 1)), kGzip),
                GrpcCode::Internal, "gzip"},
        EndCase{"cut gzip",
                answer(h2::data(kCall, h2::message(h2::gzip("x").substr(0, 12), 1)), kGzip),
                GrpcCode::Internal, "gzip"},
        EndCase{"too large", answer(h2::data(kCall, std::string("\0\x7f\xff\xff\xff", 5))),
                GrpcCode::ResourceExhausted, "67108864"},
        EndCase{"cut message",
                answer(h2::data(kCall, std::string(3, '\0')) + h2::trailers(kCall, "0")),
                GrpcCode::Internal, "inside a message"},
        EndCase{"cut message, failed call",
                answer(h2::data(kCall, std::string(7, '\0').replace(4, 1, "\x09")) +
                       h2::trailers(kCall, "14", "going down")),
                GrpcCode::Unavailable, "going down"}));

TEST(TransportGzip, InflatesEvenWithoutBeingAskedTo) {
  Script script;
  script.start();
  const std::string text(300'000, 'g');

  script.peer->say(
      answer(h2::data(kCall, h2::message(h2::gzip("small"), 1) + h2::message("plain")) +
                 h2::data(kCall, h2::message(h2::gzip(text), 1)) +
                 h2::data(kCall, h2::message(h2::gzip("two ") + h2::gzip("members"), 1)) +
                 h2::data(kCall, h2::message(h2::gzip(""), 1)) + h2::trailers(kCall, "0"),
             kGzip));

  const std::vector<std::string> expected = {"small", "plain", text, "two members", ""};
  EXPECT_EQ(script.record.messages, expected);
  EXPECT_EQ(script.record.end().code, GrpcCode::Ok);
}

TEST(TransportLimits, StopInflatingAtTheLimit) {
  TransportSettings settings{.host = "switch.test"};
  settings.limits.grpc_message_bytes = 1000;
  Script script(settings);
  script.start();
  script.peer->say(
      answer(h2::data(kCall, h2::message(h2::gzip(std::string(1000, 'x')), 1)), kGzip));
  ASSERT_EQ(script.record.messages.size(), 1U);

  script.peer->say(h2::data(kCall, h2::message(h2::gzip(std::string(1001, 'x')), 1)));

  EXPECT_EQ(script.record.end().code, GrpcCode::ResourceExhausted);
  EXPECT_EQ(script.record.messages.size(), 1U);
}

TEST(TransportLimits, RefuseAMessageBeforeItComesAndNameTheSettingAndTheCure) {
  Script script;
  script.start();
  script.accept();
  const std::size_t size = core::Limits().grpc_message_bytes + 1;

  script.peer->say(h2::data(kCall, std::string(1, '\0') + h2::number(static_cast<std::uint32_t>(size), 4)));

  const CallEnd end = script.record.end();
  EXPECT_EQ(end.limit, "grpc_message_bytes");
  EXPECT_NE(end.message.find("limits.grpc_message_bytes (67108864 bytes)"), std::string::npos) << end.message;
  EXPECT_NE(end.message.find("gnmi.paths"), std::string::npos) << end.message;
}

TEST(TransportLimits, AcceptAMessageOfExactlyTheLimit) {
  TransportSettings settings{.host = "switch.test"};
  settings.limits.grpc_message_bytes = 10;
  Script script(settings);
  script.start();
  script.accept();

  script.peer->say(h2::data(kCall, h2::message("0123456789")));
  EXPECT_EQ(script.record.messages.size(), 1U);
  script.peer->say(h2::data(kCall, h2::message("0123456789a")));

  EXPECT_EQ(script.record.end().code, GrpcCode::ResourceExhausted);
  EXPECT_EQ(script.reset_code(), kCancel);
}

TEST(TransportLimits, RefuseLargeHeaders) {
  TransportSettings settings{.host = "switch.test"};
  settings.limits.header_list_bytes = 2000;
  Script script(settings);
  script.start();

  script.peer->say(h2::headers(kCall, with(h2::accepted(), {{"x-large", std::string(2000, 'h')}})));

  EXPECT_EQ(script.record.end().code, GrpcCode::ResourceExhausted);
  EXPECT_EQ(script.record.end().limit, "header_list_bytes");
  EXPECT_EQ(script.record.headers, 0);
  EXPECT_TRUE(script.reset_code().has_value());
}

TEST(TransportLimits, RefuseLargeTrailers) {
  TransportSettings settings{.host = "switch.test"};
  settings.limits.header_list_bytes = 2000;
  Script script(settings);
  script.start();
  script.accept();

  script.peer->say(
      h2::headers(kCall, {{"grpc-status", "0"}, {"x-large", std::string(2000, 'h')}}, true));

  EXPECT_EQ(script.record.end().code, GrpcCode::ResourceExhausted);
}

TEST(TransportWindows, AreRefilledInLargeSteps) {
  Script script;
  script.start();
  script.accept();
  script.peer->take();
  std::size_t updates = 0;
  constexpr std::size_t kFrames = 1024;  // 16 MB

  for (std::size_t i = 0; i < kFrames; ++i) {
    script.peer->say(h2::data(kCall, h2::message(std::string(16'379, 'w'))));
    updates += h2::frames_of_type(script.peer->take(), h2::kWindowUpdate).size();
  }

  EXPECT_EQ(script.record.messages.size(), kFrames);
  EXPECT_TRUE(script.record.ends.empty());
  EXPECT_GT(updates, 0U);
  EXPECT_LT(updates, 32U) << "a window update less than every megabyte and window";
}

}  // namespace
}  // namespace dm::gnmi::script
