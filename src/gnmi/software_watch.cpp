#include "gnmi/software_watch.h"

#include <utility>

namespace dm::gnmi {

bool SoftwareWatch::asks() { return is_wanted_ && !is_refused_ && !std::exchange(is_asked_, true); }

// A change that comes too soon stays unheard: it is told by a later connection, if it lasts.
std::optional<Software> SoftwareWatch::hear(const Software& software, core::SteadyTime now) {
  if (last_ == software) return std::nullopt;
  if (changed_at_ && now < *changed_at_ + kLeastChange) return std::nullopt;
  std::optional<Software> before = std::exchange(last_, software);
  if (before) changed_at_ = now;
  return before;
}

}  // namespace dm::gnmi
