// A recording without what its owner would not send: secrets, free text and, on request, addresses and names.
//
// Structure stays: every path, list entry, type and arrival, and equal words stay equal, so what went wrong still
// goes wrong. Works on each message's fields, JSON values, legacy `element` paths, keys and notes; fields and
// extensions nobody knows are dropped. A message that cannot be read is replaced by one that cannot be read. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "core/limits.h"
#include "core/result.h"

namespace dm::gnmi {

struct ScrubOptions {
  bool addresses = false;
  bool names = false;
};
struct ScrubCounts {
  std::uint64_t records = 0, replaced = 0;  // replaced: different words
  std::uint64_t unreadable = 0;
};

// Reads `from`, writes `to` (which must not exist). Error: one of them; what was scrubbed before stays in `to`.
core::Result<ScrubCounts> scrub_recording(const std::string& from, const std::string& to, ScrubOptions options,
                                          const core::Limits& limits);

}  // namespace dm::gnmi
