// A self-signed certificate for 127.0.0.1 and localhost, made anew at every start.
#pragma once

#include "core/result.h"
#include "sim/gnmi_server.h"

namespace dm::sim {

core::Result<Certificate> make_certificate();

}  // namespace dm::sim
