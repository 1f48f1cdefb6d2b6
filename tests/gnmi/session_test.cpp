// The session over scripted byte streams: what the device says, frame by frame, and what comes of it.
#include "gnmi/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gnmi/session_lab.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using metrics::Metric;

TEST(Session, SubscribesSyncsAndFollows) {
  Lab lab;
  lab.start();
  lab.accept();
  lab.say_messages(leaf("a", 1));
  lab.say_messages(sync());
  lab.say_messages(leaf("a", 2));

  EXPECT_THAT(lab.asked(), ElementsAre("a", "b"));
  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch /a=1", "batch sync", "batch /a=2"));
  EXPECT_EQ(lab.session->counters().messages, 3U);
  EXPECT_EQ(lab.session->counters().leaves, 2U);
  EXPECT_EQ(lab.session->counters().streams, 1U);
  EXPECT_EQ(lab.session->last_error(), "");
}

TEST(Session, TellsTheEndOfTheFirstDumpOnce) {
  Lab lab;
  lab.go_live();
  lab.say_messages(sync() + sync());

  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch /a=1", "batch sync", "batch", "batch"));
}

TEST(Session, StartsANewGenerationAfterALoss) {
  Lab lab;
  lab.go_live();
  lab.peer().hang_up("connection reset by peer");
  lab.diary.clear();

  lab.session->retry_now();
  lab.accept();
  lab.say_messages(leaf("b", 1) + sync());

  EXPECT_EQ(lab.peers.size(), 2U);
  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch /b=1", "batch sync"));
  EXPECT_THAT(lab.session->last_error(), HasSubstr("connection reset by peer"));
  EXPECT_EQ(lab.metrics.value(Metric::StreamLosses, "error"), 1);
}

TEST(Session, TriesAgainByItself) {
  Lab lab;
  lab.settings.backoff = {.first = 1ms, .most = 1ms};
  const auto make_stream = lab.settings.make_stream;
  lab.settings.make_stream = [&lab, make_stream] {
    if (lab.peers.size() == 3) lab.loop.stop();
    return make_stream();
  };
  lab.handlers.on_stream_lost = [&lab](const std::string&) { lab.diary.emplace_back("lost"); };
  lab.start();
  net::Timer device(lab.loop);
  std::function<void()> refuse = [&] {
    const auto peer = lab.peers.back();
    if (peer->is_opened && !peer->is_closed) peer->hang_up("connection refused");
    device.after(1ms, refuse);
  };
  refuse();
  fakes::run(lab.loop);

  EXPECT_GE(lab.peers.size(), 4U);
  EXPECT_THAT(lab.diary, ElementsAre("lost", "lost", "lost"));
}

// The queue of a process that has just begun as many connections as it may, and ten more.
DialLimiter long_queue(const core::Clock& clock) {
  DialLimiter dials(1000);
  for (int i = 0; i < 1010; ++i) dials.reserve(clock.steady_now());
  return dials;
}

TEST(Session, BeginsItsConnectionWhenItIsItsTurn) {
  Lab lab;
  DialLimiter dials = long_queue(lab.clock);
  lab.settings.dials = &dials;
  const auto make_stream = lab.settings.make_stream;
  lab.settings.make_stream = [&lab, make_stream] {
    lab.loop.stop();
    return make_stream();
  };
  lab.start();
  EXPECT_THAT(lab.peers, IsEmpty());
  lab.session->retry_now();  // does not lose its place, nor the start
  EXPECT_EQ(lab.metrics.value(Metric::LimitHits, "dials_per_second"), 1);

  fakes::run(lab.loop);

  EXPECT_THAT(lab.peers, SizeIs(1));
  lab.accept();
  lab.say_messages(sync());
  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch sync"));
}

TEST(Session, WaitsForItsTurnToComeBackToo) {
  Lab lab;
  DialLimiter dials(1000);
  lab.settings.dials = &dials;
  lab.go_live();
  dials = long_queue(lab.clock);
  lab.peer().hang_up();

  lab.session->retry_now();
  lab.session->retry_now();

  EXPECT_THAT(lab.peers, SizeIs(1)) << "a whole fleet that is told to retry forms a queue";
  net::Timer look(lab.loop);
  std::function<void()> again = [&] {
    if (lab.peers.size() == 2) return lab.loop.stop();
    look.after(1ms, again);
  };
  again();
  fakes::run(lab.loop);
  EXPECT_THAT(lab.peers, SizeIs(2));
  EXPECT_EQ(lab.metrics.value(Metric::LimitHits, "dials_per_second"), 1);
}

