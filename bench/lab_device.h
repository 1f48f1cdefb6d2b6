// One monitored device of the lab without a network: the real session, tree, judge and lifecycle over a
// byte stream whose other end is the bench.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fakes/byte_stream.h"
#include "fakes/byte_stream_http2.h"
#include "fleet/device.h"
#include "lab_messages.h"

namespace dm::bench {

// What the devices of one shard share.
struct LabShard {
  net::Loop loop;
  core::SystemClock clock;
  core::Logger log{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics;
  std::shared_ptr<const schema::Profile> profile = schema::load_profile("arista-eos").profile;
  model::PathTable paths{schema::classify};
  std::shared_ptr<gnmi::PathMemo> memo = std::make_shared<gnmi::PathMemo>();
  std::shared_ptr<const model::DeviceIntent> intent = lab_intent();
  std::shared_ptr<const gnmi::Subscription> subscription;
  std::shared_ptr<const fleet::Areas> areas;

  LabShard() {
    std::vector<schema::ProfilePath> on_change;
    fleet::Areas patterns;
    for (const schema::ProfilePath& path : profile->paths) {
      if (path.mode != schema::PathMode::OnChange) continue;
      patterns[path.area].push_back(path.path);
      on_change.push_back(path);
    }
    subscription = gnmi::make_subscription(*profile, std::move(on_change));
    areas = std::make_shared<const fleet::Areas>(std::move(patterns));
  }

  fleet::DeviceSpec spec(const std::string& name) const {
    fleet::DeviceSpec spec;
    spec.name = name;
    spec.monitor = {.device = name, .profile = profile, .areas = areas, .rules = {}, .lifecycle = {}};
    spec.session.subscription = subscription;
    spec.session.device = name;
    spec.session.memo = memo;
    spec.session.transport.host = "127.0.0.1";
    return spec;
  }
  // Nothing is recorded.
  static fleet::Device::Past newcomer(const std::string& name) { return {drift::Lifecycle(name, {}, {}), nullptr}; }
  fleet::DeviceContext context() {
    return {.loop = loop, .clock = clock, .log = log, .metrics = metrics, .paths = paths, .limits = {},
            .on_status_changed = [] {}};
  }
};

// A device that has said its first dump and is live, without a drift.
class ScriptedDevice {
 public:
  ScriptedDevice(LabShard& shard, const std::vector<LabLeaf>& tree) : peer_(std::make_shared<fakes::Peer>()) {
    fleet::DeviceSpec spec = shard.spec("leaf1");
    spec.session.make_stream = [this] { return std::make_unique<fakes::ScriptedStream>(peer_); };
    device_ = std::make_unique<fleet::Device>(shard.context(), std::move(spec), LabShard::newcomer("leaf1"));
    device_->set_intent(shard.intent, "");
    device_->start();
    namespace h2 = fakes::http2;
    peer_->connect();
    say(h2::settings() + h2::headers(1, h2::accepted()) + data_frames(tree, 1) + h2::data(1, h2::message(sync_message())));
    CHECK(device_->monitor().freshness() == model::Freshness::Live, "the dump was taken");
  }

  // In place, as a socket's read buffer is handed over.
  void say(std::string_view bytes) {
    peer_->handlers->on_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    peer_->written.clear();
  }
  const fleet::Device& device() const { return *device_; }

 private:
  std::shared_ptr<fakes::Peer> peer_;
  std::unique_ptr<fleet::Device> device_;
};

}  // namespace dm::bench
