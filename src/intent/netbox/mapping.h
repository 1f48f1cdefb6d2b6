// What NetBox says, as intent: tables in, expectations per device, inventory and findings out.
// Pure.
//
// Nothing is guessed: what NetBox does not say, or says twice and differently, is not compared, and
// is told as a finding where it looks like a mistake. The rows are listed in docs/setup/netbox.md.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "intent/netbox/device_view.h"
#include "intent/netbox/fan_out.h"
#include "intent/netbox/not_compared.h"
#include "intent/source.h"

namespace dm::intent::netbox {

// What differs between two states of the tables.
struct Touched {
  bool is_everything = false;
  DeviceIds devices;          // their own rows (device, interfaces, addresses, sessions) changed
  std::set<ObjectId> objects;  // looked at by whoever looked
};

// Maps all devices, then only those that a change concerns. Lives on the intent thread; what it handed out
// stays as it is.
class Mapping {
 public:
  explicit Mapping(MappingOptions options) : options_(std::move(options)) {}

  // A device that nothing touched keeps its DeviceIntent object.
  Loaded map(const Tables& tables, const Touched& touched);

 private:
  struct MappedDevice {
    std::shared_ptr<const model::DeviceIntent> intent;
    std::vector<model::Finding> findings;
  };
  DeviceIds stale_devices(const Touched& touched) const;
  const MappedDevice& map_device(const TableIndex& index, const DeviceRow& device, bool is_stale);

  void share_texts(model::DeviceIntent& intent);

  MappingOptions options_;
  model::TextPool texts_;  // of paths and provenances: most of them repeat on every device
  FanOut fan_out_;
  std::map<std::uint64_t, MappedDevice> devices_;
  std::optional<Silent> silent_;  // lists without any data in all of NetBox
};

Loaded map_tables(const Tables& tables, const MappingOptions& options);

}  // namespace dm::intent::netbox
