// The lab's leaf1 as a bench needs it: its subscribed leaves, as gNMI messages and with its intent.
#pragma once

#include <gnmi.pb.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/expectation.h"
#include "model/path.h"
#include "schema/profile.h"

namespace dm::bench {

struct LabLeaf {
  model::Path path;
  ::gnmi::TypedValue value;
};

// The leaves below the profile's ON_CHANGE paths, in the order of the recording. More than the lab has:
// the rest are leaves of Ethernet1 that no model knows and nobody intends.
std::vector<LabLeaf> lab_leaves(const schema::Profile& profile, std::size_t count);

// What leaf1 should have, as an intent file says it.
std::shared_ptr<const model::DeviceIntent> lab_intent();
// An intent file in which so many devices are intended as leaf1 is.
std::string lab_intent_text(std::size_t devices);

// Serialised SubscribeResponses, without gRPC's length prefix.
std::string update_message(const LabLeaf& leaf, std::int64_t timestamp_ns);
std::string update_message(const std::vector<LabLeaf>& leaves, std::size_t first, std::size_t count, std::int64_t timestamp_ns);
std::string sync_message();

// All leaves once, `per_message` in each, as HTTP/2 DATA frames of stream 1: one frame for each message,
// as grpc-go and gRPC C++ send them.
std::string data_frames(const std::vector<LabLeaf>& leaves, std::size_t per_message);

}  // namespace dm::bench
