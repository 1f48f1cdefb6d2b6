#include "api/intent_json.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/json.h"

namespace dm::api {

using Json = nlohmann::ordered_json;

Json lines_of(const model::IntentSnapshot* intent) {
  Json lines = Json::array();
  if (intent == nullptr) return lines;
  for (const model::Finding& finding : intent->findings) lines.push_back(model::to_line(finding));
  return lines;
}

Json suspended_of(const model::IntentSnapshot* intent) {
  Json rows = Json::array();
  if (intent == nullptr) return rows;
  for (const model::SuspendedDevice& device : intent->suspended) {
    rows.push_back({{"device", device.name}, {"reason", device.reason}});
  }
  return rows;
}

Json not_compared_by_reason(const model::IntentSnapshot* intent) {
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  if (intent != nullptr) {
    for (const auto& [name, device] : intent->devices) {
      for (const auto& silent : device->not_compared) ++counts[silent];
    }
  }
  Json rows = Json::array();
  for (const auto& [silent, devices] : counts) {
    rows.push_back({{"path", silent.first}, {"reason", silent.second}, {"devices", devices}});
  }
  return rows;
}

Json device_json(const fleet::DeviceStatus& device, const model::IntentSnapshot* intent) {
  Json json = to_json(device);
  Json silent = Json::array();
  if (intent != nullptr) {
    if (const auto found = intent->devices.find(device.name); found != intent->devices.end()) {
      for (const auto& [path, why] : found->second->not_compared) silent.push_back({{"path", path}, {"reason", why}});
    }
  }
  json["not_compared"] = std::move(silent);
  return json;
}

}  // namespace dm::api
