// What a source read last, on disk: a restart while NetBox is down still gives verdicts, marked with their age.
//
// One file, written beside and renamed, so there is always a whole one; readable by its owner only. The time of the file
// is when its content was last known to be right: a reading that changed nothing only touches it. Lives on the intent
// thread. Cost: about 150 bytes an expectation.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "intent/source.h"

namespace dm::intent {

struct LastGood {
  std::string source;   // "netbox"
  std::string scope;    // what was asked of whom: another scope's reading is not used
  std::string made_by;  // the version that mapped it
  std::shared_ptr<const Loaded> loaded;
  core::WallTime time{};  // when it was last known to be right: the file's time
};

// Errors: ResourceExhausted (longer than `most_bytes`; the old file stays), Io.
core::Status write_last_good(const std::string& file, const LastGood& good, std::size_t most_bytes);

// Nothing changed since: the file's time becomes `now`. Error Io.
core::Status touch_last_good(const std::string& file, core::WallTime now);

// Errors: NotFound (there is none), ResourceExhausted, Corrupt (cut short, or of another format), Io.
core::Result<LastGood> read_last_good(const std::string& file, std::size_t most_bytes);

}  // namespace dm::intent
