// Entries a platform makes by itself (EOS: the internal VLAN of an L3 VNI): which rule speaks of an
// entry, and which entries a changed hint speaks of. Pure.
#pragma once

#include <optional>
#include <string>

#include "model/path.h"
#include "schema/profile.h"

namespace dm::compare {

// The key value the rule's `entry` captures from this path (its last `*` key), if it is such an entry.
std::optional<std::string> internal_key(const schema::InternalEntry& rule, const model::Path& entry);

// The key value a changed leaf says something about, if it lies in the rule's `sign` or `unless`.
std::optional<std::string> hinted_key(const schema::InternalEntry& rule, const model::Path& leaf);

// The pattern with every `*` key in its last keyed element replaced by the value.
model::Path with_key(model::Path pattern, const std::string& value);

}  // namespace dm::compare
