// Settings + inventory -> what is monitored and how. Pure.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/types.h"
#include "fleet/device.h"
#include "model/expectation.h"
#include "schema/profile.h"

namespace dm::app {

using ProfilesByName = std::map<std::string, std::shared_ptr<const schema::Profile>>;

struct DeviceSpecs {
  std::vector<fleet::DeviceSpec> specs;  // sorted by name
  std::map<std::string, std::string> problems;  // devices left out, and why
  std::set<std::string> notes;           // configured paths that were translated, each once for all devices
};

// `profiles` holds every profile named in the settings. Configuration adds to and overrides what
// `inventory` (found by NetBox) lists.
DeviceSpecs make_device_specs(const config::Settings& settings,
                              const ProfilesByName& profiles,
                              const std::vector<model::InventoryDevice>& inventory);

// Loads the profiles the settings name; one that says what it said before is the same object. Errors as "file:line:column: message".
struct Profiles {
  ProfilesByName by_name;
  std::vector<std::string> errors;
};
Profiles load_profiles(const config::Settings& settings, const ProfilesByName& before = {});

// "host", "host:port", "[v6]", "[v6]:port", bare IPv6. Error InvalidArgument names the text.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};
core::Result<HostPort> parse_address(const std::string& address, std::uint16_t default_port);

}  // namespace dm::app
