// From what each source read last to the one view of all intent, and whether it can be judged by.
// Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "intent/source.h"
#include "model/expectation.h"

namespace dm::intent {

// What is known of one source.
struct SourceReading {
  std::string name;
  bool is_remote = true;
  std::shared_ptr<const Loaded> last_good;  // null: never read
  core::WallTime loaded_at{};               // of last_good
  std::string error;                        // of the newest attempt, if it failed
  bool is_from_disk = false;  // last_good was read by an earlier run of the service
  std::string hold;  // why the guard refused a reading; empty once one was taken
};

// `earlier` lends the objects of unchanged devices and the version, which grows when a verdict
// could change. Sources in order of precedence, the strongest last.
model::IntentSnapshot assemble(const std::vector<SourceReading>& sources,
                               const std::vector<std::string>& configured_devices,
                               const model::IntentSnapshot& earlier);

}  // namespace dm::intent
