#include "schema/spelling.h"

#include <algorithm>
#include <string>

namespace dm::schema {

bool is_openconfig(std::string_view origin) {
  return origin.empty() || origin == "openconfig" || origin.starts_with("openconfig-") || origin == "rfc7951";
}

void strip_modules(model::Path& path) {
  const auto strip = [](std::string& name) { name = std::string(model::strip_module(name)); };
  for (model::PathElement& element : path.elements) {
    strip(element.name);
    for (model::PathKey& key : element.keys) strip(key.name);
    std::sort(element.keys.begin(), element.keys.end());
  }
}

}  // namespace dm::schema
