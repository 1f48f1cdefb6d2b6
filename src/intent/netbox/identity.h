// Who a device is in BGP: its AS and its router id, and who says so (row 33). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "intent/netbox/device_view.h"

namespace dm::intent::netbox {

struct LocalAs {
  std::uint64_t number = 0;
  model::Provenance from;
};

struct RouterId {
  std::string ip;
  model::Provenance from;
};

// "65001", or asdot "1.10"; nullopt: no AS number.
std::optional<std::uint64_t> parse_as(const std::string& text);

// From the first of the configured places (`asn_sources`) that says anything; nullopt: nobody does, or what is
// said is no AS number.
std::optional<LocalAs> local_as(const DeviceView& view);

// The site that is to say the device's AS and has several, so that nobody knows which; null: none is.
const SiteRow* site_of_several_as(const DeviceView& view);

// From the custom field, else the one active IPv4 address of the router id's interface.
std::optional<RouterId> router_id(const DeviceView& view);

// A route distinguisher or another text by template: `{router_id}`, `{asn}` and what else `values` holds, as
// "{router_id}:1". nullopt: the template is empty, or something it asks for is not known.
std::optional<std::string> fill(const std::string& text, const DeviceView& view,
                                const std::map<std::string, std::string>& values);

}  // namespace dm::intent::netbox
