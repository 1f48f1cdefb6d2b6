// A path as a device wrote it, for people: nothing is normalised. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace dm::gnmi {

// "openconfig:/oc-if:interfaces + /interface[name=Ethernet1]/config/mtu": origin, prefix and path, each where it was
// written. Bytes that are no Path give an empty text.
std::string spelling(std::string_view prefix, std::string_view path);

}  // namespace dm::gnmi
