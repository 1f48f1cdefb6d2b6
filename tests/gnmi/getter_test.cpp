// Reading by Get over scripted byte streams.
#include "gnmi/getter.h"

#include <gmock/gmock.h>
#include <gnmi.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "fakes/byte_stream.h"
#include "fakes/byte_stream_http2.h"
#include "fakes/patience.h"

namespace dm::gnmi {
namespace {

namespace h2 = fakes::http2;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The answer of the call `stream`, as EOS gives it: one JSON object for a container.
std::string answer(std::uint32_t stream, const std::string& path, const std::string& json) {
  ::gnmi::GetResponse response;
  auto& update = *response.add_notification()->add_update();
  update.mutable_path()->add_elem()->set_name(path);
  update.mutable_val()->set_json_ietf_val(json);
  return h2::headers(stream, h2::accepted()) + h2::data(stream, h2::message(response.SerializeAsString())) +
         h2::trailers(stream, "0");
}
std::string refusal(std::uint32_t stream, int code, const std::string& why) {
  return h2::headers(stream, {{":status", "200"}, {"content-type", "application/grpc"},
                              {"grpc-status", std::to_string(code)}, {"grpc-message", why}}, true);
}

struct Lab {
  net::Loop loop;
  core::FakeClock clock;
  core::Logger log{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics;
  schema::Profile profile;
  model::PathTable paths{nullptr};
  std::vector<std::shared_ptr<fakes::Peer>> peers;
  std::vector<std::string> diary;
  int rounds = 0;
  SessionSettings settings;
  GetterHandlers handlers;
  std::unique_ptr<Getter> getter;

  explicit Lab(const std::vector<std::string>& wanted = {"/a", "/b"}) {
    settings.device = "leaf1";
    settings.transport.host = "switch.test";
    settings.get_interval = 1h;
    std::vector<schema::ProfilePath> read;
    for (const auto& path : wanted) read.push_back({*model::parse_path(path), schema::PathMode::Get, "other"});
    settings.subscription = make_subscription(profile, read);
    settings.make_stream = [this] {
      peers.push_back(std::make_shared<fakes::Peer>());
      return std::make_unique<fakes::ScriptedStream>(peers.back());
    };
    handlers.on_round = [this] { ++rounds; };
    handlers.on_answer = [this](std::size_t path, const model::UpdateBatch& batch) {
      std::string line = std::to_string(path) + " is all of " + model::to_text(*batch.complete) + ":";
      for (const auto& set : batch.sets) {
        line += " " + paths.text(set.path) + "=" + model::to_json(model::decode(batch.value(set)));
      }
      diary.push_back(line);
    };
    handlers.on_failure = [this](std::size_t path, const std::string& reason) {
      diary.push_back(std::to_string(path) + " failed: " + reason);
    };
    handlers.on_quarantine = [this] { diary.emplace_back("quarantine"); };
  }
  void start() {
    getter = std::make_unique<Getter>(loop, clock, log, metrics, profile, paths, settings, handlers);
    getter->start();
  }
  void connect() {
    peers.back()->connect();
    peers.back()->say(h2::settings());
  }
  void say(const std::string& frames) {
    const auto peer = peers.back();
    peer->say(frames);
    loop.post([this] { loop.stop(); });
    fakes::run(loop);
  }
  // The paths asked for since the last look.
  std::vector<std::string> asked() {
    std::vector<std::string> names;
    for (const auto& frame : h2::frames_of_type(peers.back()->take(), h2::kData)) {
      ::gnmi::GetRequest request;
      EXPECT_TRUE(request.ParseFromString(frame.payload.substr(5)));
      for (const auto& path : request.path()) names.push_back(path.elem(path.elem_size() - 1).name());
    }
    return names;
  }
};

TEST(Getter, ReadsOnePathAfterTheOtherOnOneConnectionAndClosesIt) {
  Lab lab;
  lab.start();
  lab.connect();
  EXPECT_THAT(lab.asked(), ElementsAre("a"));

  lab.say(answer(1, "a", R"({"m:x": 1, "config": {"y": "2"}})"));
  EXPECT_THAT(lab.asked(), ElementsAre("b"));
  EXPECT_FALSE(lab.peers[0]->is_closed);
  lab.say(answer(3, "b", "{}"));

  EXPECT_THAT(lab.diary, ElementsAre("0 is all of /a: /a/x=1 /a/config/y=\"2\"", "1 is all of /b:"));
  EXPECT_TRUE(lab.peers[0]->is_closed);
  EXPECT_EQ(lab.peers.size(), 1U);
  EXPECT_EQ(lab.rounds, 1);
}

TEST(Getter, ReadsAgainEveryInterval) {
  Lab lab({"/a"});
  lab.settings.get_interval = 1ms;
  const auto make_stream = lab.settings.make_stream;
  lab.settings.make_stream = [&lab, make_stream] {
    if (lab.peers.size() == 1) lab.loop.stop();
    return make_stream();
  };
  lab.start();
  lab.connect();
  lab.peers.back()->say(answer(1, "a", "{}"));
  if (lab.peers.size() == 1) fakes::run(lab.loop);

  EXPECT_EQ(lab.peers.size(), 2U);
}

TEST(Getter, KeepsOnlyWhatLiesInTheAskedPath) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.say(answer(1, "b", R"({"x": 1})"));

