#include "api/json.h"

#include <nlohmann/json.hpp>

#include "core/clock.h"

namespace dm::api {

using Json = nlohmann::ordered_json;

namespace {

Json time_or_null(core::WallTime time) {
  return time.time_since_epoch().count() == 0 ? Json(nullptr) : Json(core::to_rfc3339(time));
}

}  // namespace

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const model::Provenance& from) {
  if (from.source.empty()) return nullptr;
  return {{"source", from.source.str()}, {"object", from.object.str()}, {"url", text_or_null(from.url)}, {"field", text_or_null(from.field)}};
}

Json device_time(std::int64_t nanoseconds) {
  return nanoseconds <= 0 ? Json(nullptr) : Json(core::to_rfc3339(core::WallTime(std::chrono::nanoseconds(nanoseconds))));
}

// Through the model's own writer, so that the API and the events agree on every digit.
Json value_json(const model::Value& value) { return Json::parse(model::to_json(value)); }

Json to_json(const fleet::DeviceStatus& device) {
  Json paths = Json::array();
  for (const fleet::PathStatus& path : *device.paths) {
    paths.push_back({{"path", path.path}, {"mode", path.mode}, {"reason", text_or_null(path.reason)}});
  }
  Json quarantined = Json::array();
  for (const fleet::QuarantineStatus& path : device.quarantined) {
    quarantined.push_back({{"path", path.path},
                           {"code", path.code_name},
                           {"message", path.message},
                           {"since", time_or_null(path.since)}});
  }
  Json labels = Json::object();
  for (const auto& [name, value] : device.labels) labels[name] = value;
  Json software = nullptr;
  if (device.software) {
    software = {{"gnmi_version", device.software->gnmi_version},
                {"models", device.software->models},
                {"fingerprint", device.software->fingerprint}};
  }
  return {{"name", device.name},
          {"address", device.address},
          {"labels", labels},
          {"profile", device.profile},
          {"source", device.source},
          {"verdict", model::to_text(device.verdict)},
          {"verdict_reason", text_or_null(device.verdict_reason)},
          {"freshness",
           {{"state", model::to_text(device.freshness)},
            {"since", time_or_null(device.freshness_since)},
            {"reason", text_or_null(device.freshness_reason)}}},
          {"paths", paths},
          {"quarantined_paths", quarantined},
          {"degraded_areas", device.degraded_areas},
          {"open_drifts", device.open_drifts},
          {"suspected_drifts", device.suspected},
          {"leaves", device.leaves},
          {"expectations", device.expectations},
          {"expectations_not_subscribed", device.expectations_waiting},
          {"messages", device.messages},
          {"streams", device.streams},
          {"undecodable", device.undecodable},
          {"bad_messages", device.bad_messages},
          {"refused_leaves", device.refused_leaves},
          {"last_error", text_or_null(device.last_error)},
          {"tls", device.tls},
          {"software", software},
          {"certificate_not_after", device.certificate_end ? Json(core::to_rfc3339(*device.certificate_end)) : Json(nullptr)}};
}

Json to_json(const fleet::LeafStatus& leaf) {
  const auto shown = [&](const model::Value& value) { return leaf.is_secret ? Json("********") : value_json(value); };
  Json expectation = nullptr;
  if (leaf.has_expectation) expectation = {{"rule", leaf.rule}, {"desired_value", shown(leaf.desired)}};
  return {{"path", leaf.path},
          {"value", shown(leaf.value)},
          {"timestamp", device_time(leaf.timestamp_ns)},
          {"expectation", expectation},
          {"verdict", leaf.verdict}};
}

Json to_json(const model::Finding& finding) {
  return {{"kind", model::to_text(finding.kind)},
          {"severity", model::to_text(finding.severity)},
          {"source", finding.source},
          {"device", text_or_null(finding.device)},
          {"object", text_or_null(finding.object)},
          {"url", text_or_null(finding.url)},
          {"message", finding.message}};
}

Json to_json(const model::Drift& drift) {
  return {{"id", drift.id},
          {"device", drift.device},
          {"path", drift.path},
          {"difference", model::to_text(drift.kind)},
          {"is_entry", drift.is_entry},
          {"state", model::to_text(drift.state)},
          {"severity", model::to_text(drift.severity)},
          {"current_value", value_json(drift.current)},
          {"desired_value", value_json(drift.desired)},
          {"intent", to_json(drift.from)},
          {"first_seen", time_or_null(drift.first_seen)},
          {"opened_at", time_or_null(drift.opened_at)},
          {"changed_at", time_or_null(drift.changed_at)},
          {"resolved_at", time_or_null(drift.resolved_at)},
          {"device_timestamp", device_time(drift.device_timestamp_ns)}};
}

Json to_json(const store::Delivery& delivery) {
  return {{"id", delivery.id},
          {"event_id", delivery.event_id},
          {"device", delivery.device},
          {"state", store::to_text(delivery.state)},
          {"attempts", delivery.attempts},
          {"last_answer", text_or_null(delivery.last_class)},
          {"last_status", delivery.last_status == 0 ? Json(nullptr) : Json(delivery.last_status)},
          {"last_error", text_or_null(delivery.last_error)},
          {"created_at", time_or_null(delivery.created_at)},
          {"next_attempt_at", delivery.state == store::DeliveryState::Pending ? time_or_null(delivery.next_attempt_at) : Json(nullptr)},
          {"finished_at", time_or_null(delivery.finished_at)}};
}

Json to_json(const store::StoredEvent& event) {
  Json body = Json::parse(event.body, nullptr, false);
  return {{"id", event.id},
          {"device", event.device},
          {"action", event.action},
          {"at", time_or_null(event.at)},
          {"event", body.is_discarded() ? Json(nullptr) : body},
          {"delivery", event.delivery ? to_json(*event.delivery) : Json(nullptr)}};
}

std::string problem(int status, const std::string& title, const std::string& detail) {
  return dump(Json{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}});
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace dm::api
