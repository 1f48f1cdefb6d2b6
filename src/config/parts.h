// The parts of the configuration, one function per top-level key. Each reads its section, collects
// mistakes and shown values in the section's Context, and returns what could be read.
#pragma once

#include "config/section.h"
#include "config/types.h"

namespace dm::config {

// `defaults`: types.h for the file's own gnmi, the file's gnmi for a device. The environment stands in
// only for the former.
Gnmi read_gnmi(Section section, Gnmi defaults, bool is_device);

Inventory read_inventory(Section section, const Gnmi& gnmi);
Intent read_intent(Section section);
Compare read_compare(Section section);
DriftRules read_drift(Section section);
Kestra read_delivery(Section section);
Store read_store(Section section);
Api read_api(Section section);
Log read_log(Section section);
core::Limits read_limits(Section section);

// The devices NetBox lists when no file says which.
inline constexpr std::string_view kDefaultFilter = "status=active&status=staged";

}  // namespace dm::config
