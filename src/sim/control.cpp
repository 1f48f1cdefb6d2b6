#include "sim/control.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"
#include "sim/cli.h"
#include "sim/json_value.h"

namespace dm::sim {
namespace {

Json json_of(const model::Value& value) { return Json::parse(model::to_json(value), nullptr, false); }

Json json_of(const Message& message) {
  Json updates = Json::array();
  for (const LeafValue& leaf : message.updates) {
    updates.push_back({{"path", model::to_text(leaf.path)}, {"type", leaf.type}, {"value", json_of(leaf.value)}});
  }
  Json deletes = Json::array();
  for (const model::Path& path : message.deletes) deletes.push_back(model::to_text(path));
  return {{"update", std::move(updates)}, {"delete", std::move(deletes)}};
}

const char* to_text(GateState state) {
  switch (state) {
    case GateState::Open: return "up";
    case GateState::Frozen: return "frozen";
    case GateState::Closed: return "down";
  }
  return "?";
}

api::Response done() { return json_response(200, "{}"); }

api::Response failed(const core::Error& error) {
  const int status = error.code == core::Code::NotFound      ? 404
                     : error.code == core::Code::Unavailable ? 503
                                                             : 400;
  return error_response(status, error.message);
}

api::Response outcome(const core::Status& status) { return status ? done() : failed(status.error()); }

api::Response leaves(const Device& device, const std::string& pattern_text) {
  const auto pattern = model::parse_path(pattern_text.empty() ? "/" : pattern_text);
  if (!pattern) return failed(pattern.error());
  Json items = Json::array();
  for (const auto& [text, held] : device.model().leaves()) {
    if (!shows(*pattern, held.leaf.path)) continue;
    items.push_back({{"path", text},
                     {"type", held.leaf.type},
                     {"value", json_of(held.leaf.value)},
                     {"timestamp", std::to_string(held.timestamp_ns)}});
  }
  return json_response(200, dump(Json{{"items", std::move(items)}}));
}

std::uint64_t to_number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void Control::handle(const api::Request& request, api::Respond respond) {
  Segments segments = core::split(std::string_view(request.path).substr(1), '/');
  const bool is_get = request.method == "GET";
  if (segments.empty() || segments[0] != "control" || segments.size() < 2) {
    return respond(error_response(404, "the control API is below /control/, see docs/fabric-sim.md"));
  }
  const std::string_view topic = segments[1];
  if (topic == "devices" && segments.size() >= 4) return on_device(request, segments, std::move(respond));
  if (topic == "events") return events(request, std::move(respond));
  if (topic == "status" && is_get) return respond(status());
  if (topic == "changes" && is_get) return respond(changes());
  if (topic == "noise" && !is_get) {
    const Json body = Json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.value("on", Json()).is_boolean()) {
      return respond(error_response(400, R"({"on": true|false} expected)"));
    }
    *parts_.is_noisy = body.at("on").get<bool>();
    return respond(done());
  }
  if (topic == "kestra" && !is_get) {
    return respond(order_face(request.body, *parts_.kestra_http,
                              [this](FaultPlan plan) { parts_.kestra->set_fault(std::move(plan)); }));
  }
  if (topic == "netbox" && segments.size() > 3 && segments[2] == "objects" && !is_get) {
    const std::string object = request.path.substr(std::string_view("/control/netbox/objects/").size());
    const auto branch = request.query.find("branch");
    return respond(outcome(parts_.netbox->change(request.method, object, request.body, branch == request.query.end() ? "" : branch->second)));
  }
  if (topic == "netbox" && !is_get) {
    return respond(order_face(request.body, *parts_.netbox_http,
                              [this](FaultPlan plan) { parts_.netbox->set_fault(std::move(plan)); }));
  }
  respond(error_response(404, "no such control: " + request.method + " " + request.path));
}

void Control::on_device(const api::Request& request, const Segments& segments, api::Respond respond) {
  const auto found = parts_.devices->find(std::string(segments[2]));
  if (found == parts_.devices->end()) {
    return respond(error_response(404, "no switch named '" + std::string(segments[2]) + "' is simulated"));
  }
  Device& device = *found->second;
  const std::string_view verb = segments[3];
  if (verb == "leaves" && request.method == "GET") {
    const auto pattern = request.query.find("path");
    return respond(leaves(device, pattern == request.query.end() ? "" : pattern->second));
  }
  if (request.method != "POST") return respond(error_response(405, "POST expected"));
  if (verb == "cli") return run_cli(device, request, std::move(respond));
  if (verb == "apply") {
    auto messages = parse_messages(request.body);
    if (!messages) return respond(failed(messages.error()));
    const Json order = Json::parse(request.body);
    const Json commit = order.is_object() ? order.value("commit", Json(true)) : Json(true);
    if (!commit.is_boolean()) return respond(error_response(400, "commit: true or false expected"));
    return apply(device, *std::move(messages), commit.get<bool>(), std::move(respond));
  }
  if ((verb == "change" || verb == "revert") && segments.size() == 5) {
    return run_change(device, segments[4], verb == "revert", std::move(respond));
  }
  if (verb == "kill") return respond(outcome(device.set_gate(GateState::Closed)));
  if (verb == "freeze") return respond(outcome(device.set_gate(GateState::Frozen)));
  if (verb == "start" || verb == "thaw") return respond(outcome(device.set_gate(GateState::Open)));
  if (verb == "restart") return respond(restart(device, request.body));
  if (verb == "manners") {
    auto manners = Manners::from_json(request.body);
    if (!manners) return respond(failed(manners.error()));
    device.set_manners(*std::move(manners));
    return respond(done());
  }
  if (verb == "noise") {
    device.make_noise();
    return respond(done());
  }
  respond(error_response(404, "a switch knows no '" + std::string(verb) + "'"));
}

void Control::apply(Device& device, std::vector<Message> messages, bool ends_commit, api::Respond respond) {
  Json said = Json::array();
  for (const Message& message : messages) said.push_back(json_of(message));
  const std::string begun = core::to_rfc3339(parts_.clock->wall_now());
  device.apply(std::move(messages), ends_commit, [said = std::move(said), begun, clock = parts_.clock,
                                     respond = std::move(respond)] {
    respond(json_response(200, dump(Json{{"messages", said},
                                         {"begun", begun},
                                         {"ended", core::to_rfc3339(clock->wall_now())}})));
  });
}

void Control::run_cli(Device& device, const api::Request& request, api::Respond respond) {
  const std::int64_t now = parts_.clock->wall_now().time_since_epoch().count();
  auto message = translate_cli(device.model(), cli_lines(request.body), now);
  if (!message) return respond(failed(message.error()));
  std::vector<Message> messages;
  const bool says_something = !message->updates.empty() || !message->deletes.empty();
  if (says_something) messages.push_back(*std::move(message));
  apply(device, std::move(messages), says_something, std::move(respond));
}

void Control::run_change(Device& device, std::string_view id, bool is_revert, api::Respond respond) {
  const Change* change = parts_.lab->change(id);
  if (change == nullptr || change->device != device.name()) {
    return respond(error_response(404, "no change '" + std::string(id) + "' of " + device.name() +
                                           " in changes.json"));
  }
  apply(device, is_revert ? change->revert : change->messages, true, std::move(respond));
}

// Nothing: as in the lab. {"device": "leaf2"}: with that switch's leaves. {"leaves": […]}: with these.
api::Response Control::restart(Device& device, const std::string& body) {
  std::vector<LeafValue> fresh;
  const Json order = body.empty() ? Json::object() : Json::parse(body, nullptr, false);
  if (!order.is_object()) return error_response(400, "a JSON object expected");
  if (order.contains("leaves")) {
    auto given = parse_device(body);
    if (!given) return failed(given.error());
    fresh = std::move(given->leaves);
  } else {
    const std::string name = text_member(order, "device", device.name());
    const LabDevice* other = parts_.lab->device(name);
    if (other == nullptr) return error_response(404, "no switch '" + name + "' in the lab");
    fresh = other->leaves;
  }
  device.restart(std::move(fresh));
  return outcome(device.set_gate(GateState::Open));
}

api::Response Control::order_face(const std::string& body, HttpFace& http,
                                  const std::function<void(FaultPlan)>& take) {
  const Json order = Json::parse(body, nullptr, false);
  if (!order.is_object()) return error_response(400, "a JSON object expected");
  const std::string mode = text_member(order, "mode");
  if (mode == "down") {
    http.take_down();
    return done();
  }
  if (const auto up = http.bring_up(); !up) return failed(up.error());
  if (&http == parts_.netbox_http && order.contains("max_page_size")) {
    parts_.netbox->set_max_page_size(static_cast<std::size_t>(std::max<std::int64_t>(1, int_member(order, "max_page_size", 1000))));
    if (mode.empty()) return done();
  }
  auto plan = FaultPlan::from_json(body);
  if (!plan) return failed(plan.error());
  take(*std::move(plan));
  return done();
}

api::Response Control::status() const {
  Json devices = Json::object();
  for (const auto& [name, device] : *parts_.devices) {
    devices[name] = {{"address", device->address()},
                     {"state", to_text(device->gate())},
                     {"streams", device->streams()},
                     {"leaves", device->model().leaves().size()}};
  }
  const Json kestra{{"url", parts_.kestra_http->url() + parts_.kestra->webhook_path()},
                    {"state", parts_.kestra_http->is_up() ? parts_.kestra->fault().describe() : "down"},
                    {"arrivals", parts_.kestra->newest()}};
  const Json netbox{{"url", parts_.netbox_http->url()},
                    {"token", parts_.netbox->token()},
                    {"state", parts_.netbox_http->is_up() ? parts_.netbox->fault().describe() : "down"}};
  return json_response(200, dump(Json{{"devices", std::move(devices)},
                                      {"kestra", kestra},
                                      {"netbox", netbox},
                                      {"noise", *parts_.is_noisy}}));
}

api::Response Control::changes() const {
  Json items = Json::array();
  for (const Change& change : parts_.lab->changes) {
    items.push_back({{"id", change.id}, {"device", change.device}, {"cli", change.cli}, {"why", change.why}});
  }
  return json_response(200, dump(Json{{"items", std::move(items)}}));
}

void Control::events(const api::Request& request, api::Respond respond) {
  if (request.method == "DELETE") {
    parts_.kestra->forget();
    return respond(done());
  }
  const auto value = [&](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  const auto wait = core::parse_duration(value("wait").empty() ? "0" : value("wait"));
  if (!wait) return respond(failed(wait.error()));
  parts_.kestra->list(to_number(value("since")), value("accepted") == "true", *wait, std::move(respond));
}

}  // namespace dm::sim
