#include "fleet/replay.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fleet/recorded.h"
#include "source_dir.h"

namespace dm::fleet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using namespace std::chrono_literals;

const std::string kAsked = "/interfaces/interface/config", kLeaf = "/interfaces/interface[name=eth1]/config/description";
constexpr core::WallTime kStart{std::chrono::seconds(1795132800)};

struct TemporaryFile {
  std::string path = (std::filesystem::temp_directory_path() /
                      fmt::format("dm-replay-{}-{}", ::getpid(), reinterpret_cast<std::uintptr_t>(this)))
                         .string();
  ~TemporaryFile() { std::filesystem::remove(path); }
};

model::Path to_path(const std::string& text) { return *model::parse_path(text); }

class Replayed {
 public:
  // What the device had after the first `intended` messages of `twin` is what it should have; VLANs, neighbors and
  // interfaces beyond that are not wanted.
  Replayed(const Twin& twin, std::size_t intended, std::vector<model::Expectation> intended_too = {}) {
    const auto loaded = schema::load_profile("openconfig");
    MonitorSpec spec{.device = "dut", .profile = loaded.profile};
    Areas areas;
    for (const schema::ProfilePath& path : loaded.profile->paths) {
      areas[path.area].push_back(schema::to_request(*loaded.profile, path.path).path);
      areas[path.area].back().origin.clear();
    }
    spec.areas = std::make_shared<const Areas>(std::move(areas));
    spec.lifecycle.hold = std::chrono::seconds(1);
    spec.lifecycle.group_window = std::chrono::milliseconds(100);
    auto intent = std::make_shared<model::DeviceIntent>();
    intent->device = "dut";
    intent->leaves = std::move(intended_too);
    for (const auto& [leaf, value] : leaves_after(twin, intended)) {
      if (!schema::classify(to_path(leaf)).is_config) continue;
      intent->leaves.push_back({.path = to_path(leaf), .values = {value_of(value)}, .from = {"file", "test", ""}});
    }
    intent->lists["/network-instances/network-instance/vlans/vlan"] = model::ListPolicy::Authoritative;
    intent->lists["/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor"] = model::ListPolicy::Authoritative;
    intent->lists["/interfaces/interface"] = model::ListPolicy::Authoritative;
    replay_ = std::make_unique<Replay>(log_, metrics_, Replay::Settings{.spec = spec, .intent = intent, .unknown_reason = {}, .limits = {}},
                                       Replay::Handlers{.on_event = [this](const model::Event& event) { note(event); },
                                                        .on_wait = [this](core::Duration at) { return at < stop_at_; }});
  }

  void play(const std::string& file) { EXPECT_EQ(error_of(file), ""); }
  std::string error_of(const std::string& file) {
    auto reader = gnmi::RecordingReader::open(file, core::Limits{});
    if (!reader) return reader.error().message;
    const auto played = replay_->play(*reader);
    return played ? "" : played.error().message;
  }
  void stop_at(core::Duration at) { stop_at_ = at; }

  void finish() { replay_->finish(); }
  const Replay& replay() const { return *replay_; }
  const std::vector<std::string>& told() const { return told_; }  // "2.2s opened different /path: value"

  std::map<std::string, std::string> leaves() const {
    std::map<std::string, std::string> leaves;
    for (const LeafStatus& leaf : replay_->monitor()->leaves()) {
      if (!leaf.value.is_absent()) leaves[leaf.path] = model::to_json(leaf.value);
    }
    return leaves;
  }

 private:
  static model::Value value_of(const std::string& text) {
    if (text == "true" || text == "false") return text == "true";
    if (text.starts_with('"')) return text.substr(1, text.size() - 2);
    return static_cast<std::int64_t>(std::stoll(text));
  }

  void note(const model::Event& event) {
    for (const model::EventDifference& each : event.differences) {
      told_.push_back(fmt::format("{:.1f}s {} {} {}: {}", std::chrono::duration<double>(event.detected_at - kStart).count(),
                                  model::to_text(each.action), model::to_text(each.drift.kind), each.drift.path,
                                  each.drift.is_entry ? "(entry)" : model::to_json(each.drift.current)));
    }
  }

  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  std::unique_ptr<Replay> replay_;
  std::vector<std::string> told_;
  core::Duration stop_at_ = core::Duration::max();
};

std::size_t first_dump(const Twin& twin) {
  std::size_t count = 0;
  while (!twin.messages[count].response.sync_response()) ++count;
  return count;
}

