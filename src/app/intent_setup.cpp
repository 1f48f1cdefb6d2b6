#include "app/intent_setup.h"

#include <filesystem>
#include <utility>

#include "app/device_specs.h"
#include "app/version.h"
#include "intent/assemble.h"
#include "intent/files.h"
#include "intent/netbox/netbox_source.h"

namespace dm::app {
namespace {

// Intent files are named relative to the configuration file.
std::string folder_of(const config::Settings& settings) {
  return std::filesystem::path(settings.file).parent_path().string();
}

}  // namespace

std::vector<std::unique_ptr<intent::Source>> make_sources(const config::Settings& settings, const core::Clock& clock) {
  std::vector<std::unique_ptr<intent::Source>> sources;
  if (settings.intent.netbox) {
    intent::netbox::Scope scope;
    if (settings.inventory.netbox) {
      scope.is_inventory = true;
      scope.filter = settings.inventory.netbox->filter;
    }
    for (const config::Device& device : settings.inventory.devices) scope.names.push_back(device.name);
    sources.push_back(intent::netbox::make_netbox_source(*settings.intent.netbox, std::move(scope), settings.gnmi.port,
                                                         settings.limits, clock));
  }
  if (!settings.intent.files.empty()) {
    sources.push_back(std::make_unique<intent::FilesSource>(folder_of(settings), settings.intent.files, settings.limits));
  }
  return sources;
}

intent::CacheOptions make_cache_options(const config::Settings& settings,
                                        const std::map<std::string, std::shared_ptr<const schema::Profile>>& profiles) {
  intent::CacheOptions options;
  if (settings.intent.netbox) {
    options.poll_interval = settings.intent.netbox->poll_interval;
    options.most_hints = settings.limits.netbox_hints;
    options.last_good_file = settings.store.path + ".intent";
    options.most_last_good_bytes = settings.limits.last_good_bytes;
    options.made_by = std::string(kVersion);
    options.guard.max_loss_percent = settings.intent.netbox->max_loss_percent;
  }
  options.assemble.most_findings = settings.limits.intent_findings;
  const auto add_profile = [&](const std::string& device, const std::string& name) {
    if (const auto profile = profiles.find(name); profile != profiles.end()) options.assemble.profiles[device] = profile->second;
  };
  add_profile("", settings.gnmi.profile);
  for (const config::Device& device : settings.inventory.devices) {
    options.assemble.configured_devices.push_back(device.name);
    add_profile(device.name, device.gnmi.profile);
  }
  return options;
}

core::Result<intent::Snapshot> load_intent_once(const config::Settings& settings) {
  std::vector<intent::SourceReading> readings;
  const core::SystemClock clock;
  for (const auto& source : make_sources(settings, clock)) {
    auto loaded = source->load({});
    if (!loaded) return loaded.error();
    readings.push_back({.name = source->name(),
                        .is_remote = source->is_remote(),
                        .last_good = std::make_shared<const intent::Loaded>(std::move(*loaded)),
                        .loaded_at = {},
                        .error = {},
                        .hold = {}});
  }
  auto snapshot = intent::assemble(readings, make_cache_options(settings, load_profiles(settings).by_name).assemble, {});
  if (!snapshot.is_usable) return core::Error{core::Code::InvalidArgument, snapshot.unusable_reason};
  return std::make_shared<const model::IntentSnapshot>(std::move(snapshot));
}

FilesCheck check_intent_files(const config::Settings& settings) {
  auto load = intent::load_files(folder_of(settings), settings.intent.files, settings.limits);
  return {std::move(load.errors), std::move(load.loaded.warnings)};
}

}  // namespace dm::app
