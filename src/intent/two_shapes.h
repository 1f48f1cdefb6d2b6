// Leaves of a device that are written in two shapes of the platform's models, and with different values. Pure.
//
// Sources are merged by path text, which cannot see that `arista-vxlan/config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni` of an
// older EOS is today's `arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni`. The judge settles it (compare/shape.h): a
// file wins, else the first by path text. Here it is told.
#pragma once

#include <vector>

#include "model/expectation.h"
#include "model/finding.h"
#include "schema/profile.h"

namespace dm::intent {

// One for each expectation that does not count.
std::vector<model::Finding> find_two_shapes(const schema::Profile& profile, const model::DeviceIntent& intent);

}  // namespace dm::intent
