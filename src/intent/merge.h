// Puts the intent of several sources together: the later one wins, leaf by leaf and entry by entry.
// Pure.
//
// What the later source calls unmanaged is taken out of the earlier one; and what it names itself
// is managed again, although the earlier one left it open. What the later source fills is
// compared again.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "intent/source.h"
#include "model/expectation.h"

namespace dm::intent {

model::DeviceIntent merge(const model::DeviceIntent& earlier, const model::DeviceIntent& later);

// All devices of all sources, the first source being the one that every other wins over. What only
// one source says of a device is its object, not a copy.
std::map<std::string, std::shared_ptr<const model::DeviceIntent>> merge(
    const std::vector<const Loaded*>& sources);

// The same content: expectations, provenance included.
bool is_same(const model::DeviceIntent& a, const model::DeviceIntent& b);

// A device whose intent is the same in the earlier reading keeps the object it has there.
void keep_unchanged(const Loaded& earlier, Loaded& next);

}  // namespace dm::intent
