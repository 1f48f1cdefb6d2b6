#include "fleet/gaps.h"

#include <algorithm>

namespace dm::fleet {

void Gaps::clear() { places_.clear(); }

bool Gaps::add(const model::Path& place, model::UnreadKind why) {
  if (is_everywhere() || std::find(places_.begin(), places_.end(), place) != places_.end()) return false;
  const bool is_all = place.elements.empty() || places_.size() == kMost;
  if (places_.empty() || is_all) why_ = why;
  if (is_all) places_.clear();
  places_.push_back(is_all ? model::Path{} : place);
  return true;
}

bool Gaps::is_everywhere() const { return !places_.empty() && places_.front().elements.empty(); }

std::string Gaps::reason() const { return std::string(model::to_text(why_)); }

}  // namespace dm::fleet
