// How paths are spelled apart from what they mean: origins and module prefixes. Pure; any thread.
#pragma once

#include <string_view>

#include "model/path.h"

namespace dm::schema {

// All of these name the one OpenConfig tree ("openconfig-interfaces", "rfc7951", ... are seen).
bool is_openconfig(std::string_view origin);
// `oc-if:interface[oc-if:name=x]` -> `interface[name=x]`; key values stay.
void strip_modules(model::Path& path);

}  // namespace dm::schema
