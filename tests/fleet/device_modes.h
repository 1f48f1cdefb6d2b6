// A device of two paths over scripted byte streams; on the second one tests try what it does not take.
#pragma once

#include <gnmi.pb.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/byte_stream.h"
#include "fakes/byte_stream_http2.h"
#include "fakes/patience.h"
#include "fleet/device.h"
#include "schema/profile.h"

namespace dm::fleet {

namespace h2 = fakes::http2;

inline const std::string kHostname = "/system/config/hostname";
inline const std::string kDomain = "/system/config/domain-name";

// The first connection carries the stream, every other one a reading.
class DeviceModes : public testing::Test {
 protected:
  explicit DeviceModes(schema::PathMode mode_of_second = schema::PathMode::OnChange, core::Duration wait = std::chrono::hours(1)) {
    DeviceSpec spec;
    spec.name = spec.session.device = spec.monitor.device = "leaf1";
    spec.monitor.profile = schema::load_profile("arista-eos").profile;
    const auto first = *model::parse_path(kHostname), second = *model::parse_path(kDomain);
    spec.monitor.areas = std::make_shared<const Areas>(Areas{{"system", {first, second}}});
    spec.monitor.lifecycle = {.hold = core::Duration(0), .group_window = core::Duration(0)};
    spec.paths = std::make_shared<const std::vector<PathStatus>>(
        std::vector<PathStatus>{{kHostname, "on_change", ""}, {kDomain, "on_change", ""}});
    spec.session.subscription = gnmi::make_subscription(
        *spec.monitor.profile, {{first, schema::PathMode::OnChange, "system"}, {second, mode_of_second, "system"}});
    spec.session.backoff = {.first = wait, .most = wait};
    spec.session.get_interval = std::chrono::hours(1);
    spec.session.make_stream = [this] {
      peers_.push_back(std::make_shared<fakes::Peer>());
      return std::make_unique<fakes::ScriptedStream>(peers_.back());
    };
    drift::Lifecycle lifecycle(spec.name, spec.monitor.lifecycle, {});
    device_ = std::make_unique<Device>(DeviceContext{loop_, clock_, log_, metrics_, paths_, {}, [] {}}, std::move(spec),
                                       Device::Past{std::move(lifecycle), nullptr});
    auto intent = std::make_shared<model::DeviceIntent>();
    for (const std::string& path : {kHostname, kDomain}) {
      intent->leaves.push_back({*model::parse_path(path), model::Rule::Equal, {"right"}, {"file", "f", ""}});
    }
    device_->set_intent(intent, "");
    device_->start();
    answer_connection();
  }

  void answer_connection() {
    peers_.back()->connect();
    say(h2::settings());
  }
  void say(const std::string& frames) { say(peers_.size() - 1, frames); }
  void say(std::size_t connection, const std::string& frames) {
    const auto peer = peers_.at(connection);
    peer->say(frames);
    loop_.post([this] { loop_.stop(); });
    fakes::run(loop_);
  }
  void refuse(std::uint32_t call, int code, const std::string& why) {
    say(h2::headers(call, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", std::to_string(code)},
                           {"grpc-message", why}}, true));
  }
  // A leaf, if any, and the sync.
  void answer(std::uint32_t call, const std::string& path = "", const std::string& value = "") {
    std::string messages;
    ::gnmi::SubscribeResponse leaf, sync;
    if (!path.empty()) {
      auto& update = *leaf.mutable_update()->add_update();
      const model::Path parsed = *model::parse_path(path);
      for (const auto& element : parsed.elements) update.mutable_path()->add_elem()->set_name(element.name);
      update.mutable_val()->set_string_val(value);
      messages = h2::message(leaf.SerializeAsString());
    }
    sync.set_sync_response(true);
    say(h2::headers(call, h2::accepted()) + h2::data(call, messages + h2::message(sync.SerializeAsString())));
  }
  // As far as the stream goes live without the second path.
  void refuse_on_stream() {
    refuse(1, 3, "ON_CHANGE Streaming mode invalid for " + kDomain);
    answer(3);  // the first path alone
    refuse(5, 3, "ON_CHANGE Streaming mode invalid for " + kDomain);
    refuse(7, 3, "not as SAMPLE either");
    answer(9, kHostname, "right");
  }
  PathStatus shown() const { return device_->status()->paths->at(1); }

  net::Loop loop_;
  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  model::PathTable paths_{schema::classify};
  std::vector<std::shared_ptr<fakes::Peer>> peers_;
  std::unique_ptr<Device> device_;
};

}  // namespace dm::fleet
