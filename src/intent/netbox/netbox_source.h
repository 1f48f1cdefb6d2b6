// NetBox as a source of intent: reads the lists that the mapping needs, then maps them.
//
// Every load reads everything: devices first, then the interfaces of those devices, then the tables
// that belong to no device. (The change log as a cursor would go in front of that.) Lives on the
// intent thread, but abort().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/types.h"
#include "core/limits.h"
#include "intent/netbox/client.h"
#include "intent/netbox/device_filter.h"
#include "intent/netbox/device_view.h"
#include "intent/source.h"

namespace dm::intent::netbox {

// Which devices are read.
struct Scope {
  bool is_inventory = false;       // devices come from NetBox: those that `filter` finds
  std::string filter;              // query string; empty: all devices
  std::vector<std::string> names;  // else: the devices of the configuration
};

class NetBoxSource final : public Source {
 public:
  NetBoxSource(const config::NetBox& settings, Scope scope, std::uint16_t gnmi_port,
               const core::Limits& limits);

  std::string name() const override { return "netbox"; }
  // Errors: those of Client and DeviceFilter, with "netbox: <host>: " in front. A NetBox without
  // netbox-bgp is no error.
  core::Result<Loaded> load() override;
  void abort() override { client_.abort(); }
  std::string scope() const override;

 private:
  core::Result<Tables> read_tables(std::vector<std::string>& warnings);
  core::Status read_devices(Tables& tables, std::vector<std::string>& warnings);
  core::Status read_rendered(Tables& tables);
  core::Status read_interfaces(Tables& tables);
  core::Status read_shared(Tables& tables);
  core::Status read_sessions(Tables& tables, const ServerStatus& status,
                             std::vector<std::string>& warnings);

  Scope scope_;
  bool reads_contexts_;
  std::optional<std::uint64_t> template_id_;  // of what is rendered for each device; nullopt: nothing is
  MappingOptions mapping_;
  Client client_;
};

}  // namespace dm::intent::netbox
