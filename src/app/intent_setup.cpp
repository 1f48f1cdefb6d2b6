#include "app/intent_setup.h"

#include <filesystem>
#include <utility>

#include "intent/files.h"
#include "intent/merge.h"
#include "intent/netbox/netbox_source.h"

namespace dm::app {

std::vector<std::unique_ptr<intent::Source>> make_sources(const config::Settings& settings) {
  std::vector<std::unique_ptr<intent::Source>> sources;
  if (settings.intent.netbox) {
    intent::netbox::Scope scope;
    if (settings.inventory.netbox) {
      scope.is_inventory = true;
      scope.filter = settings.inventory.netbox->filter;
    }
    for (const config::Device& device : settings.inventory.devices) scope.names.push_back(device.name);
    sources.push_back(std::make_unique<intent::netbox::NetBoxSource>(*settings.intent.netbox, std::move(scope),
                                                                     settings.gnmi.port, settings.limits));
  }
  if (!settings.intent.files.empty()) {
    const std::string folder = std::filesystem::path(settings.file).parent_path().string();
    sources.push_back(std::make_unique<intent::FilesSource>(folder, settings.intent.files, settings.limits));
  }
  return sources;
}

intent::CacheOptions make_cache_options(const config::Settings& settings) {
  intent::CacheOptions options;
  if (settings.intent.netbox) {
    options.poll_interval = settings.intent.netbox->poll_interval;
    options.guard.max_loss_percent = settings.intent.netbox->max_loss_percent;
  }
  for (const config::Device& device : settings.inventory.devices) options.configured_devices.push_back(device.name);
  return options;
}

std::shared_ptr<const model::IntentSnapshot> load_intent_once(const config::Settings& settings) {
  auto snapshot = std::make_shared<model::IntentSnapshot>();
  const auto sources = make_sources(settings);
  if (sources.empty()) snapshot->unusable_reason = "no source of intent is configured: set intent.netbox or intent.files";
  std::vector<intent::Loaded> loaded;
  for (const auto& source : sources) {
    auto reading = source->load();
    if (!reading) {
      snapshot->unusable_reason = reading.error().message;
      return snapshot;
    }
    loaded.push_back(std::move(*reading));
  }
  std::vector<const intent::Loaded*> all;
  for (const intent::Loaded& one : loaded) {
    all.push_back(&one);
    snapshot->inventory.insert(snapshot->inventory.end(), one.inventory.begin(), one.inventory.end());
    snapshot->warnings.insert(snapshot->warnings.end(), one.warnings.begin(), one.warnings.end());
  }
  for (auto& [name, intent] : intent::merge(all)) {
    snapshot->devices.emplace(name, std::make_shared<const model::DeviceIntent>(std::move(intent)));
  }
  snapshot->is_usable = !sources.empty();
  return snapshot;
}

}  // namespace dm::app
