#include "intent/netbox/need.h"

namespace dm::intent::netbox {

void Need::add(const Need& other) {
  is_everything = is_everything || other.is_everything;
  lists.insert(other.lists.begin(), other.lists.end());
  interfaces_of.insert(other.interfaces_of.begin(), other.interfaces_of.end());
  tags.insert(other.tags.begin(), other.tags.end());
  for (const auto& [kind, ids] : other.objects) objects[kind].insert(ids.begin(), ids.end());
}

std::size_t Need::object_count() const {
  std::size_t count = 0;
  for (const auto& [kind, ids] : objects) count += ids.size();
  return count;
}

}  // namespace dm::intent::netbox
