// Everything the verdict on one leaf or list entry of one device rests on, in the order in which it is made: how the
// path is spelled, what it is, whether it is watched, what the device said, what is intended, which rules apply, what
// came of it. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/reasoning.h"
#include "model/drift.h"
#include "model/expectation.h"
#include "model/value.h"

namespace dm::fleet {

struct Explanation {
  std::string device;
  std::string asked;                  // as it was asked for
  std::string path;                   // canonical
  std::vector<std::string> spelled;   // as devices of this profile write it on the wire, where that was met
  // What it is.
  std::string kind;                   // leaf: text | bool | unsigned | ...; or entry, container
  bool is_list = false, is_ordered = false, is_secret = false, is_config = false;
  std::optional<model::Value> platform_default;
  // Whether it is watched.
  std::string watched_by;             // the subscribed or read path that covers it; empty: none does
  std::string mode;                   // on_change | sample | get
  std::string watch_trouble;          // refused, not read yet, nothing came for its area; empty: none
  // What the device said.
  bool is_there = false;
  bool is_unreadable = false;
  model::Value current, current_as_compared;
  std::int64_t device_timestamp_ns = 0;
  // What is intended.
  std::optional<model::Expectation> expectation;
  std::vector<model::Value> desired_as_compared;
  std::optional<model::Provenance> entry_intended_by;
  // What came of it.
  std::optional<compare::Reasoning> reasoning;  // absent: no verdict can be given (`verdict_reason`)
  std::string verdict;                          // in_sync | missing | unexpected | different | ignored | unmanaged | unknown
  std::string verdict_reason;
  std::optional<model::Drift> drift;            // open now
  bool is_held = false;                         // a difference is inside its hold time
};

}  // namespace dm::fleet
