// What people wrote, in the one shape everything is compared in: key spellings, and the shapes a
// platform's models had in older releases (the profile's aliases). Pure.
#pragma once

#include <memory>

#include "compare/rules.h"
#include "model/expectation.h"
#include "model/path.h"
#include "schema/profile.h"

namespace dm::compare {

// A path or a pattern. What named a list entry names the same entry afterwards.
model::Path in_shape(const schema::Profile& profile, const model::Path& path);

Rules in_shape(const schema::Profile& profile, Rules rules);

// The same object if nothing in it is in another shape, which is the usual case. Of two expectations
// that turn out to be about one path the first counts.
std::shared_ptr<const model::DeviceIntent> in_shape(const schema::Profile& profile,
                                                    std::shared_ptr<const model::DeviceIntent> intent);

}  // namespace dm::compare
