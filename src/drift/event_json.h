// The event as its receivers read it: one JSON object, field by field as product.md section 3 shows
// it.
//
// Pure, any thread. Secrets cannot appear: values of secret leaves are never in a difference.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/drift.h"

namespace dm::drift {

struct EventJson {
  std::string body;
  bool is_truncated = false;  // also said in the body
  std::string_view limit{};   // then the name of the limit (core/limits.h) that cut it
};

// At most `limit_bytes` (of at least 32 KiB) and `most_differences` entries. What does not fit is
// cut, and `truncated` says so; `difference_count` stays the full number:
// - a long text ends in "…"; a long list ends in a text "… N more"; a long object has a last member
//   "…": "N more";
// - the gravest differences are listed, the others left out;
// - `remediation` never holds a cut value: an update whose value had to be cut is left out of it.
// The top-level fields are those of the gravest difference (the first). `timestamp` is the device's
// time of the change, or ours when the device's makes no sense (zero, before the year 2000, more
// than a day ahead of us). In a resolution current_value and device_timestamp are those of the
// repair, as far as the device said it.
EventJson to_json(const model::Event& event, std::size_t limit_bytes, std::size_t most_differences);

}  // namespace dm::drift
