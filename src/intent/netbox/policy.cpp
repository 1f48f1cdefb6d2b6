#include "intent/netbox/policy.h"

#include <algorithm>

namespace dm::intent::netbox {

bool has_tag(const std::vector<Brief>& tags, const std::string& wanted) {
  return !wanted.empty() && std::any_of(tags.begin(), tags.end(), [&wanted](const Brief& tag) {
    return tag.name == wanted || tag.slug == wanted;
  });
}

Policy policy_of(const MappingOptions& options, const std::vector<Brief>& tags, const CustomFields& fields) {
  const config::NetBoxMapping& names = options.names;
  const std::string said = names.policy_field.empty() ? std::string() : text_field(fields, names.policy_field);
  if (said == "ignore" || has_tag(tags, names.ignore_tag)) return Policy::Ignore;
  if (said == "strict" || has_tag(tags, names.strict_tag)) return Policy::Strict;
  return Policy::Usual;
}

void apply(Policy policy, std::initializer_list<model::Path> patterns, IntentBuilder& out) {
  for (const model::Path& pattern : patterns) {
    if (policy == Policy::Ignore) out.unmanaged(pattern);
    if (policy == Policy::Strict) out.strict(pattern);
  }
}

}  // namespace dm::intent::netbox
