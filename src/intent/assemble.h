// From what each source read last to the one view of all intent, and whether it can be judged by.
// Pure.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/limits.h"
#include "intent/source.h"
#include "model/expectation.h"
#include "schema/profile.h"

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

struct AssembleOptions {
  // Devices of the configuration: an intent file may name them although no source lists them.
  std::vector<std::string> configured_devices;
  std::size_t most_findings = core::Limits().intent_findings;
  // By device; "" for all others. Without one nothing is said of the shapes that paths are written in.
  std::map<std::string, std::shared_ptr<const schema::Profile>> profiles;
};

// `earlier` lends the objects of unchanged devices and the version, which grows when a verdict
// could change. Sources in order of precedence, the strongest last.
model::IntentSnapshot assemble(const std::vector<SourceReading>& sources,
                               const AssembleOptions& options, const model::IntentSnapshot& earlier);

}  // namespace dm::intent
