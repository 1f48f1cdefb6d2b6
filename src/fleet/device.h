// One monitored device: its session, its monitor, and the timer and ledger that make drifts told.
//
// Performs what the monitor decides; decides nothing itself. Lives on the shard's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fleet/monitor.h"
#include "fleet/recorder.h"
#include "fleet/status.h"
#include "gnmi/form_probe.h"
#include "gnmi/getter.h"
#include "gnmi/session.h"

namespace dm::fleet {

// Everything configured about one device.
struct DeviceSpec {
  std::string name;
  std::map<std::string, std::string> labels;
  std::string source;  // "netbox" | "config"
  MonitorSpec monitor;
  gnmi::SessionSettings session;
  std::string session_key;  // of all that a connection depends on, the paths left out
  // For people: all paths with mode, the unsubscribed with a reason. The same for many devices.
  std::shared_ptr<const std::vector<PathStatus>> paths = std::make_shared<const std::vector<PathStatus>>();
  std::string link;               // page of the device in the UI
  std::size_t event_bytes = 256U << 10U;
};

// What a device shares with all others of its shard. Borrowed; outlives the device.
struct DeviceContext {
  net::Loop& loop;
  const core::Clock& clock;
  core::Logger& log;
  metrics::Registry& metrics;
  model::PathTable& paths;
  core::Limits limits;
  std::function<void()> on_status_changed;
};

class Device {
 public:
  // What was known and decided about the device before, and goes on under other settings.
  struct Past {
    drift::Lifecycle lifecycle;
    std::unique_ptr<Recorder> recorder;  // null: nothing is recorded (one-shot checks)
  };
  Device(DeviceContext context, DeviceSpec spec, Past past);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void start() { session_.start(); }
  void retry_now();
  void set_intent(std::shared_ptr<const model::DeviceIntent> intent, std::string unknown_reason);
  // New rules on the same connection.
  void set_rules(DeviceSpec spec);
  // For the successor of this device, which must be destroyed next.
  Past hand_over();

  const std::string& name() const { return spec_.name; }
  // False: `spec` needs another connection.
  bool can_keep_connection(const DeviceSpec& spec) const;
  std::shared_ptr<const DeviceStatus> status() const;
  const Monitor& monitor() const { return monitor_; }
  Explanation explain(const model::Path& path) const;

 private:
  drift::Now now() const { return {context_.clock.steady_now(), context_.clock.wall_now()}; }
  gnmi::SessionHandlers session_handlers();
  gnmi::GetterHandlers getter_handlers();
  std::vector<gnmi::QuarantinedPath> quarantined() const;
  void note_certificate();
  void note_software(bool is_changed);
  void tell_modes();
  std::shared_ptr<const std::vector<PathStatus>> paths_in_force() const;
  void read(std::vector<std::size_t> sources);
  void look_for_forms();
  void use_forms(const std::map<std::size_t, std::size_t>& found);
  void after_change();
  void schedule();
  void tell();
  model::LedgerBatch to_batch(drift::Output output);
  void say(const drift::Output& output);

  std::string address() const;

  DeviceContext context_;
  DeviceSpec spec_;  // but for what the monitor and the session hold
  Monitor monitor_;
  std::unique_ptr<Recorder> recorder_;
  net::Timer deadline_;
  gnmi::Session session_;
  std::unique_ptr<gnmi::Getter> getter_;      // null while nothing was ever to be read
  std::unique_ptr<gnmi::FormProbe> probe_;    // null while nothing was ever silent
  std::vector<std::string> searched_areas_;   // whose silent paths the probe knows
  std::map<std::size_t, std::size_t> forms_;  // found for paths (indexes into Subscription::paths)
  std::optional<core::WallTime> certificate_end_;  // of the device's, as last shown to us
};

}  // namespace dm::fleet
