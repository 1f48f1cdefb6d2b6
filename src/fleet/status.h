// What is published about a device: plain values, immutable, safe on any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "fleet/ignore_count.h"
#include "model/difference.h"
#include "model/value.h"

namespace dm::fleet {

struct PathStatus {
  std::string path;
  std::string mode;    // in force: on_change | sample | get | once | off
  std::string reason;  // why it is not asked as configured or cannot be read, or what it was translated from; empty if nothing to say
};

struct QuarantineStatus {
  std::string path;
  int code = 0;
  std::string code_name;
  std::string message;
  core::WallTime since{};
};

// What the device says it runs.
struct SoftwareStatus {
  std::string gnmi_version;
  std::size_t models = 0;
  std::string fingerprint;  // of version, encodings and models
};

struct DeviceStatus {
  std::string name, address, profile, source;
  std::map<std::string, std::string> labels;
  model::Verdict verdict = model::Verdict::Unknown;
  std::string verdict_reason;
  model::Freshness freshness = model::Freshness::Never;
  core::WallTime freshness_since{};
  std::string freshness_reason;
  std::shared_ptr<const std::vector<PathStatus>> paths = std::make_shared<const std::vector<PathStatus>>();
  std::vector<QuarantineStatus> quarantined;
  bool is_read_pending = false;  // a path of mode get was not asked for yet on this stream
  std::vector<std::string> degraded_areas;
  std::size_t open_drifts = 0;
  std::size_t suspected = 0;
  std::map<std::size_t, IgnoreCount> ignored;  // by rule of compare.ignore
  std::size_t leaves = 0;
  std::size_t expectations = 0;
  std::size_t expectations_waiting = 0;  // outside what is subscribed: never judged
  std::uint64_t messages = 0, streams = 0, undecodable = 0, bad_messages = 0, refused_leaves = 0;
  std::string last_error;
  std::string tls = "plaintext";  // plaintext | verify | insecure-skip-verify
  std::optional<SoftwareStatus> software;  // only asked of a device that does not take everything as configured
  std::optional<core::WallTime> certificate_end;  // of the device's certificate, as it was last shown to us
};

struct LeafStatus {
  std::string path;
  model::Value value;
  std::int64_t timestamp_ns = 0;
  bool is_secret = false;          // neither value is shown, and they are never compared
  bool has_expectation = false;
  model::Value desired;
  std::string rule;                // equal | absent | one_of | set
  std::string verdict;             // in_sync | missing | unexpected | different | unmanaged | unknown
};

// All devices of the service, sorted by name.
struct FleetView {
  std::vector<std::shared_ptr<const DeviceStatus>> devices;
  std::size_t path_table_size = 0;
};

}  // namespace dm::fleet
