// Which failures of NetBox pass by themselves, and how often and after what waits it is asked again. Pure.
//
// A reading of a large NetBox is hundreds of answers and minutes of its time: one of them that fails is asked for
// again before all the others are thrown away. While failures wait, nothing else is asked: NetBox in trouble gets rest.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/backoff.h"
#include "core/result.h"

namespace dm::intent::netbox {

struct RetryPolicy {
  int tries = 4;  // of one request, the first among them
  core::BackoffPolicy wait{std::chrono::seconds(1), std::chrono::seconds(10)};
  // NetBox that asks to be left alone for longer (Retry-After) is: the reading is given up, the next one waits.
  core::Duration longest_wait = std::chrono::minutes(1);
};

// 5xx, 429, silence, a broken connection, a body that is cut or no JSON. Not a refusal, a limit, or our own stop.
bool is_passing(const core::Error& error);

// How long to wait after `tries` failures in a row, `asked` being what NetBox asked for; nullopt: give up.
std::optional<core::Duration> wait_after(const RetryPolicy& policy, int tries, core::Duration asked, std::uint64_t random);

// Requests that failed and are asked again together. Lives on the intent thread.
template <class Item>
class Repeats {
 public:
  explicit Repeats(int most_tries) : most_tries_(most_tries) {}

  // `tries`: how often the item was asked, this time included. False: it stays failed.
  bool add(Item item, int tries, const core::Error& error) {
    if (!is_passing(error) || tries >= most_tries_) return false;
    items_.push_back(std::move(item));
    tries_ = std::max(tries_, tries);
    error_ = error;
    return true;
  }
  bool is_empty() const { return items_.empty(); }
  // How often the item that failed most was asked, and what came last.
  int tries() const { return tries_; }
  const core::Error& error() const { return error_; }
  std::vector<Item> take() {
    tries_ = 0;
    return std::exchange(items_, {});
  }

 private:
  int most_tries_;
  std::vector<Item> items_;
  int tries_ = 0;
  core::Error error_;
};

}  // namespace dm::intent::netbox
