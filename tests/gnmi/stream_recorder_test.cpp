// What a recorder writes of a device, over scripted byte streams.
#include "gnmi/stream_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "gnmi/session_lab.h"

namespace dm::gnmi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Notes and messages of a file as lines.
struct ToLine {
  std::string operator()(const RecordingStart& start) const {
    std::string line = "start " + start.tool_version + " " + start.device + " " + start.profile + " " + start.target;
    for (const RecordedPath& path : start.paths) line += " " + path.path + "=" + path.mode;
    return line + " every " + core::to_text(start.sample_interval);
  }
  std::string operator()(const StreamBegins&) const { return "begins"; }
  std::string operator()(const StreamLost& lost) const { return "lost: " + lost.reason; }
  std::string operator()(const MessageFollows&) const { return "message"; }
  std::string operator()(const GetAnswer& answer) const { return "answer " + answer.path + " " + answer.response; }
  std::string operator()(const OncePart& part) const { return "part " + part.path + (is_sync(part.response) ? " sync" : ""); }
  std::string operator()(const GetFailure& failure) const { return "failure " + failure.path + ": " + failure.reason; }
  std::string operator()(const PathsRefused& refused) const { return "refused" + joined(refused.paths); }
  std::string operator()(const ModesInForce& modes) const {
    std::string line = "modes";
    for (const RecordedPath& path : modes.paths) line += " " + path.path + "=" + path.mode;
    return line;
  }
  std::string operator()(const RecordingEnd&) const { return "end"; }

  static bool is_sync(const std::string& message) {
    ::gnmi::SubscribeResponse response;
    return response.ParseFromString(message) && response.sync_response();
  }
  static std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) all += " " + word;
    return all;
  }
};

class StreamRecorderTest : public ::testing::Test {
 protected:
  StreamRecorderTest() : file_(std::filesystem::path(::testing::TempDir()) / ("stream_recorder_" + name() + ".rec")) {
    std::filesystem::remove(file_);
  }
  ~StreamRecorderTest() override { std::filesystem::remove(file_); }

