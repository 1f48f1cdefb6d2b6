// What the end of a call means for the session, and how it reads to a person, the cure included. Pure.
#pragma once

#include <string>

#include "gnmi/transport.h"

namespace dm::gnmi {

bool is_login_refused(const CallEnd& end);
// The codes with which servers refuse a path (gNMI specification 3.5.2.4, and what they really send).
bool is_path_refused(const CallEnd& end);
// The path may be good and only its mode refused (SONiC: INVALID_ARGUMENT "ON_CHANGE Streaming mode invalid for …"; others say
// UNIMPLEMENTED and not much more). False where the device says that it knows no such path or no such call.
bool is_mode_refused(const CallEnd& end);
// The device has no room for another session or subscription, or its answer is beyond a limit of ours:
// asking again soon makes it worse.
bool is_full(const CallEnd& end);

std::string describe(const CallEnd& end);

}  // namespace dm::gnmi