TEST(Session, GivesItsTurnUpWhenStopped) {
  Lab lab;
  DialLimiter dials = long_queue(lab.clock);
  lab.settings.dials = &dials;
  lab.start();
  lab.session->stop();
  net::Timer later(lab.loop);
  later.after(20ms, [&lab] { lab.loop.stop(); });  // its turn would have come before

  fakes::run(lab.loop);

  EXPECT_THAT(lab.peers, IsEmpty());
}

TEST(Session, KeepsTheStreamWhenAMessageCannotBeRead) {
  Lab lab;
  lab.go_live();
  lab.say_messages(h2::message("\x0a\x05junk"));
  lab.say_messages(leaf("b", 3));
  lab.session->stop();

  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch /a=1", "batch sync", "batch /b=3"));
  EXPECT_EQ(lab.session->counters().bad_messages, 1U);
  EXPECT_EQ(lab.metrics.value(Metric::BadMessages), 1);
  EXPECT_EQ(lab.metrics.value(Metric::Messages), 4);
}

TEST(Session, TellsThatAMessageWasLost) {
  Lab lab;
  lab.handlers.on_bad_message = [&lab] { lab.diary.emplace_back("bad"); };
  lab.start();
  lab.accept();
  lab.say_messages(h2::message("\x0a\x05junk") + sync());

  EXPECT_THAT(lab.diary, ElementsAre("begin", "bad", "batch sync"));
}

TEST(Session, StartsAgainWhenAMessageDeletesTooMuch) {
  Lab lab;
  lab.settings.transport.limits.deletes_per_message = 1;
  lab.go_live();
  lab.say_messages(response(R"(update { delete { elem { name: "a" } } })"));
  lab.diary.clear();
  lab.say_messages(response(R"(update { delete { elem { name: "a" } } delete { elem { name: "b" } } })"));

  ASSERT_THAT(lab.diary, SizeIs(1)) << "the message is not told: only the next dump is the truth";
  EXPECT_THAT(lab.diary[0], HasSubstr("limits.deletes_per_message"));
  EXPECT_TRUE(lab.peer().is_closed);
  EXPECT_EQ(lab.metrics.value(Metric::StreamLosses, "too_many_deletes"), 1);
  EXPECT_EQ(lab.metrics.value(Metric::LimitHits, "deletes_per_message"), 1);
}

TEST(Session, CountsWhatTheDeviceMergedBecauseWeWereSlow) {
  Lab lab;
  lab.go_live();
  lab.say_messages(response(R"(update { update { path { elem { name: "a" } } val { uint_val: 2 } duplicates: 3 }
                                         update { path { elem { name: "b" } } val { uint_val: 2 } duplicates: 1 } })"));
  lab.session->stop();

  EXPECT_EQ(lab.metrics.value(Metric::Coalesced), 4);
}

TEST(Session, CountsWhatCannotBeReadByTheLimitsName) {
  Lab lab;
  lab.settings.transport.limits.value_bytes = 16;
  lab.settings.transport.limits.path_depth = 2;
  lab.go_live();
  lab.say_messages(response(R"(update { update { path { elem { name: "a" } } val { string_val: "longer than sixteen" } }
                                         update { path { elem { name: "b" } } val { ascii_val: "x" } }
                                         delete { elem { name: "a" } elem { name: "b" } elem { name: "c" } } })"));
  lab.session->stop();

  EXPECT_EQ(lab.metrics.value(Metric::LimitHits, "value_bytes"), 1);
  EXPECT_EQ(lab.metrics.value(Metric::LimitHits, "path_depth"), 1);
  EXPECT_EQ(lab.metrics.value(Metric::Undecodable), 1);
  EXPECT_EQ(lab.session->counters().undecodable, 1U);
}

TEST(Session, CountsADumpThatDoesNotEnd) {
  Lab lab;
  lab.settings.sync_deadline = std::chrono::milliseconds(1);
  lab.handlers.on_stream_lost = [&lab](const std::string&) { lab.loop.stop(); };
  lab.start();
  lab.accept();
  lab.say_messages(leaf("a", 1));
  lab.clock.advance(std::chrono::seconds(1));
  fakes::run(lab.loop);

  EXPECT_EQ(lab.metrics.value(Metric::StreamLosses, "no_sync"), 1);
  EXPECT_EQ(lab.metrics.value(Metric::LimitHits, "sync_deadline_seconds"), 1);
}