  // /a is subscribed, /b in this mode.
  void start(schema::PathMode mode_of_b) {
    SessionSettings settings;
    settings.device = "leaf1";
    settings.target = "t";
    settings.transport.host = "switch.test";
    settings.backoff = {.first = std::chrono::milliseconds(1), .most = std::chrono::milliseconds(1)};
    settings.get_interval = std::chrono::hours(1);
    settings.subscription = make_subscription(*profile_, {{*model::parse_path("/a"), schema::PathMode::OnChange, "other"},
                                                          {*model::parse_path("/b"), mode_of_b, "other"}});
    settings.make_stream = [this] {
      peers_.push_back(std::make_shared<fakes::Peer>());
      return std::make_unique<fakes::ScriptedStream>(peers_.back());
    };
    auto file = RecordingWriter::create(file_);
    ASSERT_TRUE(file);
    recorder_ = std::make_unique<StreamRecorder>(
        StreamRecorder::Context{loop_, clock_, log_, metrics_}, profile_, settings, "1.2.3", *std::move(file),
        StreamRecorder::Handlers{.on_news = [this](const std::string& news) { news_.push_back(news); },
                                 .on_failure = [this](const core::Error& error) { failures_.push_back(error.message); }});
    recorder_->start();
    take_connection();
  }
  void take_connection() {
    peers_.back()->connect();
    say(h2::settings());
  }
  void wait_for_connection() {
    const std::size_t known = peers_.size();
    net::Timer look(loop_);
    std::function<void()> again = [&] {
      if (peers_.size() > known) return loop_.stop();
      look.after(std::chrono::milliseconds(1), again);
    };
    again();
    fakes::run(loop_);
    take_connection();
  }
  void say(const std::string& frames) {
    const auto peer = peers_.back();
    peer->say(frames);
    loop_.post([this] { loop_.stop(); });
    fakes::run(loop_);
  }
  void accept(std::uint32_t call, const std::string& messages) { say(h2::headers(call, h2::accepted()) + h2::data(call, messages)); }
  void refuse(std::uint32_t call, int code, const std::string& why) {
    say(h2::headers(call, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", std::to_string(code)}, {"grpc-message", why}}, true));
  }
  static std::string answer() {
    ::gnmi::GetResponse response;
    response.add_notification()->set_timestamp(7);
    return response.SerializeAsString();
  }

  // What is in the file, the start and the notes before messages left out.
  std::vector<std::string> lines() {
    auto all = all_lines();
    all.erase(all.begin());
    std::erase(all, "message");
    return all;
  }
  std::vector<std::string> all_lines() {
    std::vector<std::string> lines;
    auto reader = RecordingReader::open(file_, {});
    EXPECT_TRUE(reader);
    for (;;) {
      const auto record = reader->next();
      EXPECT_TRUE(record);
      if (!record || !*record) return lines;
      const auto note = read_note(**record);
      lines.push_back(note ? std::visit(ToLine{}, note->what) : said(**record));
    }
  }
  static std::string said(std::span<const std::uint8_t> record) {
    ::gnmi::SubscribeResponse response;
    EXPECT_TRUE(response.ParseFromArray(record.data(), static_cast<int>(record.size())));
    return response.sync_response() ? "says: sync" : "says: " + std::to_string(response.update().update(0).val().uint_val());
  }
  static std::string name() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }

  std::string file_;
  net::Loop loop_;
  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  std::shared_ptr<schema::Profile> profile_ = [] {
    schema::Profile profile;
    profile.name = "mine";
    return std::make_shared<schema::Profile>(std::move(profile));
  }();
  std::vector<std::shared_ptr<fakes::Peer>> peers_;
  std::vector<std::string> news_, failures_;
  std::unique_ptr<StreamRecorder> recorder_;
};

TEST_F(StreamRecorderTest, SaysFirstWhatItRecordsAndLastThatItEnded) {
  start(schema::PathMode::Sample);
  recorder_->end();

  EXPECT_THAT(all_lines(), ElementsAre("start 1.2.3 leaf1 mine t /a=on_change /b=sample every 1m", "end"));
}

TEST_F(StreamRecorderTest, WritesEachMessageAsItCameBehindItsTime) {
  start(schema::PathMode::OnChange);
  accept(1, leaf("a", 1) + leaf("b", 2));
  EXPECT_THAT(all_lines(), SizeIs(6)) << "in the file before anything else happens";
  say(h2::data(1, sync() + leaf("a", 3)));

  const auto all = all_lines();
  EXPECT_THAT(std::vector<std::string>(all.begin() + 1, all.end()),
              ElementsAre("begins", "message", "says: 1", "message", "says: 2", "message", "says: sync", "message", "says: 3"));
  EXPECT_EQ(recorder_->counts().messages, 4U);
  EXPECT_EQ(recorder_->counts().syncs, 1U);
  EXPECT_EQ(recorder_->counts().streams, 1U);
  EXPECT_THAT(news_, ElementsAre("live: first dump complete, 3 messages so far"));
}

TEST_F(StreamRecorderTest, FollowsTheDeviceOverReconnects) {
  start(schema::PathMode::OnChange);
  accept(1, sync());
  peers_.back()->hang_up("connection reset by peer");
  wait_for_connection();
  accept(1, leaf("a", 2));

  EXPECT_THAT(lines(), ElementsAre("begins", "says: sync", "lost: connection reset by peer", "begins", "says: 2"));
  EXPECT_EQ(recorder_->counts().streams, 2U);
}

TEST_F(StreamRecorderTest, KeepsAMessageThatCannotBeRead) {
  start(schema::PathMode::OnChange);
  accept(1, sync() + h2::message("\x12\x03xx"));

  EXPECT_EQ(recorder_->counts().messages, 2U);
  EXPECT_EQ(recorder_->counts().bad_messages, 1U);
}

TEST_F(StreamRecorderTest, WritesWhatAGetBrings) {
  start(schema::PathMode::Get);
  accept(1, sync());
  ASSERT_THAT(peers_, SizeIs(2)) << "a connection for the reading";
  take_connection();
  say(h2::headers(1, h2::accepted()) + h2::data(1, h2::message(answer())) + h2::trailers(1, "0"));

  EXPECT_THAT(lines(), ElementsAre("begins", "says: sync", "answer /b " + answer()));
  EXPECT_EQ(recorder_->counts().answers, 1U);
}

TEST_F(StreamRecorderTest, WritesWhatASubscribeOnceBringsPartByPart) {
  start(schema::PathMode::Get);
  accept(1, sync());
  take_connection();
  refuse(1, 12, "no Get");
  accept(3, leaf("b", 1));
  EXPECT_THAT(lines(), ElementsAre("begins", "says: sync", "refused")) << "an answer is whole or none";
  say(h2::data(3, leaf("b", 2) + sync()));

  EXPECT_THAT(lines(), ElementsAre("begins", "says: sync", "refused", "part /b", "part /b", "part /b sync"));
  EXPECT_EQ(recorder_->counts().answers, 1U);
}

TEST_F(StreamRecorderTest, WritesWhyAPathCannotBeRead) {
  start(schema::PathMode::Get);
  accept(1, sync());
  take_connection();
  refuse(1, 13, "out of order");

  EXPECT_THAT(lines(), ElementsAre("begins", "says: sync", "failure /b: INTERNAL: out of order"));
  EXPECT_THAT(news_.back(), HasSubstr("/b cannot be read: INTERNAL: out of order"));
}

TEST_F(StreamRecorderTest, WritesWhichPathsAreRefused) {
  start(schema::PathMode::OnChange);
  refuse(1, 3, "failed to subscribe to /b: path invalid");
  accept(3, sync());

  EXPECT_THAT(lines(), ElementsAre("refused /b", "begins", "says: sync"));
  EXPECT_THAT(news_.front(), HasSubstr("refused: /b: INVALID_ARGUMENT"));
}

// A path that falls is asked as the service asks it, and the file says as what.
TEST_F(StreamRecorderTest, WritesWhatADeviceDoesNotTakeAsConfigured) {
  start(schema::PathMode::OnChange);
  refuse(1, 3, "ON_CHANGE Streaming mode invalid");
  accept(3, sync());  // /a alone
  refuse(5, 3, "ON_CHANGE Streaming mode invalid");
  EXPECT_THAT(lines(), ElementsAre("modes /b=sample", "refused"));
  refuse(7, 3, "nor as SAMPLE");
  accept(9, sync());
  ASSERT_THAT(peers_, SizeIs(2)) << "it is read beside the stream";
  take_connection();
  say(h2::headers(1, h2::accepted()) + h2::data(1, h2::message(answer())) + h2::trailers(1, "0"));

  EXPECT_THAT(lines(), ElementsAre("modes /b=sample", "refused", "modes /b=get", "refused", "begins", "says: sync", "answer /b " + answer()));
}

TEST_F(StreamRecorderTest, WritesNothingBehindItsEnd) {
  start(schema::PathMode::OnChange);
  accept(1, sync());
  recorder_->end();
  say(h2::data(1, leaf("a", 1)));
  recorder_.reset();

  EXPECT_THAT(lines(), ElementsAre("begins", "says: sync", "end"));
  EXPECT_THAT(failures_, IsEmpty());
}

}  // namespace
}  // namespace dm::gnmi
