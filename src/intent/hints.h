// What webhooks said has changed, until it is worth looking: one request's changes together. Pure.
//
// A bulk edit of 48 ports is 48 deliveries of one request, about a tenth of a second apart. They are looked at once the
// request has been quiet for kQuiet, or after kLongest at the latest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "intent/source.h"

namespace dm::intent {

class HintQueue {
 public:
  static constexpr core::Duration kQuiet = std::chrono::milliseconds(250);
  static constexpr core::Duration kLongest = std::chrono::seconds(1);

  explicit HintQueue(std::size_t most) : most_(most) {}

  // False: there is no room, the hint is dropped.
  bool add(ObjectHint hint, core::SteadyTime now);
  // When take() will have something.
  std::optional<core::SteadyTime> due() const;
  std::vector<ObjectHint> take(core::SteadyTime now);

 private:
  struct Request {
    core::SteadyTime first{}, last{};
    std::vector<ObjectHint> hints;
    core::SteadyTime due() const { return std::min(last + kQuiet, first + kLongest); }
  };

  std::size_t most_;
  std::size_t count_ = 0;
  std::map<std::string, Request> requests_;  // by request id
};

}  // namespace dm::intent
