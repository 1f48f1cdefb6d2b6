// Which sources of intent the settings name, and reading them once for one-shot commands.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/types.h"
#include "core/clock.h"
#include "intent/cache.h"
#include "intent/source.h"
#include "model/expectation.h"
#include "schema/profile.h"

namespace dm::app {

// NetBox first, files last: later sources win. Empty if the settings name none.
// `clock` outlives them.
std::vector<std::unique_ptr<intent::Source>> make_sources(const config::Settings& settings, const core::Clock& clock);
// `profiles` holds every profile named in the settings.
intent::CacheOptions make_cache_options(const config::Settings& settings,
                                        const std::map<std::string, std::shared_ptr<const schema::Profile>>& profiles);

// One complete reading on the caller's thread; usable. Errors: InvalidArgument (the settings name no source, or an
// intent file or a setting is wrong: every mistake, one a line), else why a source could not be read.
core::Result<intent::Snapshot> load_intent_once(const config::Settings& settings);

// Reads the intent files alone. Mistakes as "file:line:column: message"; warnings.
struct FilesCheck {
  std::vector<std::string> errors, warnings;
};
FilesCheck check_intent_files(const config::Settings& settings);

}  // namespace dm::app
