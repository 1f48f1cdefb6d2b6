// Between nlohmann::json and the simulator's leaves. Only sim/*.cpp include this.
#pragma once

#include <nlohmann/json.hpp>

#include "core/result.h"
#include "sim/message.h"

namespace dm::sim {

using Json = nlohmann::json;

model::Value value_from_json(const Json& json);
core::Result<LeafValue> leaf_from_json(const Json& json);
core::Result<std::vector<Message>> messages_from_json(const Json& json);

// Text as JSON; malformed UTF-8 is replaced.
std::string dump(const Json& json, int indent = -1);

// The member if it is of the wanted kind, else the fallback.
std::string text_member(const Json& json, const char* name, const std::string& fallback = {});
std::int64_t int_member(const Json& json, const char* name, std::int64_t fallback);

}  // namespace dm::sim
