// What a changed object of NetBox means for us: what has to be read again. Pure.
//
// An object that we keep is read by its id, a device too: whether it still passes the inventory's filter is NetBox's to
// say. A tag leads to what has it. What is only nested in others (a role, a route target, an AS) leaves no
// change of theirs, so the lists that it is nested in are read again. What is known to matter to nobody here (cables,
// prefixes, users) is passed over; a type that nobody knows leads to a full reading, never to a wrong intent.
#pragma once

#include <cstdint>
#include <string_view>

#include "intent/netbox/need.h"

namespace dm::intent::netbox {

// `type` as NetBox writes it: "dcim.interface".
Need need_of_change(std::string_view type, std::uint64_t id);

}  // namespace dm::intent::netbox
