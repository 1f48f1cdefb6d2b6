// Mistakes in the data that concern no single device (facts: data-quality checks). Pure.
#pragma once

#include <string>
#include <vector>

#include "intent/netbox/tables.h"

namespace dm::intent::netbox {

std::vector<std::string> find_mistakes(const Tables& tables);

}  // namespace dm::intent::netbox
