// Mistakes in the data that concern no single device (facts: data-quality checks). Pure.
#pragma once

#include <vector>

#include "intent/netbox/device_view.h"
#include "intent/netbox/tables.h"
#include "model/finding.h"

namespace dm::intent::netbox {

std::vector<model::Finding> find_mistakes(const Tables& tables, const MappingOptions& options);

}  // namespace dm::intent::netbox
