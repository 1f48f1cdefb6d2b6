// What scenario files cannot show: cost, and what is shown of single leaves.
#include "fleet/monitor.h"

#include <gtest/gtest.h>

#include "schema/profile.h"

namespace dm::fleet {
namespace {

const std::string kDescription = "/interfaces/interface[name=Ethernet1]/config/description";
const std::string kMtu = "/interfaces/interface[name=Ethernet1]/config/mtu";
const std::string kVlan = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=10]/config/name";
const std::string kPassword =
    "/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=BGP]/bgp/neighbors/"
    "neighbor[neighbor-address=10.0.0.1]/config/auth-password";

class MonitorTest : public testing::Test {
 protected:
  MonitorTest() {
    MonitorSpec spec{.device = "dut", .profile = schema::load_profile("arista-eos").profile};
    Areas areas;
    for (const schema::ProfilePath& path : spec.profile->paths) areas[path.area].push_back(path.path);
    spec.areas = std::make_shared<const Areas>(std::move(areas));
    monitor_ = std::make_unique<Monitor>(Monitor::Context{log_, metrics_, paths_, {}}, spec,
                                         drift::Lifecycle(spec.device, spec.lifecycle, {}));
  }

  void intend(const std::map<std::string, model::Value>& leaves) {
    auto intent = std::make_shared<model::DeviceIntent>();
    for (const auto& [path, value] : leaves) {
      intent->leaves.push_back({*model::parse_path(path), model::Rule::Equal, {value}, {"file", "f", ""}});
    }
    monitor_->set_intent(intent, "", now());
  }
  void say(const std::map<std::string, model::Value>& leaves, bool sync = false) {
    model::UpdateBatch batch;
    for (const auto& [path, value] : leaves) {
      const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
      model::encode(value, batch.bytes);
      batch.sets.push_back({paths_.intern(*model::parse_path(path)), offset, static_cast<std::uint32_t>(batch.bytes.size()) - offset});
    }
    batch.sync = sync;
    if (sync) monitor_->stream_begins(now());
    monitor_->apply(batch, now());
  }
  drift::Now now() const { return {clock_.steady_now(), clock_.wall_now()}; }

  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  model::PathTable paths_{schema::classify};
  std::unique_ptr<Monitor> monitor_;
};

TEST_F(MonitorTest, WhileAnAreaIsDegradedOnlyWhatChangedIsJudged) {
  intend({{kDescription, "host1"}, {kVlan, "servers"}});
  say({{kDescription, "host1"}}, true);
  DeviceStatus status;
  monitor_->describe(status);
  ASSERT_EQ(status.verdict, model::Verdict::Degraded);
  const auto before = monitor_->revision();

  say({{kMtu, 9000}});

  EXPECT_EQ(monitor_->revision(), before) << "a leaf nobody intends was taken for news";
}

// A device that dies must not vanish from the metrics: an alert needs a zero.
TEST_F(MonitorTest, ALostDeviceIsAGaugeAtZero) {
  say({{kDescription, "host1"}}, true);
  ASSERT_EQ(metrics_.value(metrics::Metric::DeviceState, "dut"), 1);

  monitor_->stream_lost("connection reset by peer", now());

  EXPECT_NE(metrics_.text().find("drift_monitor_device_live{device=\"dut\"} 0\n"), std::string::npos) << metrics_.text();
}

TEST_F(MonitorTest, ShowsNothingOfASecretButThatItIsThere) {
  intend({{kPassword, "s3cret"}});
  say({{kPassword, "other"}}, true);

  const auto leaves = monitor_->leaves();

  ASSERT_EQ(leaves.size(), 1U);
  EXPECT_TRUE(leaves[0].is_secret);
  EXPECT_TRUE(leaves[0].value.is_absent());
  EXPECT_TRUE(leaves[0].desired.is_absent());
  EXPECT_EQ(leaves[0].verdict, "unmanaged");
}

}  // namespace
}  // namespace dm::fleet
