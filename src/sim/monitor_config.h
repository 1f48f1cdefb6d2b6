// A ready configuration of drift-monitor for a running fabric.
#pragma once

#include <string>

#include "sim/fabric.h"

namespace dm::sim {

struct MonitorConfig {
  std::string store_path;               // of the SQLite file
  std::string api_listen = "127.0.0.1:8080";
  std::string ca_file;                  // where the fabric's certificate was written; needed with TLS
  std::string hold = "500ms", group_window = "200ms";
};

// YAML as drift-monitor reads it: devices with their simulated addresses, NetBox, Kestra.
std::string monitor_config(const Fabric& fabric, const MonitorConfig& wanted);

// {"control", "netbox": {"url", "token"}, "kestra": {"url"}, "devices": {name: address}, "username", …}.
std::string ready_json(const Fabric& fabric);

}  // namespace dm::sim
