// Settings and profiles for a command, or every mistake on standard error.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/load.h"
#include "intent/cache.h"
#include "schema/profile.h"

namespace dm::cli {

struct LoadedSettings {
  config::Settings settings;
  std::map<std::string, std::shared_ptr<const schema::Profile>> profiles;
};

// nullopt: mistakes were printed; the exit code is 2.
std::optional<LoadedSettings> load_settings(const std::string& config_file);

// All intent, read once. What was found on the way, of the settings too, and why it could not be read is printed
// on standard error.
core::Result<intent::Snapshot> read_intent(const LoadedSettings& loaded);

// 2 for what the user wrote, 3 for what could not be reached.
int exit_code_of(const core::Error& error);

}  // namespace dm::cli
