// The requests a device gets. SubscribeRequest: STREAM, every path in one list, modes said explicitly; or ONCE, one path.
// GetRequest: one path, all types of data (the trees read so are configuration only, and not every server
// takes a type).
//
// The origin stands in each path and never in the prefix, the prefix is there only for a target, and
// nothing is set that servers are known to refuse (qos, use_models, allow_aggregation, updates_only).
// Extensions are sent only where a profile asks for them, and only by STREAM: some servers break on one that
// they do not know, and on an empty one. Sources: gNMI specification 3.3.1, 3.5.1.1-3.5.1.5, 2.7; gNMI
// config-subscription and depth extensions. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "model/path.h"
#include "schema/profile.h"

namespace dm::gnmi {

inline constexpr std::string_view kSubscribeMethod = "/gnmi.gNMI/Subscribe";
inline constexpr std::string_view kGetMethod = "/gnmi.gNMI/Get";
inline constexpr std::string_view kCapabilitiesMethod = "/gnmi.gNMI/Capabilities";  // its request is empty

// One path of the list, already in the platform's request form (schema::to_request).
struct SubscribePath {
  model::Path path;
  schema::PathMode mode = schema::PathMode::OnChange;  // OnChange or Sample
};

struct SubscribeOptions {
  std::string target;                  // empty: no prefix
  std::string encoding = "json_ietf";  // json | json_ietf | proto | bytes | ascii
  core::Duration sample_interval = std::chrono::seconds(60);
  bool config_subscription = false;  // ask for commit boundaries
  std::uint32_t depth = 0;           // levels below each path; 0: not sent, all of them
};

// The serialised messages.
std::string subscribe_request(std::span<const SubscribePath> paths, const SubscribeOptions& options);
std::string get_request(const model::Path& path, const std::string& target, const std::string& encoding);
// Subscribe with mode ONCE, of one path.
std::string once_request(const model::Path& path, const std::string& target, const std::string& encoding);

}  // namespace dm::gnmi
