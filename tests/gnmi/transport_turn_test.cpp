// A connection whose messages cost much lets the others of its loop go between them, and loses nothing by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gnmi/transport_script.h"
#include "gnmi/turn.h"

namespace dm::gnmi {
namespace {

using script::kCall;
using script::Script;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace h2 = fakes::http2;

using Diary = std::vector<std::string>;

// A device on a loop of its own or of others, whose messages that begin with `!` use up a turn.
struct HeavyDevice {
  net::Loop& loop;
  Diary& diary;
  std::shared_ptr<fakes::Peer> peer = std::make_shared<fakes::Peer>();
  std::unique_ptr<Transport> transport;
  std::vector<CallEnd> ends;

  HeavyDevice(net::Loop& loop_in, Diary& diary_in, TransportSettings settings = {.host = "switch.test"})
      : loop(loop_in), diary(diary_in) {
    transport = std::make_unique<Transport>(loop, std::move(settings),
                                            [this] { return std::make_unique<fakes::ScriptedStream>(peer); });
    transport->start("/gnmi.gNMI/Subscribe", "request", false,
                     {.on_headers = {},
                      .on_message = [this](std::span<const std::uint8_t> bytes) { hear(script::text_of(bytes)); },
                      .on_end = [this](const CallEnd& end) { ends.push_back(end); }});
    peer->connect();
    peer->say(h2::settings());
    peer->say(h2::headers(kCall, h2::accepted()));
  }
  void hear(const std::string& text) {
    diary.push_back(text.substr(0, 8));
    if (text.starts_with('!')) transport->spend(Turn::kSteps);
    if (text == "close") transport.reset();
    if (text == "cancel") transport->cancel();
  }
  void run_turn() {
    loop.post([this] { loop.stop(); });
    fakes::run(loop);
  }
};

struct TransportTurn : ::testing::Test {
  net::Loop loop;
  Diary diary;
  HeavyDevice device{loop, diary};
};

TEST_F(TransportTurn, EndsAfterAHeavyMessageAndTheNextOneGoesOn) {
  device.peer->say(h2::data(kCall, h2::message("a") + h2::message("!1") + h2::message("b") + h2::message("!2") + h2::message("c")));
  EXPECT_THAT(diary, ElementsAre("a", "!1"));
  EXPECT_TRUE(device.peer->is_paused);

  device.run_turn();
  EXPECT_THAT(diary, ElementsAre("a", "!1", "b", "!2"));
  EXPECT_TRUE(device.peer->is_paused);

  device.run_turn();
  EXPECT_THAT(diary, ElementsAre("a", "!1", "b", "!2", "c"));
  EXPECT_FALSE(device.peer->is_paused);
}

TEST_F(TransportTurn, GoesToTheOthersOfTheLoop) {
  HeavyDevice other(loop, diary);
  device.peer->say(h2::data(kCall, h2::message("!1") + h2::message("!2") + h2::message("!3")));
  loop.post([&] { other.peer->say(h2::data(kCall, h2::message("quiet"))); });

  device.run_turn();
  device.run_turn();

  EXPECT_THAT(diary, ElementsAre("!1", "!2", "quiet", "!3"));
}

TEST_F(TransportTurn, KeepsTheOrderOfMessagesAndTheEnd) {
  device.peer->say(h2::data(kCall, h2::message("!1") + h2::message("b")) + h2::data(kCall, h2::message("c")) + h2::trailers(kCall, "0"));
  EXPECT_THAT(device.ends, IsEmpty());

  device.run_turn();

  EXPECT_THAT(diary, ElementsAre("!1", "b", "c"));
  ASSERT_EQ(device.ends.size(), 1U);
  EXPECT_EQ(device.ends[0].code, GrpcCode::Ok);
}

TEST_F(TransportTurn, AnEndInTheLastFrameComesThoughNothingElseFollows) {
  device.peer->say(h2::data(kCall, h2::message("!1"), true));

  device.run_turn();

  EXPECT_EQ(device.ends.size(), 1U);
}

TEST_F(TransportTurn, MessagesThatAreCutAnywhereComeWhole) {
  const std::string frames = h2::data(kCall, h2::message("!first") + h2::message("second") + h2::message("!third")) +
                             h2::data(kCall, h2::message("fourth"));
  for (std::size_t size = 1; size < frames.size(); ++size) {
    diary.clear();
    device.peer->say_in_pieces(frames, size);
    for (int i = 0; i < 3; ++i) device.run_turn();
    EXPECT_THAT(diary, ElementsAre("!first", "second", "!third", "fourth")) << size;
  }
}

TEST_F(TransportTurn, CountsTheBytesOfMessages) {
  const std::string large(Turn::kSteps * Turn::kBytesPerStep, 'x');
  std::string frames;
  const std::string bytes = h2::message(large) + h2::message("after");
  for (std::size_t at = 0; at < bytes.size(); at += 16'384) frames += h2::data(kCall, bytes.substr(at, 16'384));

