#include "sim/kestra_face.h"

#include <algorithm>

#include "core/text.h"
#include "sim/http_face.h"
#include "sim/json_value.h"

namespace dm::sim {
namespace {

// Micronaut's error document, as Kestra 1.3 and 2.0 send it.
api::Response refusal(int status, const std::string& message, const std::string& path) {
  const Json none;
  return json_response(
      status, dump(Json{{"message", message},
                        {"logref", none},
                        {"path", none},
                        {"_links", {{"self", {{"href", path}, {"templated", false}, {"profile", none},
                                              {"deprecation", none}, {"title", none}, {"hreflang", none},
                                              {"type", none}, {"name", none}}}}},
                        {"_embedded", Json::object()}}));
}

Json to_body_variable(const std::string& body) {
  Json json = Json::parse(body, nullptr, false);
  return json.is_object() || json.is_array() ? json : Json(core::to_valid_utf8(body));
}

// The record of a created execution; the whole payload and all headers come back in it.
std::string execution(const std::string& space, const std::string& flow, const api::Request& request) {
  const std::string id = core::random_id().substr(0, 22);
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers) headers[name] = Json::array({value});
  Json variables{{"headers", headers}};
  if (!request.body.empty()) variables["body"] = to_body_variable(request.body);
  nlohmann::ordered_json record;
  record["tenantId"] = "main";
  record["id"] = id;
  record["namespace"] = space;
  record["flowId"] = flow;
  record["flowRevision"] = 1;
  record["trigger"] = {{"id", "webhook"}, {"type", "io.kestra.plugin.core.trigger.Webhook"}, {"variables", variables}};
  record["labels"] = Json::array({{{"key", "system.from"}, {"value", "trigger"}},
                                  {{"key", "system.correlationId"}, {"value", id}}});
  record["state"] = {{"current", "CREATED"}};
  return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Json to_json(const Arrival& arrival) {
  Json headers = Json::object();
  for (const auto& [name, value] : arrival.headers) headers[name] = value;
  return {{"sequence", arrival.sequence},     {"time", arrival.time},
          {"event_id", arrival.event_id},     {"header_event_id", arrival.header_event_id},
          {"status", arrival.status},         {"accepted", arrival.is_accepted},
          {"answered", arrival.is_answered},  {"duplicate", arrival.is_duplicate},
          {"headers", std::move(headers)},    {"body", to_body_variable(arrival.body)},
          {"body_bytes", arrival.body.size()}};
}

}  // namespace

KestraFace::KestraFace(Options options, net::Loop& loop) : options_(std::move(options)), loop_(loop) {}

std::string KestraFace::webhook_path(bool is_masked) const {
  return "/api/v1/main/executions/webhook/" + options_.space + "/" + options_.flow + "/" +
         (is_masked ? "{key}" : options_.key);
}

api::Response KestraFace::judge(const api::Request& request) const {
  constexpr std::string_view kTenant = "/api/v1/main/executions/webhook/";
  constexpr std::string_view kPlain = "/api/v1/executions/webhook/";
  std::string_view rest = request.path;
  if (rest.starts_with(kTenant)) {
    rest.remove_prefix(kTenant.size());
  } else if (rest.starts_with(kPlain)) {
    rest.remove_prefix(kPlain.size());
  } else {
    return refusal(404, "Not Found: Page Not Found", request.path);
  }
  if (rest.ends_with('/')) {
    api::Response empty;
    empty.status = 404;
    empty.content_type.clear();
    return empty;
  }
  if (request.method != "POST" && request.method != "PUT" && request.method != "GET") {
    return refusal(405, "Method Not Allowed: Method [" + request.method + "] not allowed for URI [" + request.path +
                            "]. Allowed methods: [HEAD, POST, PUT, GET]", request.path);
  }
  if (rest != options_.space + "/" + options_.flow + "/" + options_.key) {
    return refusal(404, "Not Found: Webhook not found", request.path);
  }
  return json_response(200, execution(options_.space, options_.flow, request));
}

void KestraFace::handle(const api::Request& request, api::Respond respond) {
  const Fault fault = fault_.next(request.path);
  if (fault.kind == FaultKind::Drop) {
    api::Response dropped;
    dropped.drop = true;
    return respond(std::move(dropped));
  }
  api::Response answer = judge(request);
  if (fault.kind == FaultKind::Status && answer.status == 200) {
    answer = {};
    answer.status = fault.status;
    answer.content_type.clear();
    if (fault.status == 409) answer = refusal(409, "Illegal state: Cannot execute a disabled flow", request.path);
    if (!fault.retry_after.empty()) answer.headers["Retry-After"] = fault.retry_after;
  }
  const bool is_answered = fault.kind != FaultKind::Hang && fault.kind != FaultKind::Withhold;
  record(request, answer, is_answered);
  if (fault.kind == FaultKind::Hang) {
    hanging_.push_back(std::move(respond));
  } else {
    answer.drop = fault.kind == FaultKind::Withhold;
    respond(std::move(answer));
  }
  wake();
}

void KestraFace::record(const api::Request& request, const api::Response& answer, bool is_answered) {
  Arrival arrival;
  arrival.sequence = ++newest_;
  arrival.time = core::to_rfc3339(options_.clock->wall_now());
  const auto header = request.headers.find("x-event-id");
  if (header != request.headers.end()) arrival.header_event_id = header->second;
  const Json body = Json::parse(request.body, nullptr, false);
  arrival.event_id = body.is_object() ? text_member(body, "event_id", arrival.header_event_id) : arrival.header_event_id;
  arrival.status = answer.status;
  arrival.is_accepted = answer.status == 200;
  arrival.is_answered = is_answered;
  arrival.headers.assign(request.headers.begin(), request.headers.end());
  arrival.body = request.body;
  if (arrival.is_accepted && !arrival.event_id.empty()) {
    arrival.is_duplicate = !accepted_ids_.insert(arrival.event_id).second;
  }
  arrivals_.push_back(std::move(arrival));
  if (arrivals_.size() > kKept) arrivals_.pop_front();
  if (options_.on_arrival) options_.on_arrival(arrivals_.back());
}

std::string KestraFace::page(std::uint64_t since, bool accepted_only) const {
  Json items = Json::array();
  for (const Arrival& arrival : arrivals_) {
    if (arrival.sequence > since && (arrival.is_accepted || !accepted_only)) items.push_back(to_json(arrival));
  }
  return dump(Json{{"items", std::move(items)}, {"next", newest_}});
}

bool KestraFace::has_news(std::uint64_t since, bool accepted_only) const {
  return std::any_of(arrivals_.begin(), arrivals_.end(), [&](const Arrival& arrival) {
    return arrival.sequence > since && (arrival.is_accepted || !accepted_only);
  });
}

void KestraFace::list(std::uint64_t since, bool accepted_only, core::Duration wait, api::Respond respond) {
  if (wait.count() <= 0 || has_news(since, accepted_only)) {
    return respond(json_response(200, page(since, accepted_only)));
  }
  waiters_.remove_if([](const Waiter& waiter) { return waiter.is_over; });
  Waiter& waiter = waiters_.emplace_back();
  waiter.since = since;
  waiter.accepted_only = accepted_only;
  waiter.respond = std::move(respond);
  waiter.timer = std::make_unique<net::Timer>(loop_);
  waiter.timer->after(wait, [this, &waiter] {
    waiter.is_over = true;
    waiter.respond(json_response(200, page(waiter.since, waiter.accepted_only)));
  });
}

void KestraFace::wake() {
  for (Waiter& waiter : waiters_) {
    if (waiter.is_over || !has_news(waiter.since, waiter.accepted_only)) continue;
    waiter.is_over = true;
    waiter.timer->cancel();
    waiter.respond(json_response(200, page(waiter.since, waiter.accepted_only)));
  }
  waiters_.remove_if([](const Waiter& waiter) { return waiter.is_over; });
}

void KestraFace::forget() {
  arrivals_.clear();
  accepted_ids_.clear();
  hanging_.clear();
}

}  // namespace dm::sim
