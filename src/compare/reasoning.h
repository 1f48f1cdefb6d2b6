// Why an object has the verdict it has, rule by rule: for `explain`. Plain values; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model/difference.h"
#include "model/expectation.h"

namespace dm::compare {

// Whether entries of a list that nobody intends are drift, and who says so.
struct ListRuling {
  std::string list;      // schema text
  std::string policy;    // authoritative | at-least | authoritative-if-documented; empty: nobody speaks of the list
  std::string said_by;   // compare.lists | intent file | profile
  bool is_authoritative = false;
  std::string because;   // why it is not, although the policy could make it so; or empty
};

struct Reasoning {
  bool is_entry = false;
  bool is_covered = false;     // subscribed or read, and answered
  bool is_readable = true;     // false: what the device says there could not be read
  std::string exempt;          // why no rule of ours may call it drift; empty: nothing exempts it
  std::string spoken_for;      // the entry that speaks for it, and how; empty: it is judged alone
  std::optional<std::size_t> ignored_by;     // compare.ignore
  std::optional<std::size_t> severity_rule;  // compare.severity
  std::optional<ListRuling> list;            // of the entry itself, or of the nearest entry it is in
  std::optional<model::Difference> difference;  // also when a rule hides it
};

}  // namespace dm::compare
