// What changes when a file does: where it lies, how long it is and when it was written.
#pragma once

#include <string>

namespace dm::core {

// Two stamps of one file are equal while it was not written, replaced or removed in between. Follows links: a secret
// that Kubernetes swaps behind a link changes its stamp. Empty for an empty name; any thread.
std::string file_stamp(const std::string& file);

}  // namespace dm::core
