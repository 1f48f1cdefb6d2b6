#include "source_dir.h"

namespace dm::tests {

std::string source_path(const std::string& relative) { return DM_SOURCE_DIR "/" + relative; }

}  // namespace dm::tests
