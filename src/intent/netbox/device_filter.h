// The operator's filter of NetBox devices (inventory.netbox.filter), and the check that NetBox
// obeyed it.
//
// NetBox ignores query parameters that it does not know and answers with the whole table. So every
// device that comes back is held against the parameters whose meaning we know. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "intent/netbox/tables.h"

namespace dm::intent::netbox {

class DeviceFilter {
 public:
  // `query`: "role=leaf&role=spine", with or without a leading `?`.
  // Error InvalidArgument: not name=value pairs, or a parameter that we need for ourselves.
  static core::Result<DeviceFilter> parse(std::string_view query);
  static DeviceFilter of_names(const std::vector<std::string>& names);

  // Encoded, ready for a URL.
  const std::string& parameters() const { return parameters_; }

  // Error InvalidArgument: this device cannot be an answer to the filter.
  core::Status check(const DeviceRow& device) const;

  bool asks_for_ids() const { return checked_.contains("id"); }

  // Parameters that check() cannot judge. The only sign of their being ignored is that the same
  // filter without them, checked_parameters(), has just as many devices.
  const std::vector<std::string>& unchecked() const { return unchecked_; }
  const std::string& checked_parameters() const { return checked_parameters_; }

 private:
  void add(std::string name, std::string value);

  std::string parameters_;
  std::string checked_parameters_;
  std::map<std::string, std::vector<std::string>> checked_;  // values of one name are alternatives
  std::vector<std::string> unchecked_;
};

}  // namespace dm::intent::netbox
