#include "compare/shape.h"

#include <algorithm>
#include <utility>

#include "schema/alias.h"
#include "schema/shape.h"

namespace dm::compare {
namespace {

using model::Path;
using schema::in_shape;

std::string list_in_shape(const schema::Profile& profile, const std::string& list) {
  const auto path = model::parse_path(list);
  return path ? model::schema_text(in_shape(profile, *path)) : list;
}

using Lists = std::map<std::string, model::ListPolicy>;
Lists lists_in_shape(const schema::Profile& profile, const Lists& lists) {
  Lists out;
  for (const auto& [list, policy] : lists) out.emplace(list_in_shape(profile, list), policy);
  return out;
}

// Where two sources name one object in two shapes, merging by path text could not see it: a file wins here too.
template <class Item>
void reshape(const schema::Profile& profile, std::vector<Item>& items) {
  for (Item& item : items) item.path = in_shape(profile, item.path.parsed());
  const auto rank = [](const Item& item) { return item.from.source == "file" ? 0 : 1; };
  std::stable_sort(items.begin(), items.end(), [&rank](const Item& a, const Item& b) {
    return a.path == b.path ? rank(a) < rank(b) : a.path < b.path;
  });
  items.erase(std::unique(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.path == b.path; }),
              items.end());
}

bool is_in_shape(const schema::Profile& profile, const model::DeviceIntent& intent) {
  const auto is_other = [&](const auto& item) {
    return schema::apply_first(profile.aliases, item.path.parsed()).has_value();
  };
  const auto is_other_list = [&](const auto& item) { return list_in_shape(profile, item.first) != item.first; };
  const auto is_other_pattern = [&](const Path& pattern) { return in_shape(profile, pattern) != pattern; };
  return std::none_of(intent.leaves.begin(), intent.leaves.end(), is_other) &&
         std::none_of(intent.entries.begin(), intent.entries.end(), is_other) &&
         std::none_of(intent.lists.begin(), intent.lists.end(), is_other_list) &&
         std::none_of(intent.unmanaged.begin(), intent.unmanaged.end(), is_other_pattern) &&
         std::none_of(intent.strict.begin(), intent.strict.end(), is_other_pattern);
}

}  // namespace

Rules in_shape(const schema::Profile& profile, Rules rules) {
  for (Ignore& rule : rules.ignore) rule.pattern = in_shape(profile, rule.pattern);
  for (SeverityOf& rule : rules.severity) rule.pattern = in_shape(profile, rule.pattern);
  for (Path& pattern : rules.strict_paths) pattern = in_shape(profile, pattern);
  rules.lists = lists_in_shape(profile, rules.lists);
  return rules;
}

std::shared_ptr<const model::DeviceIntent> in_shape(const schema::Profile& profile,
                                                    std::shared_ptr<const model::DeviceIntent> intent) {
  if (is_in_shape(profile, *intent)) return intent;
  auto shaped = std::make_shared<model::DeviceIntent>(*intent);
  reshape(profile, shaped->leaves);
  reshape(profile, shaped->entries);
  shaped->lists = lists_in_shape(profile, shaped->lists);
  for (Path& pattern : shaped->unmanaged) pattern = in_shape(profile, pattern);
  for (Path& pattern : shaped->strict) pattern = in_shape(profile, pattern);
  return shaped;
}

}  // namespace dm::compare