TEST(Session, EndsTheStreamWhenTheDeviceReportsAnError) {
  Lab lab;
  lab.go_live();
  lab.say_messages(response(R"(error { code: 14 message: "agent restarts" })"));

  EXPECT_EQ(lab.diary.back(), "lost: the device reports: agent restarts");
  EXPECT_TRUE(lab.peer().is_closed);
}

TEST(Session, TakesAHubsDeleteOfEverythingForALoss) {
  Lab lab;
  lab.go_live();
  lab.say_messages(response(R"(update { delete { elem { name: "*" } } })"));

  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch /a=1", "batch sync", "lost: the hub says the device is gone"));
}

TEST(Session, FindsRefusedPathsWithoutTellingTheirTrialsAsUpdates) {
  Lab lab({"/a", "/b", "/c"});
  lab.start();
  lab.peer().connect();
  lab.say(h2::settings());
  EXPECT_THAT(lab.asked(), ElementsAre("a", "b", "c"));
  lab.refuse(3, "bad path", 1);
  EXPECT_THAT(lab.asked(), ElementsAre("a"));
  lab.accept(3);
  lab.say_messages(leaf("a", 1) + sync(), 3);
  EXPECT_THAT(lab.asked(), ElementsAre("b", "c"));
  lab.refuse(3, "bad path", 5);
  EXPECT_THAT(lab.asked(), ElementsAre("b"));
  lab.refuse(3, "no node b", 7);
  EXPECT_THAT(lab.asked(), ElementsAre("c"));
  lab.accept(9);
  lab.say_messages(sync(), 9);
  EXPECT_THAT(lab.diary, ElementsAre("quarantine"));
  EXPECT_THAT(lab.asked(), ElementsAre("a", "c"));
  lab.accept(11);
  lab.say_messages(leaf("a", 1) + sync(), 11);

  EXPECT_THAT(lab.diary, ElementsAre("quarantine", "begin", "batch /a=1", "batch sync"));
  ASSERT_THAT(lab.session->quarantined(), SizeIs(1));
  EXPECT_EQ(model::to_text(lab.session->quarantined()[0].path), "/b");
  EXPECT_EQ(lab.session->quarantined()[0].code, GrpcCode::InvalidArgument);
  EXPECT_EQ(lab.session->quarantined()[0].message, "no node b");
  EXPECT_EQ(lab.session->quarantined()[0].since, lab.clock.wall_now());
  EXPECT_EQ(lab.peers.size(), 1U);
}

TEST(Session, ASearchThatHasToDialAgainTakesItsPlaceAmongTheDials) {
  Lab lab;
  DialLimiter dials(1);
  lab.settings.dials = &dials;
  lab.start();
  lab.peer().connect();
  lab.say(h2::settings() + h2::goaway(1, 0));
  lab.refuse(3, "bad path", 1);

  ASSERT_THAT(lab.peers, SizeIs(2));
  EXPECT_EQ(dials.reserve(lab.clock.steady_now()), core::Duration(2s)) << "the start, the search, this one";
}

TEST(Session, AsksForTranslatedPathsAndReportsTheConfiguredOnes) {
  Lab lab({"/wrong/place", "/c", "/right/place"});
  lab.profile->request_aliases = {{*model::parse_path("/wrong"), *model::parse_path("/right")}};
  lab.start();
  lab.peer().connect();
  lab.say(h2::settings());

  EXPECT_THAT(lab.asked(), ElementsAre("place", "c")) << "the same path is asked for once";
  lab.refuse(3, "failed to subscribe to /right/place: path invalid: failed to access node", 1);
  EXPECT_THAT(lab.asked(), ElementsAre("c"));
  ASSERT_THAT(lab.session->quarantined(), SizeIs(1));
  EXPECT_EQ(model::to_text(lab.session->quarantined()[0].path), "/wrong/place");
}

TEST(Session, SubscribesOnlyWhatIsStreamed) {
  Lab lab({"/a", "/b", "/c"});
  lab.subscribed[0].mode = schema::PathMode::Get;
  lab.subscribed[1].mode = schema::PathMode::Sample;
  lab.subscribed[2].mode = schema::PathMode::Off;
  lab.start();
  lab.peer().connect();
  lab.say(h2::settings());

  EXPECT_THAT(lab.asked(), ElementsAre("b"));
}

