// What is not compared on a device because NetBox says nothing of it, and why. Pure.
//
// An extra entry of a list that nobody fills says nothing about a switch, so such a list never counts as
// complete, whatever its policy.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "intent/netbox/device_view.h"
#include "intent/netbox/intent_builder.h"

namespace dm::intent::netbox {

// Schema text of a list -> why.
using Silent = std::map<std::string_view, std::string>;

// The lists of which all of NetBox has no data.
Silent silent_everywhere(const Tables& tables, const MappingOptions& options);

// Those, and what is silent on this device.
void add_not_compared(const DeviceView& view, const Silent& everywhere, IntentBuilder& out);

}  // namespace dm::intent::netbox
