// The operator's rules for one device, ready to be asked: what is ignored, how grave, which lists are
// authoritative. Plain values; immutable while in use.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "model/difference.h"
#include "model/expectation.h"
#include "model/path.h"

namespace dm::compare {

struct Ignore {
  model::Path pattern;
  std::optional<core::WallTime> until;
  bool operator==(const Ignore&) const = default;
};

struct SeverityOf {
  model::Path pattern;
  model::Severity severity = model::Severity::Warning;
  bool operator==(const SeverityOf&) const = default;
};

struct Rules {
  std::vector<Ignore> ignore;
  std::vector<SeverityOf> severity;                 // the first that matches counts
  std::map<std::string, model::ListPolicy> lists;   // schema text -> policy; wins over all others
  bool strict = false;                              // what nobody intends must be absent
  bool operator==(const Rules&) const = default;
};

}  // namespace dm::compare
