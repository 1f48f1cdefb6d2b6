// Between gNMI's messages and the simulator's leaves. Only the gNMI files of sim/ include this.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "gnmi.pb.h"
#include "sim/message.h"

namespace dm::sim {

// A request's path under a request's prefix. Module names are dropped, from element names and from
// identity keys. Error InvalidArgument: an origin that EOS does not know.
core::Result<model::Path> path_from_proto(const ::gnmi::Path& prefix, const ::gnmi::Path& path);
void path_to_proto(const model::Path& path, ::gnmi::Path& out);
void value_to_proto(const LeafValue& leaf, ::gnmi::TypedValue& out);

}  // namespace dm::sim
