// A device's paths of mode get: what its status says of them while they are read, not read and refused.
#include "fleet/device.h"

#include <gmock/gmock.h>
#include <gnmi.pb.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/byte_stream.h"
#include "fakes/byte_stream_http2.h"
#include "fakes/patience.h"
#include "schema/profile.h"

namespace dm::fleet {
namespace {

namespace h2 = fakes::http2;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kMlag = "/arista/eos/mlag";
const std::string kDomain = "/arista/eos/mlag/config/domain-id";

// The first connection carries the stream, every other one a Get.
class DeviceTest : public testing::Test {
 protected:
  DeviceTest() {
    DeviceSpec spec;
    spec.name = spec.session.device = spec.monitor.device = "leaf1";
    spec.monitor.profile = schema::load_profile("arista-eos").profile;
    const auto stream = *model::parse_path("/system/config/hostname");
    const auto read = *model::parse_path(kMlag);
    spec.monitor.areas = std::make_shared<const Areas>(Areas{{"system", {stream}}, {"mlag", {read}}});
    spec.monitor.reads = std::make_shared<const std::vector<model::Path>>(std::vector{read});
    spec.monitor.lifecycle = {.hold = 0s, .group_window = 0s};
    spec.paths = std::make_shared<const std::vector<PathStatus>>(std::vector<PathStatus>{{kMlag, "get", "read by Get"}});
    spec.session.subscription = gnmi::make_subscription(
        *spec.monitor.profile, {{stream, schema::PathMode::OnChange, "system"}, {read, schema::PathMode::Get, "mlag"}});
    spec.session.backoff = {.first = 1h, .most = 1h};
    spec.session.get_interval = 1h;
    spec.session.make_stream = [this] {
      peers_.push_back(std::make_shared<fakes::Peer>());
      return std::make_unique<fakes::ScriptedStream>(peers_.back());
    };
    drift::Lifecycle lifecycle(spec.name, spec.monitor.lifecycle, {});
    device_ = std::make_unique<Device>(DeviceContext{loop_, clock_, log_, metrics_, paths_, {}, [] {}}, std::move(spec),
                                       Device::Past{std::move(lifecycle), nullptr});
    auto intent = std::make_shared<model::DeviceIntent>();
    for (const auto& [path, value] : {std::pair(kDomain, "leafs"), std::pair(std::string("/system/config/hostname"), "leaf1")}) {
      intent->leaves.push_back({*model::parse_path(path), model::Rule::Equal, {value}, {"file", "f", ""}});
    }
    device_->set_intent(intent, "");
    device_->start();
    answer_connection();
    ::gnmi::SubscribeResponse hostname, sync;
    add(*hostname.mutable_update(), "/system/config/hostname", "\"leaf1\"");
    sync.set_sync_response(true);
    say(h2::headers(1, h2::accepted()) + h2::data(1, h2::message(hostname.SerializeAsString()) + h2::message(sync.SerializeAsString())));
  }

  static void add(::gnmi::Notification& notification, const std::string& path, const std::string& json) {
    auto& update = *notification.add_update();
    const model::Path parsed = *model::parse_path(path);
    for (const auto& element : parsed.elements) update.mutable_path()->add_elem()->set_name(element.name);
    update.mutable_val()->set_json_ietf_val(json);
  }
  void answer_connection() {
    peers_.back()->connect();
    say(h2::settings());
  }
  void say(const std::string& frames) {
    const auto peer = peers_.back();
    peer->say(frames);
    loop_.post([this] { loop_.stop(); });
    fakes::run(loop_);
  }
  void answer_get(const std::string& json) {
    answer_connection();
    ::gnmi::GetResponse response;
    add(*response.add_notification(), kMlag, json);
    say(h2::headers(1, h2::accepted()) + h2::data(1, h2::message(response.SerializeAsString())) + h2::trailers(1, "0"));
  }
  void refuse_get(int code, const std::string& why) {
    answer_connection();
    say(h2::headers(1, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", std::to_string(code)},
                        {"grpc-message", why}}, true));
  }
  std::string reason() const { return device_->status()->paths->front().reason; }
  std::vector<model::Difference> differences() const { return device_->monitor().differences(); }

  net::Loop loop_;
  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  model::PathTable paths_{schema::classify};
  std::vector<std::shared_ptr<fakes::Peer>> peers_;
  std::unique_ptr<Device> device_;
};

TEST_F(DeviceTest, ReadsWhenTheStreamIsLive) {
  ASSERT_THAT(peers_, SizeIs(2));
  EXPECT_TRUE(device_->status()->is_read_pending);
  EXPECT_EQ(device_->status()->verdict_reason, kMlag + " is not read yet");
  EXPECT_EQ(reason(), "read by Get; not read yet");

  answer_get(R"({"arista-exp-eos-mlag:config": {"domain-id": "typo"}})");

  ASSERT_THAT(differences(), SizeIs(1));
  EXPECT_EQ(differences()[0].path_text, kDomain);
  EXPECT_FALSE(device_->status()->is_read_pending);
  EXPECT_EQ(reason(), "read by Get");
}

TEST_F(DeviceTest, SaysWhyAPathCannotBeReadAndCallsNothingMissing) {
  refuse_get(13, "agent is restarting");

  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_FALSE(device_->status()->is_read_pending);
  EXPECT_EQ(device_->status()->verdict, model::Verdict::Degraded);
  EXPECT_EQ(reason(), "read by Get; cannot be read: INTERNAL: agent is restarting");
  EXPECT_THAT(device_->status()->quarantined, IsEmpty());
}

TEST_F(DeviceTest, ListsARefusedPathInQuarantine) {
  refuse_get(5, "not here");

  const auto status = device_->status();
  ASSERT_THAT(status->quarantined, SizeIs(1));
  EXPECT_EQ(status->quarantined[0].path, kMlag);
  EXPECT_EQ(status->quarantined[0].code_name, "NOT_FOUND");
  EXPECT_EQ(metrics_.value(metrics::Metric::QuarantinedPaths, "leaf1"), 1);
  EXPECT_THAT(differences(), IsEmpty());

  device_->retry_now();
  answer_get(R"({"config": {"domain-id": "leafs"}})");

  EXPECT_THAT(device_->status()->quarantined, IsEmpty());
  EXPECT_EQ(device_->status()->verdict, model::Verdict::InSync);
}

TEST_F(DeviceTest, AsksTheStreamForASignOfLifeBeforeItReads) {
  const auto frames = h2::frames_of_type(peers_[0]->take(), h2::kSettings);

  EXPECT_TRUE(std::any_of(frames.begin(), frames.end(), [](const h2::Frame& frame) {
    return frame.payload.empty() && (frame.flags & h2::kAck) == 0;
  }));
}

TEST_F(DeviceTest, StopsReadingWhenTheStreamIsLost) {
  peers_[0]->hang_up("reset");
  say("");

  EXPECT_TRUE(peers_[1]->is_closed);
  EXPECT_EQ(device_->status()->freshness, model::Freshness::Stale);
}

}  // namespace
}  // namespace dm::fleet
