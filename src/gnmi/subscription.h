// What the devices of one profile and configuration are subscribed to or read by Get, and how requests write it.
// Immutable, and shared by all these devices: a thousand of them hold it once.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "model/path.h"
#include "schema/profile.h"

namespace dm::gnmi {

struct Subscription {
  std::vector<schema::ProfilePath> paths;  // as configured, in request order, all modes
  // Of the ON_CHANGE and SAMPLE paths: the request's form (schema::to_request), none twice (some servers
  // refuse that), and the index in `paths` of each.
  std::vector<model::Path> requests;
  std::vector<std::size_t> sources;
  std::vector<schema::PathMode> modes;  // likewise: OnChange or Sample
  // The same of the paths of mode GET, which are read one by one.
  std::vector<model::Path> get_requests;
  std::vector<std::size_t> get_sources;
};

// The request's form of the path at this index of `paths`, which is not Off nor asked for under another's index.
const model::Path& request_of(const Subscription& subscription, std::size_t source);

std::shared_ptr<const Subscription> make_subscription(const schema::Profile& profile, std::vector<schema::ProfilePath> paths);

}  // namespace dm::gnmi
