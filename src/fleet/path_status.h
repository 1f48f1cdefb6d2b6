// What a person is told of each path of a device: as what it is asked now, and why not as configured.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "fleet/reads.h"
#include "fleet/samples.h"
#include "fleet/status.h"
#include "gnmi/form_probe.h"
#include "gnmi/get_rounds.h"
#include "gnmi/session.h"

namespace dm::fleet {

// What the device made of the paths of its subscription.
struct PathsInForce {
  const gnmi::Subscription& subscription;
  const std::vector<gnmi::FallenPath>& fallen;
  const std::map<std::size_t, gnmi::GetMissing>& by_once;
  const Reads& reads;
  const Samples& samples;
  const schema::Profile& profile;
  const std::map<std::size_t, std::size_t>& forms;  // other than the profile's first, by index of Subscription::paths
  const gnmi::FormProbe* probe = nullptr;           // null: nothing was ever silent
};

// `configured` itself, shared with other devices, unless there is something to say of this one.
std::shared_ptr<const std::vector<PathStatus>> to_status(std::shared_ptr<const std::vector<PathStatus>> configured,
                                                         const PathsInForce& in_force);

// The path at this index of Subscription::paths, as areas and differences name it.
model::Path pattern_of(const gnmi::Subscription& subscription, std::size_t source);

}  // namespace dm::fleet
