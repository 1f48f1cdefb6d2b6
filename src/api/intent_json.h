// What the intent itself has to say in the API's answers: findings, suspended devices, what is not compared.
// Pure: plain values in, JSON out. A null intent is one that was not loaded yet.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "fleet/status.h"
#include "model/expectation.h"

namespace dm::api {

// One line for each finding.
nlohmann::ordered_json lines_of(const model::IntentSnapshot* intent);
nlohmann::ordered_json suspended_of(const model::IntentSnapshot* intent);
// What is not compared on some devices: how many of them, for which reason.
nlohmann::ordered_json not_compared_by_reason(const model::IntentSnapshot* intent);
// A device as its loop and its intent know it.
nlohmann::ordered_json device_json(const fleet::DeviceStatus& device, const model::IntentSnapshot* intent);

}  // namespace dm::api
