// The shapes of the API's answers. Pure: plain values in, JSON out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fleet/status.h"
#include "model/drift.h"
#include "model/finding.h"
#include "model/value.h"
#include "store/queries.h"

namespace dm::api {

nlohmann::ordered_json value_json(const model::Value& value);
nlohmann::ordered_json text_or_null(const std::string& text);  // null: empty
nlohmann::ordered_json to_json(const model::Provenance& from);    // null: nobody says it
nlohmann::ordered_json device_time(std::int64_t nanoseconds);  // null: unknown
nlohmann::ordered_json to_json(const fleet::DeviceStatus& device);
nlohmann::ordered_json to_json(const fleet::LeafStatus& leaf);
nlohmann::ordered_json to_json(const model::Drift& drift);
nlohmann::ordered_json to_json(const model::Finding& finding);
nlohmann::ordered_json to_json(const store::StoredEvent& event);
nlohmann::ordered_json to_json(const store::Delivery& delivery);  // never the receiver's URL

// RFC 9457 problem document.
std::string problem(int status, const std::string& title, const std::string& detail);

// Bytes of a JSON document; malformed UTF-8 is replaced.
std::string dump(const nlohmann::ordered_json& json);

}  // namespace dm::api
