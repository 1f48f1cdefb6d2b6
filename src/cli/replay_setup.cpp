#include "cli/replay_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/device_specs.h"
#include "cli/settings.h"
#include "gnmi/recording.h"

namespace dm::cli {
namespace {

using core::Code;
using core::Error;

core::Result<gnmi::RecordingStart> read_start(const std::string& file, const core::Limits& limits) {
  auto reader = gnmi::RecordingReader::open(file, limits);
  if (!reader) return reader.error();
  const auto first = reader->next();
  if (!first) return first.error();
  if (!*first) return Error{Code::Corrupt, fmt::format("recording {}: is empty", file)};
  const auto note = gnmi::read_note(**first);
  const auto* start = note ? std::get_if<gnmi::RecordingStart>(&note->what) : nullptr;
  return start != nullptr ? *start : gnmi::RecordingStart{};
}

// The profile's paths that were not recorded are off, recorded ones that it does not have are added.
std::vector<config::PathOverride> recorded_paths(const schema::Profile& profile, const gnmi::RecordingStart& start) {
  std::vector<config::PathOverride> paths;
  for (const schema::ProfilePath& path : profile.paths) paths.push_back({path.path, model::to_text(path.path), schema::PathMode::Off});
  for (const gnmi::RecordedPath& recorded : start.paths) {
    const auto known = std::find_if(paths.begin(), paths.end(), [&](const auto& path) { return path.text == recorded.path; });
    const auto mode = schema::path_mode_from(recorded.mode).value_or(schema::PathMode::OnChange);
    if (known != paths.end()) {
      known->mode = mode;
    } else if (auto path = model::parse_path(recorded.path)) {
      paths.push_back({std::move(*path), recorded.path, mode});
    }
  }
  return paths;
}

}  // namespace

core::Result<std::vector<RecordedDevice>> group_recordings(const std::vector<std::string>& files, const std::string& device,
                                                           const core::Limits& limits) {
  std::vector<RecordedDevice> devices;
  for (const std::string& file : files) {
    auto start = read_start(file, limits);
    if (!start) return start.error();
    const std::string name = !device.empty()          ? device
                             : !start->device.empty() ? start->device
                                                      : std::filesystem::path(file).stem().string();
    const auto known = std::find_if(devices.begin(), devices.end(), [&](const auto& each) { return each.name == name; });
    if (known != devices.end()) {
      known->files.push_back(file);
    } else {
      devices.push_back({name, {file}, std::move(*start)});
    }
  }
  return devices;
}

std::optional<config::Settings> replay_settings(const ReplayOptions& options) {
  config::Settings settings;
  if (!options.config_file.empty()) {
    auto loaded = load_settings(options.config_file);
    if (!loaded) return std::nullopt;
    settings = std::move(loaded->settings);
  }
  if (options.intent_files.empty()) return settings;
  settings.intent.netbox.reset();
  settings.inventory.netbox.reset();
  settings.intent.files.clear();
  for (const std::string& file : options.intent_files) settings.intent.files.push_back(std::filesystem::absolute(file).string());
  return settings;
}

core::Result<fleet::DeviceSpec> replay_spec(const RecordedDevice& device, config::Settings settings, const std::string& profile) {
  auto& configured = settings.inventory.devices;
  std::erase_if(configured, [&](const config::Device& each) { return each.name != device.name; });
  if (configured.empty()) configured.push_back({.name = device.name, .address = {}, .labels = {}, .gnmi = settings.gnmi});
  config::Device& used = configured.front();
  used.address = "recording";
  used.gnmi.profile = !profile.empty() ? profile : !device.start.profile.empty() ? device.start.profile : used.gnmi.profile;
  const auto loaded = schema::load_profile(used.gnmi.profile);
  if (!loaded.profile) {
    return Error{Code::InvalidArgument,
                 fmt::format("{}: {} (--profile names another profile, or a file)", device.name, fmt::join(loaded.errors, "; "))};
  }
  if (device.start.sample_interval > core::Duration::zero()) used.gnmi.sample_interval = device.start.sample_interval;
  if (profile.empty() && !device.start.paths.empty()) used.gnmi.paths = recorded_paths(*loaded.profile, device.start);
  app::DeviceSpecs specs = app::make_device_specs(settings, {{used.gnmi.profile, loaded.profile}}, {});
  specs.specs.front().monitor.boot_wait = {};  // a recording may end before that
  return std::move(specs.specs.front());
}

core::Result<intent::Snapshot> replay_intent(const config::Settings& settings) {
  if (!settings.intent.netbox && settings.intent.files.empty()) return intent::Snapshot{};
  return read_intent({settings, {}});
}

}  // namespace dm::cli