  EXPECT_THAT(lab.diary, ElementsAre("0 is all of /a:"));
}

TEST(Getter, ARefusedPathIsQuarantinedAndTheNextIsRead) {
  Lab lab;
  lab.start();
  lab.connect();
  lab.say(refusal(1, 3, "path invalid"));
  lab.say(answer(3, "b", "{}"));

  EXPECT_THAT(lab.diary, ElementsAre("0 failed: INVALID_ARGUMENT: path invalid", "quarantine", "1 is all of /b:"));
  const auto refused = lab.getter->quarantined();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(model::to_text(refused[0].path), "/a");
  EXPECT_EQ(refused[0].message, "path invalid");
}

TEST(Getter, OnTheNextStreamARefusedPathIsNamedAgainAndNotAsked) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.say(refusal(1, 3, "path invalid"));
  lab.diary.clear();

  lab.getter->stop();
  lab.getter->start();

  EXPECT_THAT(lab.diary, ElementsAre("0 failed: INVALID_ARGUMENT: path invalid"));
  EXPECT_EQ(lab.peers.size(), 1U);
  EXPECT_EQ(lab.rounds, 1);
}

TEST(Getter, ARetryAsksForWhatWasRefused) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.say(refusal(1, 5, "no"));
  lab.diary.clear();

  lab.getter->retry_now();
  lab.connect();
  lab.say(answer(1, "a", "{}"));

  EXPECT_EQ(lab.peers.size(), 2U);
  EXPECT_THAT(lab.diary, ElementsAre("quarantine", "0 is all of /a:"));
  EXPECT_THAT(lab.getter->quarantined(), IsEmpty());
}

TEST(Getter, ADeviceThatCannotBeReachedFailsAllPaths) {
  Lab lab;
  lab.start();
  lab.peers[0]->hang_up("connection refused");
  lab.say("");

  EXPECT_THAT(lab.diary, ElementsAre(HasSubstr("1 failed: connection refused"), HasSubstr("0 failed: connection refused")));
}

TEST(Getter, WhatIsNoAnswerIsAFailure) {
  for (const std::string& body : {std::string(), h2::message("\x0a\xff"), h2::message("") + h2::message("")}) {
    Lab lab({"/a"});
    lab.start();
    lab.connect();
    lab.say(h2::headers(1, h2::accepted()) + (body.empty() ? "" : h2::data(1, body)) + h2::trailers(1, "0"));

    EXPECT_THAT(lab.diary, ElementsAre(HasSubstr("0 failed: INTERNAL"))) << body;
  }
}

TEST(Getter, AnAnswerThatEndsInAnErrorIsNone) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.say(h2::headers(1, h2::accepted()) + h2::data(1, h2::message("")) + h2::trailers(1, "13", "half of it"));

  EXPECT_THAT(lab.diary, ElementsAre("0 failed: INTERNAL: half of it"));
}

TEST(Getter, AnAnswerThatDoesNotComeIsGivenUp) {
  Lab lab({"/a"});
  lab.settings.sync_deadline = 1ms;
  lab.handlers.on_failure = [&lab](std::size_t, const std::string& reason) {
    lab.diary.push_back(reason);
    lab.loop.stop();
  };
  lab.start();
  lab.connect();
  fakes::run(lab.loop);

  EXPECT_THAT(lab.diary, ElementsAre(HasSubstr("no answer within 1ms")));
  EXPECT_TRUE(lab.peers[0]->is_closed);
}

TEST(Getter, TellsNothingAfterItWasStopped) {
  Lab lab;
  lab.start();
  lab.connect();
  lab.getter->stop();
  lab.say(answer(1, "a", "{}"));

  EXPECT_THAT(lab.diary, IsEmpty());
  EXPECT_TRUE(lab.peers[0]->is_closed);
}

TEST(Getter, MayBeStoppedByWhatItTells) {
  Lab lab;
  lab.handlers.on_answer = [&lab](std::size_t, const model::UpdateBatch& batch) {
    lab.getter->stop();
    lab.diary.push_back(model::to_text(*batch.complete));
  };
  lab.start();
  lab.connect();
  lab.say(answer(1, "a", "{}"));

  EXPECT_THAT(lab.diary, ElementsAre("/a"));
  EXPECT_EQ(lab.peers.size(), 1U);
}

