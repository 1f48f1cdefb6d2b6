// Answers about the rules and what the verdict on one object rests on. Pure: plain values in, JSON out.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/types.h"
#include "fleet/explanation.h"
#include "fleet/status.h"

namespace dm::api {

// `rules`: those of the configuration, which the explanation names by their place.
nlohmann::ordered_json to_json(const fleet::Explanation& told, const config::Compare& rules);

// Every rule of compare.ignore, with what it hides of whom.
nlohmann::ordered_json rules_json(const config::Compare& rules, const fleet::FleetView& view, core::WallTime now);

}  // namespace dm::api
