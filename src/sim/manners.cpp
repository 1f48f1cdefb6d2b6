#include "sim/manners.h"

#include <fmt/format.h>

#include <algorithm>

#include "schema/leaf_table.h"
#include "sim/device_model.h"
#include "sim/json_value.h"

namespace dm::sim {
namespace {

core::Result<std::vector<model::Path>> paths_member(const Json& order, const char* name) {
  std::vector<model::Path> paths;
  if (!order.contains(name)) return paths;
  const core::Error wrong{core::Code::InvalidArgument, fmt::format("{}: a list of paths expected", name)};
  if (!order.at(name).is_array()) return wrong;
  for (const Json& item : order.at(name)) {
    if (!item.is_string()) return wrong;
    auto path = model::parse_path(item.get<std::string>());
    if (!path) return path.error();
    paths.push_back(*std::move(path));
  }
  return paths;
}

bool is_one_of(const std::vector<model::Path>& patterns, const model::Path& path) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const model::Path& pattern) { return shows(pattern, path); });
}

bool has_all_keys(const ::gnmi::Path& prefix, const ::gnmi::Path& asked) {
  std::string schema;
  for (const ::gnmi::Path* part : {&prefix, &asked}) {
    for (const ::gnmi::PathElem& elem : part->elem()) {
      schema.append("/").append(model::strip_module(elem.name()));
      for (const std::string_view key : schema::list_keys(schema)) {
        if (!elem.key().contains(std::string(key))) return false;
      }
    }
  }
  return true;
}

}  // namespace

core::Result<Manners> Manners::from_json(std::string_view json) {
  const Json order = json.empty() ? Json::object() : Json::parse(json, nullptr, false);
  if (!order.is_object()) return core::Error{core::Code::InvalidArgument, "a JSON object expected"};
  Manners manners;
  auto no_on_change = paths_member(order, "no_on_change"), no_sample = paths_member(order, "no_sample");
  if (!no_on_change) return no_on_change.error();
  if (!no_sample) return no_sample.error();
  manners.no_on_change = *std::move(no_on_change);
  manners.no_sample = *std::move(no_sample);
  for (const char* name : {"get", "needs_keys", "capabilities"}) {
    if (!order.value(name, Json(true)).is_boolean()) {
      return core::Error{core::Code::InvalidArgument, fmt::format("{}: true or false expected", name)};
    }
  }
  manners.has_get = order.value("get", true);
  manners.has_capabilities = order.value("capabilities", true);
  manners.gnmi_version = text_member(order, "gnmi_version", manners.gnmi_version);
  manners.model_version = text_member(order, "model_version");
  manners.needs_keys = order.value("needs_keys", false);
  if (order.contains("only_origin")) manners.only_origin = text_member(order, "only_origin", "");
  return manners;
}

std::optional<std::string> Manners::refusal(const model::Path& path, ::gnmi::SubscriptionMode mode) const {
  if (mode == ::gnmi::SAMPLE) {
    if (is_one_of(no_sample, path)) return "SAMPLE Streaming mode invalid for " + model::to_text(path);
  } else if (is_one_of(no_on_change, path)) {
    return "ON_CHANGE Streaming mode invalid for " + model::to_text(path);
  }
  return std::nullopt;
}

bool Manners::answers(const ::gnmi::Path& prefix, const ::gnmi::Path& asked) const {
  const std::string& origin = asked.origin().empty() ? prefix.origin() : asked.origin();
  if (only_origin && origin != *only_origin) return false;
  return !needs_keys || has_all_keys(prefix, asked);
}

}  // namespace dm::sim
