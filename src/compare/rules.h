// The operator's rules for one device, ready to be asked: what is ignored, how grave, which lists are
// authoritative. Plain values; immutable while in use.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "model/difference.h"
#include "model/expectation.h"
#include "model/path.h"

namespace dm::compare {

// What must be true of a difference besides its path; absent: anything.
struct Condition {
  std::optional<model::DifferenceKind> difference;
  std::optional<std::string> current, desired;  // globs over the value as people see it (model::to_display)
  bool is_none() const { return !difference && !current && !desired; }
  bool operator==(const Condition&) const = default;
};
bool holds(const Condition& condition, const model::Difference& difference);

struct Ignore {
  std::size_t rule = 0;  // its place in compare.ignore
  model::Path pattern;
  Condition when;
  std::optional<core::WallTime> until;
  bool operator==(const Ignore&) const = default;
};

struct SeverityOf {
  std::size_t rule = 0;  // its place in compare.severity
  model::Path pattern;
  model::Severity severity = model::Severity::Warning;
  bool operator==(const SeverityOf&) const = default;
};

struct Rules {
  std::vector<Ignore> ignore;
  std::vector<SeverityOf> severity;                 // the first that matches counts
  std::map<std::string, model::ListPolicy> lists;   // schema text -> policy; wins over all others
  bool strict = false;                              // what nobody intends must be absent
  std::vector<model::Path> strict_paths;            // the same below these patterns only
  bool operator==(const Rules&) const = default;
};

}  // namespace dm::compare
