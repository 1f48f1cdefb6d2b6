// One disagreement between intent and device, at a leaf or a list entry. Value type.
#pragma once

#include <string_view>

#include "model/expectation.h"
#include "model/path_table.h"
#include "model/severity.h"
#include "model/value.h"

namespace dm::model {

enum class DifferenceKind {
  Missing,     // intended, not there
  Unexpected,  // there, not intended
  Different,   // another value
};
std::string_view to_text(DifferenceKind kind);

struct Difference {
  PathId path = kNoPath;
  std::string path_text;
  DifferenceKind kind = DifferenceKind::Different;
  bool is_entry = false;
  Value desired;  // absent for unexpected; object of leaves for an entry
  Value current;  // absent for missing; object of config leaves for an entry
  Severity severity = Severity::Warning;
  Provenance from;                      // empty source when nothing is intended
  std::int64_t device_timestamp_ns = 0; // of the newest leaf involved; 0 = unknown
};

// An object that has no difference of its own: why, and what the device has there.
struct NoDifference {
  enum class Why {
    Agrees,    // it is what it should be, or nobody asks
    InEntry,   // an entry it is in is missing or unexpected as a whole, and speaks for it
    Unjudged,  // no statement is possible: not covered, or its area is degraded
  };
  Why why = Why::Agrees;
  Value current;
  std::int64_t device_timestamp_ns = 0;  // 0 = unknown
};

// Compact verdict of a device, as people see it.
enum class Verdict {
  Unknown,   // no usable intent, or never synced
  InSync,
  Drifted,
  Degraded,  // synced, but an area with intent came empty, or paths are quarantined
};
std::string_view to_text(Verdict verdict);

enum class Freshness { Never, Syncing, Live, Stale };
std::string_view to_text(Freshness freshness);

}  // namespace dm::model
