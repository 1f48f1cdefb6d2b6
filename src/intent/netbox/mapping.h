// What NetBox says, as intent: tables in, expectations per device, inventory and findings out.
// Pure.
//
// Nothing is guessed: what NetBox does not say, or says twice and differently, is not compared, and
// is told as a finding where it looks like a mistake. The rows are listed in docs/setup/netbox.md.
#pragma once

#include "intent/netbox/device_view.h"
#include "intent/source.h"

namespace dm::intent::netbox {

Loaded map_tables(const Tables& tables, const MappingOptions& options);

}  // namespace dm::intent::netbox
