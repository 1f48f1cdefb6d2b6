#include "api/explain_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/json.h"
#include "core/text.h"

namespace dm::api {

using Json = nlohmann::ordered_json;

namespace {

Json values_json(const std::vector<model::Value>& values) {
  Json list = Json::array();
  for (const model::Value& value : values) list.push_back(value_json(value));
  return list;
}

std::string_view rule_name(model::Rule rule) {
  switch (rule) {
    case model::Rule::Equal: return "equal";
    case model::Rule::Absent: return "absent";
    case model::Rule::OneOf: return "one_of";
    case model::Rule::Set: return "set";
  }
  return {};
}

Json intended_json(const fleet::Explanation& told) {
  if (told.expectation) {
    return {{"rule", rule_name(told.expectation->rule)},
            {"values", values_json(told.expectation->values)},
            {"values_as_compared", values_json(told.desired_as_compared)},
            {"from", to_json(told.expectation->from)}};
  }
  if (!told.entry_intended_by) return nullptr;
  return {{"rule", "entry"}, {"values", Json::array()}, {"values_as_compared", Json::array()}, {"from", to_json(*told.entry_intended_by)}};
}

Json rule_json(const std::string& name, const std::string& text, const std::string& reason) {
  return {{"rule", name}, {"text", text}, {"reason", text_or_null(reason)}};
}

Json applied_json(const compare::Reasoning& why, const config::Compare& rules) {
  Json ignored = nullptr, severity = nullptr, list = nullptr;
  if (why.ignored_by && *why.ignored_by < rules.ignore.size()) {
    const config::IgnoreRule& rule = rules.ignore[*why.ignored_by];
    ignored = rule_json(fmt::format("ignore[{}]", *why.ignored_by), config::to_text(rule), rule.reason);
  }
  if (why.severity_rule && *why.severity_rule < rules.severity.size()) {
    const config::SeverityRule& rule = rules.severity[*why.severity_rule];
    severity = rule_json(fmt::format("severity[{}]", *why.severity_rule),
                         fmt::format("{} {} {}", config::to_text(rule.devices), model::to_text(rule.path), model::to_text(rule.severity)), "");
  }
  if (why.list && !why.list->policy.empty()) {
    list = {{"list", why.list->list},
            {"policy", why.list->policy},
            {"said_by", why.list->said_by},
            {"is_authoritative", why.list->is_authoritative},
            {"because", text_or_null(why.list->because)}};
  }
  return {{"exempt", text_or_null(why.exempt)},
          {"spoken_for_by", text_or_null(why.spoken_for)},
          {"ignored_by", ignored},
          {"severity", severity},
          {"list", list}};
}

}  // namespace

Json to_json(const fleet::Explanation& told, const config::Compare& rules) {
  const bool is_hidden = told.is_secret;
  const auto value = [&](const model::Value& one) { return is_hidden ? Json("********") : value_json(one); };
  Json difference = nullptr;
  if (told.reasoning && told.reasoning->difference) {
    const model::Difference& found = *told.reasoning->difference;
    difference = {{"difference", model::to_text(found.kind)},
                  {"severity", model::to_text(found.severity)},
                  {"current_value", value(found.current)},
                  {"desired_value", value(found.desired)}};
  }
  return {{"device", told.device},
          {"asked", told.asked},
          {"path", told.path},
          {"spelled", told.spelled},
          {"schema",
           {{"kind", told.kind},
            {"is_list", told.is_list},
            {"is_ordered", told.is_ordered},
            {"is_secret", told.is_secret},
            {"is_config", told.is_config},
            {"platform_default", told.platform_default ? value_json(*told.platform_default) : Json(nullptr)}}},
          {"watched",
           {{"by", text_or_null(told.watched_by)}, {"mode", text_or_null(told.mode)}, {"trouble", text_or_null(told.watch_trouble)}}},
          {"observed",
           {{"is_there", told.is_there},
            {"is_unreadable", told.is_unreadable},
            {"value", value(told.current)},
            {"value_as_compared", value(told.current_as_compared)},
            {"timestamp", device_time(told.device_timestamp_ns)}}},
          {"intended", intended_json(told)},
          {"rules", told.reasoning ? applied_json(*told.reasoning, rules) : Json(nullptr)},
          {"verdict", told.verdict},
          {"verdict_reason", text_or_null(told.verdict_reason)},
          {"found", difference},
          {"drift", told.drift ? to_json(*told.drift) : Json(nullptr)},
          {"is_in_hold_time", told.is_held}};
}

Json rules_json(const config::Compare& rules, const fleet::FleetView& view, core::WallTime now) {
  Json items = Json::array();
  for (std::size_t i = 0; i < rules.ignore.size(); ++i) {
    const config::IgnoreRule& rule = rules.ignore[i];
    std::size_t hides = 0;
    std::uint64_t hits = 0;
    Json devices = Json::array();
    for (const auto& device : view.devices) {
      const auto count = device->ignored.find(i);
      if (count == device->ignored.end()) continue;
      hides += count->second.now;
      hits += count->second.hits;
      if (count->second.now > 0) devices.push_back(device->name);
    }
    items.push_back({{"rule", fmt::format("ignore[{}]", i)},
                     {"text", config::to_text(rule)},
                     {"reason", text_or_null(rule.reason)},
                     {"until", rule.until ? Json(core::to_rfc3339(*rule.until)) : Json(nullptr)},
                     {"is_over", rule.until && *rule.until <= now},
                     {"hides", hides},
                     {"hits", hits},
                     {"devices", devices}});
  }
  return items;
}

}  // namespace dm::api
