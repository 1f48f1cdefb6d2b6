#include "schema/shape.h"

namespace dm::schema {
namespace {

bool is_container(const model::Path& path, std::string_view name) {
  return !path.elements.empty() && path.elements.back().name == name && path.elements.back().keys.empty();
}

}  // namespace

model::Path in_shape(const Profile& profile, const model::Path& path) {
  model::Path shaped = canonicalise(profile, path);
  // An entry of an old list is the `config` of today's: what is said of it is said of the entry.
  for (const char* name : {"config", "state"}) {
    if (is_container(shaped, name) && !is_container(path, name)) shaped.elements.pop_back();
  }
  return shaped;
}

}  // namespace dm::schema
