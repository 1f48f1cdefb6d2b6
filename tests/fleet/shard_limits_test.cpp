// A device beyond its limits among others on the same loop, over real streams.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "fleet/shard.h"
#include "fleet/switch.h"
#include "schema/profile.h"

namespace dm::fleet {
namespace {

using namespace std::chrono_literals;
using model::Verdict;
using tests_support::Switch;

std::string description(const std::string& interface) { return "/interfaces/interface[name=" + interface + "]/config/description"; }

class ShardLimits : public testing::Test {
 protected:
  ShardLimits() {
    leaf2_.set(description("Ethernet1"), "typo");
    for (int i = 0; i < 100; ++i) leaf1_.set(description(fmt::format("Invented{}", i)), "x");
    leaf1_.set(description("Ethernet1"), "host1");
  }

  void start(const core::Limits& limits) {
    shard_ = std::make_unique<Shard>(
        Shard::Options{.clock = clock_, .log = log_, .metrics = metrics_, .limits = limits, .commit = nullptr});
    shard_->set_on_view([this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    auto snapshot = std::make_shared<model::IntentSnapshot>();
    snapshot->is_usable = true;
    for (const std::string name : {"leaf1", "leaf2"}) {
      auto intent = std::make_shared<model::DeviceIntent>();
      intent->device = name;
      intent->leaves.push_back({*model::parse_path(description("Ethernet1")), model::Rule::Equal, {"host1"}, {"file", "f", ""}});
      snapshot->devices[name] = intent;
    }
    shard_->set_intent(snapshot);
    limits_ = limits;
  }

  DeviceSpec spec(const std::string& name, const Switch& device, const std::string& session_key = "") const {
    DeviceSpec spec;
    spec.name = spec.monitor.device = spec.session.device = name;
    spec.session_key = session_key;
    spec.monitor.profile = schema::load_profile("arista-eos").profile;
    spec.monitor.lifecycle = {.hold = 0s, .group_window = 0s};
    const model::Path subscribed = *model::parse_path("/interfaces/interface/config");
    spec.monitor.areas = std::make_shared<const Areas>(Areas{{"interfaces", {subscribed}}});
    spec.session.transport.host = "127.0.0.1";
    spec.session.transport.port = device.port();
    spec.session.transport.limits = limits_;
    spec.session.subscription =
        gnmi::make_subscription(*spec.monitor.profile, {{subscribed, schema::PathMode::OnChange, "interfaces"}});
    spec.session.backoff = {.first = 1ms, .most = 10ms};
    return spec;
  }

  DeviceStatus wait_for(const std::string& name, const std::function<bool(const DeviceStatus&)>& is_it) {
    std::unique_lock lock(mutex_);
    std::shared_ptr<const DeviceStatus> found;
    changed_.wait(lock, [&] {
      for (const auto& status : shard_->view()->devices) {
        if (status->name == name && is_it(*status)) found = status;
      }
      return found != nullptr;
    });
    return *found;
  }
  static bool is_degraded(const DeviceStatus& status) { return status.verdict == Verdict::Degraded; }
  static bool has_drift(const DeviceStatus& status) { return status.open_drifts == 1 && status.verdict == Verdict::Drifted; }
  static bool names(const DeviceStatus& status, const std::string& limit) {
    return status.verdict_reason.find("limits." + limit) != std::string::npos;
  }

  core::SystemClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  core::Limits limits_;
  Switch leaf1_, leaf2_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Shard> shard_;
};

TEST_F(ShardLimits, ADeviceThatInventsPathsIsDegradedAndTheOtherTellsItsDrift) {
  start({.paths_per_device = 20});
  shard_->set_devices({spec("leaf1", leaf1_), spec("leaf2", leaf2_)}, {});

  EXPECT_TRUE(names(wait_for("leaf1", is_degraded), "paths_per_device"));
  wait_for("leaf2", has_drift);
  leaf2_.set(description("Ethernet2"), "new to everybody");
  leaf2_.set(description("Ethernet1"), "host1");
  EXPECT_EQ(wait_for("leaf2", [](const auto& status) { return status.verdict == Verdict::InSync; }).leaves, 2U);
  EXPECT_LT(shard_->view()->path_table_size, 50U);
  shard_.reset();  // counts are handed over at the end of a stream
  EXPECT_GT(metrics_.value(metrics::Metric::LimitHits, "paths_per_device"), 0);
}

TEST_F(ShardLimits, WhatADeviceBroughtIsNotForgottenWhenItIsConfiguredAnew) {
  start({.paths_per_device = 20});
  shard_->set_devices({spec("leaf1", leaf1_)}, {});
  wait_for("leaf1", is_degraded);
  const std::size_t before = shard_->view()->path_table_size;

  shard_->set_devices({spec("leaf1", leaf1_, "another password")}, {});
  wait_for("leaf1", [](const auto& status) { return status.streams == 1 && is_degraded(status); });
  leaf1_.set(description("InventedLater"), "x");
  leaf1_.set(description("Ethernet1"), "typo");
  wait_for("leaf1", [](const auto& status) { return status.open_drifts == 1; });

  EXPECT_EQ(shard_->view()->path_table_size, before);
}

TEST_F(ShardLimits, WhoFindsTheTableFullIsDegradedWithTheReason) {
  start({.paths_per_process = 20});
  shard_->set_devices({spec("leaf1", leaf1_)}, {});
  wait_for("leaf1", is_degraded);

  leaf2_.set(description("Ethernet1"), "host1");
  leaf2_.set(description("Ethernet2"), "nobody asked for this");
  shard_->set_devices({spec("leaf1", leaf1_), spec("leaf2", leaf2_)}, {});

  EXPECT_TRUE(names(wait_for("leaf2", is_degraded), "paths_per_process"));
}

}  // namespace
}  // namespace dm::fleet
