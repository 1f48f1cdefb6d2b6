// What an object's tags and custom field say about comparing it: `drift:ignore`, `drift:strict`. Pure.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "intent/netbox/device_view.h"
#include "intent/netbox/intent_builder.h"

namespace dm::intent::netbox {

enum class Policy {
  Usual,
  Ignore,  // the object is not compared
  Strict,  // what NetBox does not say of it must be absent
};

// A tag is meant by its name or its slug: NetBox makes the slug `driftignore` of the name `drift:ignore`.
// An empty name means no tag.
bool has_tag(const std::vector<Brief>& tags, const std::string& wanted);

// `ignore` wins over `strict`.
Policy policy_of(const MappingOptions& options, const std::vector<Brief>& tags, const CustomFields& fields);

// Says it of each pattern that belongs to the object.
void apply(Policy policy, std::initializer_list<model::Path> patterns, IntentBuilder& out);

}  // namespace dm::intent::netbox
