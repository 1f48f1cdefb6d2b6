#include "intent/hints.h"

#include <iterator>
#include <utility>

namespace dm::intent {

bool HintQueue::add(ObjectHint hint, core::SteadyTime now) {
  if (count_ >= most_) return false;
  const auto [slot, is_new] = requests_.try_emplace(hint.request_id);
  Request& request = slot->second;
  if (is_new) request.first = now;
  request.last = now;
  const bool is_known = std::find(request.hints.begin(), request.hints.end(), hint) != request.hints.end();
  if (is_known) return true;
  request.hints.push_back(std::move(hint));
  ++count_;
  return true;
}

std::optional<core::SteadyTime> HintQueue::due() const {
  std::optional<core::SteadyTime> due;
  for (const auto& [id, request] : requests_) due = due ? std::min(*due, request.due()) : request.due();
  return due;
}

std::vector<ObjectHint> HintQueue::take(core::SteadyTime now) {
  std::vector<ObjectHint> hints;
  for (auto request = requests_.begin(); request != requests_.end();) {
    if (request->second.due() > now) {
      ++request;
      continue;
    }
    auto& ready = request->second.hints;
    count_ -= ready.size();
    std::move(ready.begin(), ready.end(), std::back_inserter(hints));
    request = requests_.erase(request);
  }
  return hints;
}

}  // namespace dm::intent
