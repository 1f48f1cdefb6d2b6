// How many paths one device brought into the path table since the table was made (limits.paths_per_device): it
// keeps them. All readers of the device count together. Lives on the shard thread.
#pragma once

#include <cstddef>

namespace dm::gnmi {

struct PathShare {
  std::size_t paths = 0;
};

}  // namespace dm::gnmi
