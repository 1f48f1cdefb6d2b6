// What a switch does otherwise than EOS, to try a client with: modes it refuses, calls it does not have, forms of a request
// that it takes and never answers, other software.
//
// Immutable; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "gnmi.pb.h"
#include "model/path.h"

namespace dm::sim {

struct Manners {
  std::vector<model::Path> no_on_change, no_sample;  // patterns; what they cover is refused as that
  bool has_get = true;
  std::optional<std::string> only_origin;  // what is asked with another one is never answered
  bool needs_keys = false;                 // nor are lists without all their keys
  bool has_capabilities = true;
  std::string gnmi_version = "0.7.0", model_version;  // what Capabilities says; the latter of every model

  // {"no_on_change": ["/path"], "no_sample": ["/path"], "get": false, "only_origin": "openconfig", "needs_keys": true,
  // "capabilities": false, "gnmi_version": "0.8.0", "model_version": "2.0.0"}; what is left out is as on EOS. Error
  // InvalidArgument names the member.
  static core::Result<Manners> from_json(std::string_view json);

  // Why the path is not taken in this mode of a stream; nothing if it is.
  std::optional<std::string> refusal(const model::Path& path, ::gnmi::SubscriptionMode mode) const;
  // False: asked so, the path is taken and nothing is ever said of it.
  bool answers(const ::gnmi::Path& prefix, const ::gnmi::Path& asked) const;
};

}  // namespace dm::sim