class RecordedStreams : public ::testing::TestWithParam<std::string> {};

TEST_P(RecordedStreams, EndInTheStateTheirTwinsSay) {
  const Twin twin = read_twin(GetParam());
  TemporaryFile file;
  write_with_times(GetParam(), twin, kStart, file.path);
  Replayed replayed(twin, 0);
  replayed.play(file.path);
  std::size_t followed = 0;  // up to a hub's "everything is gone"
  const auto is_loss = [](const ::gnmi::SubscribeResponse& response) {
    const auto& gone = response.update().delete_();
    return gone.size() == 1 && gone[0].elem_size() == 1 && gone[0].elem(0).name() == "*";
  };
  while (followed < twin.messages.size() && !is_loss(twin.messages[followed].response)) ++followed;
  EXPECT_EQ(replayed.leaves(), leaves_after(twin, followed));
}

INSTANTIATE_TEST_SUITE_P(All, RecordedStreams, ::testing::ValuesIn(twin_names()), [](const auto& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// What was told, with the instant it was told: the arrival, the hold of 1 s and the group window of 0.1 s later.
std::vector<std::string> told_by(const std::string& name, std::vector<model::Expectation> intended_too = {}) {
  const Twin twin = read_twin(name);
  TemporaryFile file;
  write_with_times(name, twin, kStart, file.path);
  Replayed replayed(twin, first_dump(twin), std::move(intended_too));
  replayed.play(file.path);
  replayed.finish();
  return replayed.told();
}

// VLANs come although the dump had none: the area that was degraded until then is judged.
TEST(ReplayOfLemming, TellsEachChangeAgainstTheFirstDump) {
  const std::string eth1 = "/interfaces/interface[name=eth1]/config/";
  const std::string vlans = "/network-instances/network-instance[name=DEFAULT]/vlans/";

  EXPECT_THAT(told_by("lemming-01-changes", {{.path = to_path(vlans + "vlan[vlan-id=10]/config/name"),
                                              .values = {std::string("PROD")},
                                              .from = {"file", "test", ""}}}),
              ElementsAre("3.2s opened different " + eth1 + "description: \"uplink C\"",
                          "3.2s opened different " + eth1 + "enabled: false",
                          "3.2s opened different " + eth1 + "mtu: 9214",
                          "5.5s opened unexpected " + vlans + "vlan[vlan-id=20]: (entry)",
                          "9.9s opened different " + vlans + "vlan[vlan-id=10]/config/name: \"PROD2\"",
                          "12.2s changed missing " + eth1 + "description: null",
                          "13.8s resolved unexpected " + vlans + "vlan[vlan-id=20]: (entry)",
                          "19.1s changed different " + eth1 + "description: \"replaced\"",
                          "23.6s opened unexpected /interfaces/interface[name=Ethernet1/1]: (entry)"));
}

// A delete of a leaf with a default comes as an update to it; the neighbor's 63 leaves are one drift.
TEST(ReplayOfLemming, TellsANeighborOnceAndAReplacedEntryByItsLeaves) {
  const std::string eth1 = "/interfaces/interface[name=eth1]/config/", other = "/interfaces/interface[name=Ethernet1/1]/config/";
  const std::string neighbor =
      "/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=BGP][name=BGP]"
      "/bgp/neighbors/neighbor[neighbor-address=127.0.0.9]: (entry)";

  EXPECT_THAT(told_by("lemming-02-bgp-replace"),
              ElementsAre("5.6s opened unexpected " + neighbor, "9.3s opened different " + eth1 + "description: \"replaced2\"",
                          "9.3s opened different " + eth1 + "enabled: true", "9.3s opened different " + eth1 + "mtu: 1500",
                          "13.6s resolved different " + eth1 + "enabled: false",
                          "16.2s opened different " + eth1 + "enabled: true", "18.1s resolved unexpected " + neighbor,
                          "24.6s opened missing " + other + "description: null",
                          "24.6s opened missing " + other + "forwarding-viable: null",
                          "24.6s opened missing " + other + "loopback-mode: null", "24.6s opened missing " + other + "name: null",
                          "24.6s opened missing " + other + "type: null"));
}

// Killed 1.1 s after the VLAN was deleted: what had outlasted its hold by then is told, and nothing more.
TEST(ReplayOfLemming, TellsNothingOfWhatItsDeathTookAway) {
  const std::string vlan = "/network-instances/network-instance[name=DEFAULT]/vlans/vlan[vlan-id=10]/config/";

  EXPECT_THAT(told_by("lemming-03-kill9"),
              ElementsAre("4.3s opened different /interfaces/interface[name=eth1]/config/mtu: 1501",
                          "4.8s opened missing " + vlan + "name: null", "4.8s opened missing " + vlan + "vlan-id: null"));
}

TEST(ReplayOfAHub, TellsNothingOfADeviceThatIsLost) {
  const std::string vlan = "/network-instances/network-instance[name=DEFAULT]/vlans/vlan[vlan-id=10]/config/";
  const Twin twin = read_twin("collector-04-device-kill");
  TemporaryFile file;
  write_with_times("collector-04-device-kill", twin, kStart, file.path);
  Replayed replayed(twin, first_dump(twin));

  replayed.play(file.path);

  EXPECT_THAT(replayed.told(),
              ElementsAre("3.3s opened different /interfaces/interface[name=eth1]/config/description: \"via hub\"",
                          "4.9s opened missing " + vlan + "name: null", "4.9s opened missing " + vlan + "vlan-id: null"));
  EXPECT_EQ(replayed.replay().monitor()->freshness(), model::Freshness::Stale);
  EXPECT_EQ(replayed.replay().counts().left_out, 13U);
}

TEST(ReplayOfFakeServer, UnderstandsLegacyElements) {
  EXPECT_THAT(told_by("fake-05-element"),
              ElementsAre("2.0s opened different /interfaces/interface[name=Ethernet1]/config/mtu: 9214",
                          "3.0s opened missing /interfaces/interface[name=Ethernet1]/config/description: null"));
}

TEST(ReplayOfSamples, TellNothingWhileNothingChanges) {
  EXPECT_THAT(told_by("gnxi-07-sample-buggy"), IsEmpty());
  EXPECT_THAT(told_by("gnxi-08-sample-leaf"), IsEmpty());
}

// A recording made note by note, of one leaf that should be "right".
class ReplayOfModes : public ::testing::Test {
 protected:
  ReplayOfModes() : writer_(std::move(*gnmi::RecordingWriter::create(file_.path))) {
    note(0s, gnmi::StreamBegins{});
  }
  void note(core::Duration at, decltype(gnmi::RecordingNote::what) what) {
    append(gnmi::to_record({.at = kStart + at, .what = std::move(what)}));
  }
  void say(core::Duration at, const ::gnmi::SubscribeResponse& response) {
    note(at, gnmi::MessageFollows{});
    append(response.SerializeAsString());
  }
  void append(const std::string& record) {
    ASSERT_TRUE(writer_.append({reinterpret_cast<const std::uint8_t*>(record.data()), record.size()}));
  }
  static ::gnmi::SubscribeResponse leaf(const std::string& value) {
    ::gnmi::SubscribeResponse response;
    auto& update = *response.mutable_update()->add_update();
    for (const char* name : {"interfaces", "interface", "config", "description"}) update.mutable_path()->add_elem()->set_name(name);
    (*update.mutable_path()->mutable_elem(1)->mutable_key())["name"] = "eth1";
    update.mutable_val()->set_string_val(value);
    return response;
  }
  static ::gnmi::SubscribeResponse sync() {
    ::gnmi::SubscribeResponse response;
    response.set_sync_response(true);
    return response;
  }
  void play() {
    replayed_.play(file_.path);
    replayed_.finish();
  }

  TemporaryFile file_;
  gnmi::RecordingWriter writer_;
  Replayed replayed_{{}, 0, {{.path = to_path(kLeaf), .values = {std::string("right")}, .from = {"file", "test", ""}}}};
};

TEST_F(ReplayOfModes, WhatASubscribeOnceBroughtIsOneAnswer) {
  note(0s, gnmi::ModesInForce{{{kAsked, "get"}}});
  say(1s, sync());
  note(2s, gnmi::OncePart{kAsked, leaf("right").SerializeAsString()});
  note(2s, gnmi::OncePart{kAsked, sync().SerializeAsString()});
  note(60s, gnmi::OncePart{kAsked, leaf("wrong").SerializeAsString()});
  note(60s, gnmi::OncePart{kAsked, sync().SerializeAsString()});

  play();

  EXPECT_EQ(replayed_.replay().counts().answers, 2U);
  EXPECT_THAT(replayed_.told(), ElementsAre("61.0s opened different " + kLeaf + ": \"wrong\""));
}

TEST_F(ReplayOfModes, APartThatBreaksOffSaysNothing) {
  note(0s, gnmi::ModesInForce{{{kAsked, "get"}}});
  say(1s, sync());
  note(2s, gnmi::OncePart{kAsked, leaf("wrong").SerializeAsString()});

  play();

  EXPECT_EQ(replayed_.replay().counts().answers, 0U);
  EXPECT_THAT(replayed_.told(), IsEmpty()) << "what is not read yet is neither wrong nor missing";
}

// A sampled path of which nothing comes any more is said to be silent; as ON_CHANGE it would be in sync for ever.
TEST_F(ReplayOfModes, APathThatFellToSampleIsExpectedToRepeatItself) {
  note(0s, gnmi::ModesInForce{{{kAsked, "sample"}}});
  say(1s, leaf("right"));
  say(1s, sync());
  note(1000s, gnmi::RecordingEnd{});

  play();

  DeviceStatus status;
  replayed_.replay().monitor()->describe(status);
  EXPECT_EQ(status.verdict, model::Verdict::Degraded);
  EXPECT_THAT(replayed_.told(), IsEmpty());
}

TEST_F(ReplayOfModes, APathIsOnTheStreamAgainWhenTheModesSaySo) {
  note(0s, gnmi::ModesInForce{{{kAsked, "get"}}});
  say(1s, sync());
  note(2s, gnmi::StreamLost{"retry"});
  note(2s, gnmi::ModesInForce{});
  note(3s, gnmi::StreamBegins{});
  say(3s, leaf("wrong"));
  say(3s, sync());
  note(4s, gnmi::OncePart{kAsked, sync().SerializeAsString()});  // of a reading that is no more: left out

  play();

  EXPECT_THAT(replayed_.told(), ElementsAre("4.0s opened different " + kLeaf + ": \"wrong\""));
}

// The same without arrival times: the device's own timestamps move the clock.
TEST(ReplayWithoutTimes, GoesByTheDevicesTimestamps) {
  const Twin twin = read_twin("lemming-03-kill9");
  Replayed replayed(twin, first_dump(twin));

  replayed.play(tests::source_path("tests/data/gnmi/lemming-03-kill9.pb"));
  replayed.finish();

  EXPECT_EQ(replayed.told().size(), 3U);
  EXPECT_EQ(replayed.replay().monitor()->freshness(), model::Freshness::Live);
}

TEST(ReplayWithoutTimes, SetsTheClockByTheFirstTimestampThereIs) {
  TemporaryFile file;
  auto writer = gnmi::RecordingWriter::create(file.path);
  ASSERT_TRUE(writer);
  const auto append = [&](const ::gnmi::SubscribeResponse& response) {
    const std::string bytes = response.SerializeAsString();
    ASSERT_TRUE(writer->append({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
  };
  ::gnmi::SubscribeResponse sync, update;
  sync.set_sync_response(true);
  update.mutable_update()->set_timestamp(kStart.time_since_epoch().count());
  append(sync);
  append(update);
  update.mutable_update()->set_timestamp((kStart + std::chrono::seconds(3)).time_since_epoch().count());
  append(update);
  Replayed replayed({}, 0);

  replayed.play(file.path);

  EXPECT_EQ(replayed.replay().elapsed(), std::chrono::seconds(3));
}

TEST(Replay, PlaysABrokenFileUpToWhereItBreaks) {
  const Twin twin = read_twin("lemming-01-changes");
  TemporaryFile file;
  write_with_times("lemming-01-changes", twin, kStart, file.path);
  std::filesystem::resize_file(file.path, std::filesystem::file_size(file.path) - 3);
  Replayed replayed(twin, first_dump(twin));

  EXPECT_THAT(replayed.error_of(file.path), HasSubstr("cut short"));

  EXPECT_EQ(replayed.replay().counts().messages, twin.messages.size());
}

TEST(Replay, AsksBeforeTheClockMovesAndEndsWhenToldTo) {
  const Twin twin = read_twin("lemming-01-changes");
  TemporaryFile file;
  write_with_times("lemming-01-changes", twin, kStart, file.path);
  Replayed replayed(twin, first_dump(twin));
  replayed.stop_at(std::chrono::seconds(10));

  replayed.play(file.path);

  EXPECT_EQ(replayed.replay().counts().messages, 24U);  // message 25 is at 11.2 s
}

}  // namespace
}  // namespace dm::fleet::testing
