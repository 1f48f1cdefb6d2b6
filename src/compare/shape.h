// Rules and intent in the one shape everything is compared in (schema/shape.h). Pure.
#pragma once

#include <memory>

#include "compare/rules.h"
#include "model/expectation.h"
#include "schema/profile.h"

namespace dm::compare {

Rules in_shape(const schema::Profile& profile, Rules rules);

// The same object if nothing in it is in another shape, which is the usual case. Of two expectations
// that turn out to be about one path the first counts.
std::shared_ptr<const model::DeviceIntent> in_shape(const schema::Profile& profile,
                                                    std::shared_ptr<const model::DeviceIntent> intent);

}  // namespace dm::compare
