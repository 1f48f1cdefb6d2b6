// Settings and profiles for a command, or every mistake on standard error.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "config/load.h"
#include "schema/profile.h"

namespace dm::cli {

struct LoadedSettings {
  config::Settings settings;
  std::map<std::string, std::shared_ptr<const schema::Profile>> profiles;
};

// nullopt: mistakes were printed; the exit code is 2.
std::optional<LoadedSettings> load_settings(const std::string& config_file);

}  // namespace dm::cli
