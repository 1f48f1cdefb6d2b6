// Calls beside the one of a connection: each has its own answer and its own end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gnmi/transport_script.h"

namespace dm::gnmi::script {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint32_t kBeside = 3;  // the second stream of a client

// A subscription that runs, and a transport beside it.
struct Two : Script {
  Record other;
  std::unique_ptr<Transport> beside;

  Two() {
    start();
    accept();
    beside = transport->beside();
    peer->take();
  }
  void ask() { beside->start("/gnmi.gNMI/Capabilities", "question", true, other.handlers()); }
  void answer() {
    peer->say(h2::headers(kBeside, h2::accepted()) + h2::data(kBeside, h2::message("answer")) + h2::trailers(kBeside, "0"));
    run_posted();
  }
};

TEST(TransportBeside, AsksOnTheConnectionOfTheStream) {
  Two two;

  two.ask();

  const auto frames = h2::frames_of_type(two.peer->take(), h2::kData);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].stream, kBeside);
  EXPECT_EQ(frames[0].payload, h2::message("question"));
}

TEST(TransportBeside, TellsEachCallWhatIsItsOwn) {
  Two two;
  two.ask();

  two.peer->say(h2::data(kCall, h2::message("update 1")));
  two.answer();
  two.peer->say(h2::data(kCall, h2::message("update 2")));

  EXPECT_THAT(two.record.messages, ElementsAre("update 1", "update 2"));
  EXPECT_THAT(two.record.ends, IsEmpty());
  EXPECT_THAT(two.other.messages, ElementsAre("answer"));
  EXPECT_EQ(two.other.end().code, GrpcCode::Ok);
}

TEST(TransportBeside, AsksAgainInsideItsEnd) {
  Two two;
  CallHandlers handlers = two.other.handlers();
  handlers.on_end = [&two](const CallEnd&) { two.beside->start("/m", "next", true, {}); };
  two.beside->start("/m", "question", true, handlers);
  two.peer->take();

  two.answer();

  const auto frames = h2::frames_of_type(two.peer->take(), h2::kData);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].payload, h2::message("next"));
}

TEST(TransportBeside, ItsRefusalAndItsEndLeaveTheStreamAlone) {
  Two two;
  two.ask();
  two.peer->say(h2::headers(kBeside, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "12"}}, true));
  two.run_posted();
  two.ask();
  two.beside.reset();

  two.peer->say(h2::data(kCall, h2::message("update")));

  EXPECT_EQ(two.other.end().code, GrpcCode::Unimplemented);
  EXPECT_EQ(two.reset_code(), 8U) << "what was running is cancelled";
  EXPECT_THAT(two.record.messages, ElementsAre("update"));
  EXPECT_FALSE(two.peer->is_closed);
}

TEST(TransportBeside, ASubscriptionThatEndsLeavesTheOtherCallRunning) {
  Two two;
  two.ask();

  two.peer->say(h2::trailers(kCall, "0"));
  two.run_posted();
  two.answer();

  EXPECT_EQ(two.record.end().code, GrpcCode::Ok);
  EXPECT_EQ(two.other.end().code, GrpcCode::Ok);
}

TEST(TransportBeside, ALostConnectionEndsBoth) {
  Two two;
  two.ask();

  two.peer->hang_up("connection reset by peer");
  two.run_posted();

  EXPECT_THAT(two.record.end().message, HasSubstr("connection reset by peer"));
  EXPECT_THAT(two.other.end().message, HasSubstr("connection reset by peer"));
  EXPECT_EQ(two.other.end().code, GrpcCode::Unavailable);
}

TEST(TransportBeside, NeverDials) {
  Two two;
  two.peer->hang_up();
  two.run_posted();

  two.ask();
  two.run_posted();

  EXPECT_EQ(two.other.end().code, GrpcCode::Unavailable);
  EXPECT_EQ(two.other.end().message, "there is no connection");
}

TEST(TransportBeside, WaitsForTheConnectionThatIsBeingMade) {
  Script script;
  Record other;
  script.transport->start("/m", "first", false, script.record.handlers());
  const auto beside = script.transport->beside();
  beside->start("/m", "second", true, other.handlers());

  script.peer->connect();

  const auto frames = h2::frames_of_type(script.peer->take(), h2::kData);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[1].payload, h2::message("second"));
}

TEST(TransportBeside, ANewCallAfterGoawayGivesTheOldConnectionUp) {
  Two two;
  two.ask();
  two.peer->say(h2::frame(h2::kGoaway, 0, 0, h2::number(kBeside, 4) + h2::number(0, 4)));

  const auto old = two.peer;
  two.peer = std::make_shared<fakes::Peer>();
  two.transport->start("/m", "again", false, two.record.handlers());
  two.run_posted();

  EXPECT_TRUE(old->is_closed);
  EXPECT_TRUE(two.peer->is_opened);
  EXPECT_EQ(two.other.end().message, "the connection is given up");
}

TEST(TransportBeside, EndsWithoutAWordWithItsOwner) {
  Two two;
  two.ask();

  two.transport.reset();
  two.run_posted();
  two.ask();
  two.run_posted();

  EXPECT_TRUE(two.peer->is_closed);
  EXPECT_THAT(two.other.ends, IsEmpty());
}

TEST(TransportBeside, TheOwnerMayGoInsideItsEnd) {
  Two two;
  CallHandlers handlers = two.other.handlers();
  handlers.on_end = [&two](const CallEnd&) {
    two.transport.reset();
    two.beside.reset();
  };
  two.beside->start("/m", "question", true, handlers);

  two.answer();

  EXPECT_TRUE(two.peer->is_closed);
  EXPECT_THAT(two.record.ends, IsEmpty());
}

}  // namespace
}  // namespace dm::gnmi::script