  device.peer->say(frames);
  EXPECT_THAT(diary, ElementsAre("xxxxxxxx"));
  device.run_turn();
  EXPECT_THAT(diary, ElementsAre("xxxxxxxx", "after"));
}

TEST_F(TransportTurn, MayEndByCloseOrCancelWithMessagesWaiting) {
  device.peer->say(h2::data(kCall, h2::message("!1") + h2::message("cancel") + h2::message("lost")));
  device.run_turn();
  EXPECT_THAT(diary, ElementsAre("!1", "cancel"));
  device.run_turn();
  EXPECT_FALSE(device.peer->is_paused);

  HeavyDevice other(loop, diary);
  diary.clear();
  other.peer->say(h2::data(kCall, h2::message("!1") + h2::message("close") + h2::message("lost")));
  other.run_turn();
  other.run_turn();
  EXPECT_THAT(diary, ElementsAre("!1", "close"));
}

TEST_F(TransportTurn, ALossWhileMessagesWaitEndsTheCall) {
  device.peer->say(h2::data(kCall, h2::message("!1") + h2::message("b")));
  device.peer->hang_up();
  device.run_turn();

  ASSERT_EQ(device.ends.size(), 1U);
  EXPECT_EQ(device.ends[0].code, GrpcCode::Unavailable);
  EXPECT_THAT(diary, ElementsAre("!1"));
}

TEST_F(TransportTurn, StaysPausedIfTheUserPaused) {
  device.transport->pause(true);
  device.peer->say(h2::data(kCall, h2::message("!1") + h2::message("b")));
  device.run_turn();

  EXPECT_THAT(diary, ElementsAre("!1", "b"));
  EXPECT_TRUE(device.peer->is_paused);
}

TEST(TransportTurnGzip, CountsWhatIsInflated) {
  net::Loop loop;
  Diary diary;
  HeavyDevice device(loop, diary);
  const std::string packed = h2::gzip(std::string(Turn::kSteps * Turn::kBytesPerStep, 'z'));
  h2::Fields accepted = h2::accepted();
  accepted.emplace_back("grpc-encoding", "gzip");
  device.transport->start("/gnmi.gNMI/Subscribe", "request", false,
                          {.on_headers = {},
                           .on_message = [&](std::span<const std::uint8_t> bytes) { device.hear(script::text_of(bytes)); },
                           .on_end = {}});
  constexpr std::uint32_t kSecondCall = 3;
  ASSERT_LT(packed.size(), 16'000U);

  device.peer->say(h2::headers(kSecondCall, accepted) + h2::data(kSecondCall, h2::message(packed, 1) + h2::message("after")));

  EXPECT_THAT(diary, ElementsAre("zzzzzzzz"));
  device.run_turn();
  EXPECT_THAT(diary, ElementsAre("zzzzzzzz", "after"));
}

}  // namespace
}  // namespace dm::gnmi
