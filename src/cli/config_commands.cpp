#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/device_specs.h"
#include "app/intent_setup.h"
#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/table.h"

namespace dm::cli {

std::optional<LoadedSettings> load_settings(const std::string& config_file) {
  config::Load loaded = config::load(config_file, config::process_environment());
  for (const std::string& error : loaded.errors) fmt::print(stderr, "{}\n", error);
  if (!loaded.settings) return std::nullopt;
  app::Profiles profiles = app::load_profiles(*loaded.settings);
  for (const std::string& error : profiles.errors) fmt::print(stderr, "{}\n", error);
  if (!profiles.errors.empty()) return std::nullopt;
  return LoadedSettings{std::move(*loaded.settings), std::move(profiles.by_name)};
}

core::Result<intent::Snapshot> read_intent(const LoadedSettings& loaded) {
  for (const std::string& warning : loaded.settings.warnings) fmt::print(stderr, "warning: {}\n", printable(warning));
  auto snapshot = app::load_intent_once(loaded.settings);
  if (!snapshot) {
    fmt::print(stderr, "{}\nno verdict is possible: the intent could not be read\n", snapshot.error().message);
    return snapshot;
  }
  for (const model::Finding& finding : (*snapshot)->findings) fmt::print(stderr, "warning: {}\n", printable(model::to_line(finding)));
  return snapshot;
}

int exit_code_of(const core::Error& error) { return error.code == core::Code::InvalidArgument ? 2 : 3; }

int check_config(const std::string& config_file) {
  const auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  const app::FilesCheck files = app::check_intent_files(loaded->settings);
  for (const std::string& error : files.errors) fmt::print(stderr, "{}\n", error);
  if (!files.errors.empty()) return 2;
  for (const std::string& warning : loaded->settings.warnings) fmt::print("warning: {}\n", warning);
  for (const std::string& warning : files.warnings) fmt::print("warning: {}\n", warning);
  fmt::print("{}: ok\n", config_file.empty() ? "environment" : config_file);
  return 0;
}

int show_config(const std::string& config_file, OutputForm form) {
  const config::Load loaded = config::load(config_file, config::process_environment());
  for (const std::string& error : loaded.errors) fmt::print(stderr, "{}\n", error);
  if (form == OutputForm::Json) {
    auto rows = nlohmann::ordered_json::array();
    for (const auto& row : loaded.shown) {
      rows.push_back({{"key", row.key}, {"value", row.value}, {"origin", row.origin}});
    }
    fmt::print("{}\n", rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else {
    Table table({"KEY", "VALUE", "FROM"});
    for (const auto& row : loaded.shown) table.add({row.key, printable(row.value), row.origin});
    fmt::print("{}", table.text(style_for_stdout()));
  }
  return loaded.settings ? 0 : 2;
}

}  // namespace dm::cli
