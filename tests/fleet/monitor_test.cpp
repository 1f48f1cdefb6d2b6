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
  void rule(compare::Ignore ignore) {
    MonitorSpec spec = monitor_->spec();
    spec.rules.ignore.push_back(std::move(ignore));
    monitor_->set_rules(spec, now());
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

TEST_F(MonitorTest, CountsWhatEachRuleHides) {
  intend({{kDescription, "host1"}, {kMtu, 9000}});
  rule({.rule = 3, .pattern = *model::parse_path("/interfaces/interface/config/description")});
  say({{kDescription, "typo"}, {kMtu, 9000}}, true);
  const auto counts = [&] {
    DeviceStatus status;
    monitor_->describe(status);
    return status.ignored;
  };
  EXPECT_EQ(counts(), (std::map<std::size_t, IgnoreCount>{{3, {.now = 1, .hits = 1}}}));
  ASSERT_EQ(monitor_->ignored().size(), 1U);
  EXPECT_EQ(monitor_->ignored()[0].difference.path_text, kDescription);
  EXPECT_TRUE(monitor_->differences().empty());

  say({{kDescription, "another typo"}});
  EXPECT_EQ(counts().at(3), (IgnoreCount{.now = 1, .hits = 1})) << "the same difference with another value";
  say({{kDescription, "host1"}});
  EXPECT_EQ(counts().at(3), (IgnoreCount{.now = 0, .hits = 1}));
  say({{kDescription, "typo"}});
  EXPECT_EQ(counts().at(3), (IgnoreCount{.now = 1, .hits = 2}));
  say({{kDescription, "typo"}, {kMtu, 9000}}, true);
  EXPECT_EQ(counts().at(3), (IgnoreCount{.now = 1, .hits = 2})) << "a new dump that says the same";
  EXPECT_EQ(metrics_.value(metrics::Metric::IgnoreHits, "ignore[3]"), 2);
}

TEST_F(MonitorTest, ExplainsAWrongLeaf) {
  intend({{kDescription, "host1"}});
  say({{kDescription, "typo"}}, true);

  const Explanation told = monitor_->explain(*model::parse_path("/oc-if:interfaces/interface[name=Ethernet1]/config/description"), now().wall);

  EXPECT_EQ(told.path, kDescription);
  EXPECT_EQ(told.kind, "text");
  EXPECT_TRUE(told.is_config);
  EXPECT_EQ(told.watched_by, "/interfaces/interface/config");
  EXPECT_EQ(told.current, model::Value("typo"));
  ASSERT_TRUE(told.expectation);
  EXPECT_EQ(told.expectation->from.object, "f");
  EXPECT_EQ(told.verdict, "different");
  EXPECT_TRUE(told.is_held);
}

TEST_F(MonitorTest, ExplainsWhyNothingIsSaidOfALeaf) {
  intend({{kDescription, "host1"}, {kPassword, "s3cret"}});
  rule({.rule = 1, .pattern = *model::parse_path("/interfaces/interface/config/description")});
  const auto verdict = [&](const std::string& path) {
    const Explanation told = monitor_->explain(*model::parse_path(path), now().wall);
    return told.verdict + (told.verdict_reason.empty() ? "" : ": " + told.verdict_reason);
  };
  EXPECT_EQ(verdict(kDescription), "unknown: the device is not live: not connected yet");

  say({{kDescription, "typo"}, {kPassword, "other"}, {kMtu, 1500}, {"/interfaces/interface[name=Ethernet1]/state/mtu", 1500}}, true);

  EXPECT_EQ(verdict(kDescription), "ignored");
  EXPECT_EQ(monitor_->explain(*model::parse_path(kDescription), now().wall).reasoning->ignored_by, 1U);
  EXPECT_EQ(verdict(kMtu), "unmanaged: nothing is intended for it");
  EXPECT_EQ(verdict(kPassword), "unmanaged: a secret is never compared");
  EXPECT_TRUE(monitor_->explain(*model::parse_path(kPassword), now().wall).current.is_absent());
  EXPECT_EQ(verdict("/interfaces/interface[name=Ethernet1]/state/mtu"), "unmanaged: it is no configuration");
  EXPECT_EQ(verdict("/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=1]/config/name"), "unmanaged: the profile says never");
}

TEST_F(MonitorTest, ExplainsThatTheEntrySpeaksForItsLeaves) {
  auto intent = std::make_shared<model::DeviceIntent>();
  const auto vlan = *model::parse_path("/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=10]");
  intent->entries.push_back({vlan, {"file", "f", ""}});
  intent->leaves.push_back({*model::parse_path(kVlan), model::Rule::Equal, {model::Value("servers")}, {"file", "f", ""}});
  monitor_->set_intent(intent, "", now());
  say({{"/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=20]/config/name", "other"}}, true);

  const Explanation entry = monitor_->explain(vlan, now().wall), leaf = monitor_->explain(*model::parse_path(kVlan), now().wall);

  EXPECT_EQ(entry.verdict, "missing");
  EXPECT_EQ(entry.kind, "entry");
  EXPECT_EQ(entry.entry_intended_by->object, "f");
  EXPECT_EQ(leaf.verdict, "unmanaged");
  EXPECT_EQ(leaf.verdict_reason, model::to_text(vlan) + " is missing as a whole and speaks for what is in it");
}

}  // namespace
}  // namespace dm::fleet
