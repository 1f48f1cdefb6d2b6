// What people wrote, in the one shape everything is compared in: key spellings, and the shapes a platform's models had
// in older releases (the profile's aliases). Pure.
#pragma once

#include "model/path.h"
#include "schema/profile.h"

namespace dm::schema {

// A path or a pattern. What named a list entry names the same entry afterwards.
model::Path in_shape(const Profile& profile, const model::Path& path);

}  // namespace dm::schema