TEST(Session, SaysWhenNothingIsSubscribed) {
  Lab lab(std::vector<std::string>{});
  lab.start();

  EXPECT_THAT(lab.diary, ElementsAre("lost: there is no path to subscribe to"));
  EXPECT_THAT(lab.peers, IsEmpty());
}

TEST(Session, CountsRefusedLogins) {
  Lab lab;
  lab.start();
  lab.peer().connect();
  lab.say(h2::settings());
  lab.refuse(16, "Authentication failed", 1);

  EXPECT_THAT(lab.diary, ElementsAre("lost: the device refuses the login: UNAUTHENTICATED Authentication failed (check "
                                    "gnmi.username and gnmi.password, and the user on the device)"));
  EXPECT_EQ(lab.metrics.value(Metric::LoginsRefused), 1);
  EXPECT_TRUE(lab.peer().is_closed);
}

TEST(Session, ProbesAQuietPeer) {
  Lab lab;
  lab.settings.stale_after = 1ms;
  lab.go_live();
  (void)lab.peer().take();
  lab.clock.advance(1ms);
  net::Timer look(lab.loop);
  std::function<void()> again = [&] {
    if (!lab.peer().written.empty()) return lab.loop.stop();
    look.after(1ms, again);
  };
  again();
  fakes::run(lab.loop);

  EXPECT_THAT(h2::frames_of(lab.peer().take()), SizeIs(1));
  EXPECT_EQ(lab.diary.back(), "batch sync");
}

// --- Stopping anywhere

TEST(Session, TellsNothingAfterStop) {
  Lab lab;
  lab.go_live();
  lab.session->stop();
  lab.diary.clear();

  lab.session->retry_now();
  lab.say_messages(leaf("a", 2));
  lab.peer().hang_up();
  lab.run_posted();

  EXPECT_THAT(lab.diary, IsEmpty());
  EXPECT_TRUE(lab.peer().is_closed);
}

TEST(Session, CanBeStartedAgain) {
  Lab lab;
  lab.go_live();
  lab.session->stop();

  lab.session->start();
  lab.accept();
  lab.say_messages(sync());

  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch /a=1", "batch sync", "begin", "batch sync"));
}

// `end` is called inside every callback in turn: the session then tells nothing more.
void end_inside_callbacks(const std::function<void(Lab&)>& end) {
  for (const std::string moment : {"begin", "batch", "lost", "quarantine"}) {
    Lab lab;
    const auto on = [&lab, &end, moment](const std::string& what) {
      lab.diary.push_back(what);
      if (what == moment) end(lab);
    };
    lab.handlers = {.on_stream_begin = [on] { on("begin"); },
                    .on_batch = [on](const model::UpdateBatch&) { on("batch"); },
                    .on_stream_lost = [on](const std::string&) { on("lost"); },
                    .on_quarantine = [on] { on("quarantine"); }};
    lab.start();
    if (moment == "quarantine") {
      lab.peer().connect();
      lab.say(h2::settings());
      lab.refuse(3, "failed to subscribe to /a: path invalid", 1);
    } else {
      lab.accept();
      lab.say_messages(leaf("a", 1) + leaf("a", 2) + sync());
      lab.peers.front()->hang_up();
    }
    lab.run_posted();

    EXPECT_EQ(lab.diary.back(), moment);
    EXPECT_TRUE(lab.peers.front()->is_closed || lab.peers.front()->handlers == nullptr) << moment;
    EXPECT_THAT(lab.peers, SizeIs(1)) << moment;
  }
}

TEST(Session, CanBeStoppedInsideEveryCallback) {
  end_inside_callbacks([](Lab& lab) { lab.session->stop(); });
}

TEST(Session, CanBeDestroyedInsideEveryCallback) {
  end_inside_callbacks([](Lab& lab) { lab.session.reset(); });
}

TEST(Session, CanBeRetriedInsideOnStreamLost) {
  Lab lab;
  lab.handlers.on_stream_lost = [&lab](const std::string&) {
    lab.diary.emplace_back("lost");
    if (lab.peers.size() == 1) lab.session->retry_now();
  };
  lab.go_live();
  lab.peer().hang_up();

  EXPECT_EQ(lab.peers.size(), 2U);
  lab.accept();
  EXPECT_THAT(lab.diary, ElementsAre("begin", "batch /a=1", "batch sync", "lost", "begin"));
}

}  // namespace
}  // namespace dm::gnmi