TEST(Getter, WaitsItsTurnAmongAllConnections) {
  Lab lab({"/a"});
  DialLimiter dials(1);
  dials.reserve(lab.clock.steady_now());
  lab.settings.dials = &dials;
  lab.start();

  EXPECT_THAT(lab.peers, IsEmpty());
  EXPECT_EQ(lab.metrics.value(metrics::Metric::LimitHits, "dials_per_second"), 1);
}

TEST(Getter, CountsWhatCannotBeRead) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.say(answer(1, "a", "{broken"));

  EXPECT_EQ(lab.metrics.value(metrics::Metric::Undecodable), 1);
}

// One message of a ONCE subscription.
std::string once_part(const std::string& text_proto) {
  ::gnmi::SubscribeResponse response;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text_proto, &response));
  return h2::message(response.SerializeAsString());
}
std::string once_leaf(const std::string& name, int value) {
  return once_part("update { update { path { elem { name: \"a\" } elem { name: \"" + name + "\" } } val { uint_val: " +
                   std::to_string(value) + " } } }");
}

TEST(Getter, ReadsBySubscribeOnceWhereThereIsNoGet) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.peers.back()->take();
  lab.say(refusal(1, 12, "Get is not implemented"));
  const auto frames = h2::frames_of_type(lab.peers.back()->take(), h2::kData);
  ASSERT_EQ(frames.size(), 1U);
  ::gnmi::SubscribeRequest request;
  ASSERT_TRUE(request.ParseFromString(frames[0].payload.substr(5)));
  EXPECT_EQ(request.subscribe().mode(), ::gnmi::SubscriptionList::ONCE);
  EXPECT_EQ(request.subscribe().subscription(0).path().elem(0).name(), "a");
  EXPECT_THAT(lab.diary, ElementsAre("quarantine")) << "the way of reading changed";

  lab.say(h2::headers(3, h2::accepted()) + h2::data(3, once_leaf("x", 1) + once_leaf("y", 2)));
  EXPECT_EQ(lab.diary.size(), 1U) << "not all of it is there";
  lab.say(h2::data(3, once_part("sync_response: true")));

  EXPECT_THAT(lab.diary, ElementsAre("quarantine", "0 is all of /a: /a/x=1 /a/y=2"));
  EXPECT_EQ(lab.getter->by_once().at(0).message, "Get is not implemented");
  EXPECT_THAT(lab.getter->quarantined(), IsEmpty());
}

TEST(Getter, AOnceThatEndsWithoutItsSyncIsNoAnswer) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.say(refusal(1, 12, "no"));
  lab.say(h2::headers(3, h2::accepted()) + h2::data(3, once_leaf("x", 1)) + h2::trailers(3, "0"));

  EXPECT_THAT(lab.diary, ElementsAre("quarantine", HasSubstr("0 failed: INTERNAL")));
}

TEST(Getter, AOnceWithAMessageThatCannotBeReadIsNoAnswer) {
  Lab lab({"/a"});
  lab.start();
  lab.connect();
  lab.say(refusal(1, 12, "no"));
  lab.say(h2::headers(3, h2::accepted()) + h2::data(3, once_leaf("x", 1) + h2::message("\x0a\xff") + once_part("sync_response: true")));

  EXPECT_THAT(lab.diary, ElementsAre("quarantine", HasSubstr("0 failed: INTERNAL")));
}

TEST(Getter, ReadsFromNowOnWhatItIsTold) {
  Lab lab(std::vector<std::string>{});
  lab.settings.subscription = make_subscription(lab.profile, {{*model::parse_path("/s"), schema::PathMode::OnChange, "other"}});
  lab.start();
  EXPECT_THAT(lab.peers, IsEmpty());

  lab.getter->set_paths({0});
  lab.connect();
  EXPECT_THAT(lab.asked(), ElementsAre("s"));
  lab.say(answer(1, "s", R"({"x": 1})"));
  EXPECT_THAT(lab.diary, ElementsAre("0 is all of /s: /s/x=1"));
}

TEST(Getter, WhatIsNotWantedAnyMoreIsNotTold) {
  Lab lab;
  lab.start();
  lab.connect();
  lab.getter->set_paths({1});

  EXPECT_TRUE(lab.peers[0]->is_closed);
  EXPECT_THAT(lab.diary, IsEmpty());
}

TEST(Getter, WithoutPathsConnectsNever) {
  Lab lab(std::vector<std::string>{});
  lab.start();
  lab.getter->retry_now();

  EXPECT_THAT(lab.peers, IsEmpty());
  EXPECT_THAT(lab.getter->quarantined(), IsEmpty());
}

}  // namespace
}  // namespace dm::gnmi
