#include "api/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/explain_json.h"
#include "api/intent_json.h"
#include "api/json.h"
#include "intent/netbox/webhook.h"

namespace dm::api {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kLargestPage = store::kMostPerPage;
constexpr std::size_t kMostLeaves = 100'000;
constexpr std::chrono::seconds kAnswerFromLoop{10};

Response json_answer(const Json& body, int status = 200) { return {.status = status, .body = dump(body)}; }

Response problem_answer(int status, const std::string& title, const std::string& detail) {
  return {.status = status, .content_type = "application/problem+json", .body = problem(status, title, detail)};
}

Response wrong_method(const std::string& allowed) {
  Response refused = problem_answer(405, "Method Not Allowed", "use " + allowed);
  refused.headers["Allow"] = allowed == "GET" ? "GET, HEAD" : allowed;
  return refused;
}

Response not_found(const std::string& what) { return problem_answer(404, "Not Found", what + " is not known here"); }

Response failed(const core::Error& error) {
  if (error.code == core::Code::InvalidArgument) return problem_answer(400, "Bad Request", error.message);
  return problem_answer(500, "Internal Server Error", error.message);
}

std::string value_of(const std::map<std::string, std::string>& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? std::string() : found->second;
}

// Error: the limit is no number from 1 to the largest page.
core::Result<store::Page> page_of(const Request& request, std::size_t largest) {
  store::Page page{.limit = largest, .cursor = value_of(request.query, "cursor")};
  const std::string text = value_of(request.query, "limit");
  if (text.empty()) return page;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), page.limit);
  if (failure != std::errc{} || end != text.data() + text.size() || page.limit == 0 || page.limit > largest) {
    return core::Error{core::Code::InvalidArgument, fmt::format("limit is a number from 1 to {}", largest)};
  }
  return page;
}

// The query's `state`, empty if there is none. Error: it is no state.
core::Result<std::string> state_of(const Request& request, std::initializer_list<std::string_view> known) {
  const std::string state = value_of(request.query, "state");
  if (state.empty() || std::find(known.begin(), known.end(), state) != known.end()) return state;
  return core::Error{core::Code::InvalidArgument, fmt::format("state is one of {}", fmt::join(known, ", "))};
}

template <class Items>
Response list_answer(const Items& items, const std::string& next_cursor) {
  Json rows = Json::array();
  for (const auto& item : items) rows.push_back(to_json(item));
  return json_answer({{"items", rows}, {"next_cursor", next_cursor.empty() ? Json(nullptr) : Json(next_cursor)}});
}

// A page of things sorted by a text key; the cursor is the key of the last item given.
template <class Item, class Key>
std::pair<std::vector<Item>, std::string> slice(const std::vector<Item>& all, const store::Page& page, Key key) {
  std::vector<Item> items;
  for (const Item& item : all) {
    if (!page.cursor.empty() && key(item) <= page.cursor) continue;
    if (items.size() == page.limit) return {items, key(items.back())};
    items.push_back(item);
  }
  return {items, ""};
}

// What the outbox holds; `last_failure` is that of a delivery that still waits to be accepted.
Json delivery_status(const Backend& backend) {
  const auto failure = backend.queries.newest_failure();
  const double pending = backend.metrics.value(metrics::Metric::OutboxPending);
  return {{"configured", backend.is_delivery_configured()},
          {"pending", static_cast<std::int64_t>(pending)},
          {"last_failure", failure && *failure ? to_json(**failure) : Json(nullptr)}};
}

std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t start = 1;
  while (start <= path.size()) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    parts.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

}  // namespace

Response Handlers::operator()(const Request& request) {
  Response response = route(request);
  backend_.metrics.add(metrics::Metric::ApiRequests, 1, std::to_string(response.status));
  response.headers.emplace("Cache-Control", "no-store");
  response.headers.emplace("X-Content-Type-Options", "nosniff");
  return response;
}

Response Handlers::route(const Request& request) {
  const bool is_read = request.method == "GET" || request.method == "HEAD";
  const bool is_service_page = request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
  if (is_service_page && !is_read) return wrong_method("GET");
  if (request.path == "/healthz") return {.content_type = "text/plain", .body = "ok\n"};
  if (request.path == "/readyz") return ready();
  if (request.path == kNetBoxHook) return request.method == "POST" ? netbox_hook(request) : wrong_method("POST");
  const Role role = backend_.access()->role_of(value_of(request.headers, "authorization"));
  if (role == Role::None) {
    Response refused = problem_answer(401, "Unauthorized", "send 'Authorization: Bearer TOKEN' with a token of the tokens file");
    refused.headers["WWW-Authenticate"] = "Bearer";
    return refused;
  }
  if (request.path == "/metrics") {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = backend_.metrics.text()};
  }
  const auto parts = segments_of(request.path);
  if (parts.size() < 3 || parts[0] != "api" || parts[1] != "v1") return not_found(request.path);
  const std::string& what = parts[2];
  if (what == "reload" || what == "refresh") {
    if (parts.size() != 3) return not_found(request.path);
    if (request.method != "POST") return wrong_method("POST");
    if (role != Role::Operator) return problem_answer(403, "Forbidden", "this needs a token with the role operator");
    return what == "refresh" ? refresh(request) : reload();
  }
  if (!is_read) return wrong_method("GET");
  if (what == "status" && parts.size() == 3) return status();
  if (what == "devices" && parts.size() == 3) return devices(request);
  if (what == "devices" && parts.size() == 4) return device(parts[3]);
  if (what == "devices" && parts.size() == 5 && parts[4] == "leaves") return leaves(request, parts[3]);
  if (what == "explain" && parts.size() == 3) return explain(request);
  if (what == "rules" && parts.size() == 3) return rules();
  if (what == "drifts" && parts.size() == 3) return drifts(request);
  if (what == "drifts" && parts.size() == 4) return drift(parts[3]);
  if (what == "events" && parts.size() == 3) return events(request);
  if (what == "deliveries" && parts.size() == 3) return deliveries(request);
  if (what == "findings" && parts.size() == 3) return findings(request);
  return not_found(request.path);
}

// `accept_loss`: takes over what NetBox says now, even where the guard against mass disappearance holds.
Response Handlers::refresh(const Request& request) {
  const std::string accept = value_of(request.query, "accept_loss");
  if (!accept.empty() && accept != "true" && accept != "false") {
    return problem_answer(400, "Bad Request", "accept_loss is true or false");
  }
  backend_.refresh(accept == "true");
  return json_answer({{"accepted", true}, {"accept_loss", accept == "true"}}, 202);
}

// NetBox has no token of ours: its signature is what lets it in. Answered before anything is read: a slow receiver
// blocks NetBox's worker, and a refused delivery is not repeated.
Response Handlers::netbox_hook(const Request& request) {
  const auto count = [this](const char* result) { backend_.metrics.add(metrics::Metric::NetBoxHooks, 1, result); };
  const config::Secret secret = backend_.hook_secret();
  if (secret.empty()) {
    count("refused");
    return problem_answer(403, "Forbidden", "webhooks are not taken: intent.netbox.webhook_secret is not set");
  }
  auto hook = intent::netbox::read_hook(request.body, value_of(request.headers, "x-hook-signature"), secret.reveal());
  if (!hook) {
    count("refused");
    const bool is_stranger = hook.error().code == core::Code::Unauthenticated;
    return problem_answer(is_stranger ? 401 : 400, is_stranger ? "Unauthorized" : "Bad Request", hook.error().message);
  }
  if (!hook->hint) {
    count("ignored");
    return json_answer({{"accepted", false}, {"reason", hook->ignored}}, 202);
  }
  const bool is_taken = backend_.hint(std::move(*hook->hint));
  count(is_taken ? "accepted" : "dropped");
  return json_answer({{"accepted", is_taken}, {"reason", is_taken ? Json(nullptr) : Json("too many wait; the next poll finds it")}}, 202);
}

Response Handlers::reload() {
  const auto reloaded = backend_.reload();
  if (reloaded) return json_answer({{"reloaded", true}, {"needs_restart", *reloaded}});
  if (reloaded.error().code == core::Code::Unavailable) {
    return problem_answer(503, "Service Unavailable", reloaded.error().message);
  }
  return problem_answer(422, "Configuration refused", reloaded.error().message);
}

Response Handlers::status() {
  const auto view = backend_.view();
  const auto intent = backend_.intent();
  std::map<std::string, std::size_t> verdicts{{"in_sync", 0}, {"drifted", 0}, {"degraded", 0}, {"unknown", 0}};
  std::map<std::string, std::size_t> freshness{{"live", 0}, {"syncing", 0}, {"stale", 0}, {"never", 0}};
  std::size_t open_drifts = 0;
  for (const auto& device : view->devices) {
    ++verdicts[std::string(model::to_text(device->verdict))];
    ++freshness[std::string(model::to_text(device->freshness))];
    open_drifts += device->open_drifts;
  }
  Json intent_json = {{"usable", intent && intent->is_usable},
                      {"reason", intent ? Json(intent->unusable_reason) : Json("not loaded yet")},
                      {"version", intent ? intent->version : 0},
                      {"loaded_at", intent && intent->is_usable ? Json(core::to_rfc3339(intent->loaded_at)) : Json(nullptr)},
                      {"last_error", intent && !intent->last_error.empty() ? Json(intent->last_error) : Json(nullptr)},
                      {"warnings", lines_of(intent.get())},
                      {"suspended", suspended_of(intent.get())},
                      {"not_compared", not_compared_by_reason(intent.get())}};
  if (intent && intent->is_usable) intent_json["reason"] = nullptr;
  const std::string store = backend_.store_trouble();
  return json_answer({{"version", backend_.version},
                      {"started_at", core::to_rfc3339(backend_.started_at)},
                      {"devices", view->devices.size()},
                      {"verdicts", verdicts},
                      {"freshness", freshness},
                      {"open_drifts", open_drifts},
                      {"intent", intent_json},
                      {"store", {{"writable", store.empty()}, {"error", store.empty() ? Json(nullptr) : Json(store)}}},
                      {"delivery", delivery_status(backend_)}});
}

Response Handlers::devices(const Request& request) {
  const auto page = page_of(request, kLargestPage);
  if (!page) return failed(page.error());
  const auto view = backend_.view();
  const auto [items, next] = slice(view->devices, *page, [](const auto& device) { return device->name; });
  Json rows = Json::array();
  const auto intent = backend_.intent();
  for (const auto& device : items) rows.push_back(device_json(*device, intent.get()));
  return json_answer({{"items", rows}, {"next_cursor", next.empty() ? Json(nullptr) : Json(next)}});
}

Response Handlers::device(const std::string& name) {
  const auto view = backend_.view();
  for (const auto& device : view->devices) {
    if (device->name == name) return json_answer(device_json(*device, backend_.intent().get()));
  }
  return not_found("device '" + name + "'");
}

Response Handlers::leaves(const Request& request, const std::string& name) {
  const auto page = page_of(request, kMostLeaves);
  if (!page) return failed(page.error());
  auto answer = backend_.leaves(name);
  if (answer.wait_for(kAnswerFromLoop) != std::future_status::ready) {
    return problem_answer(503, "Service Unavailable", "the device's loop is busy; ask again");
  }
  const auto all = answer.get();
  if (!all) return not_found("device '" + name + "'");
  const auto [items, next] = slice(*all, *page, [](const fleet::LeafStatus& leaf) { return leaf.path; });
  return list_answer(items, next);
}

Response Handlers::explain(const Request& request) {
  const std::string device = value_of(request.query, "device"), path_text = value_of(request.query, "path");
  if (device.empty() || path_text.empty()) return problem_answer(400, "Bad Request", "explain needs device= and path=");
  const auto path = model::parse_path(path_text);
  if (!path) return failed(path.error());
  if (model::has_wildcard(*path)) return problem_answer(400, "Bad Request", "path names one leaf or list entry: no wildcards");
  auto answer = backend_.explain(device, *path);
  if (answer.wait_for(kAnswerFromLoop) != std::future_status::ready) {
    return problem_answer(503, "Service Unavailable", "the device's loop is busy; ask again");
  }
  const auto told = answer.get();
  return told ? json_answer(to_json(*told, *backend_.rules())) : not_found("device '" + device + "'");
}

// There are as many as the configuration has: one page.
Response Handlers::rules() {
  return json_answer({{"items", rules_json(*backend_.rules(), *backend_.view(), std::chrono::system_clock::now())}, {"next_cursor", nullptr}});
}

Response Handlers::drifts(const Request& request) {
  const auto page = page_of(request, kLargestPage);
  if (!page) return failed(page.error());
  const auto state = state_of(request, {"open", "acknowledged", "suppressed", "resolved"});
  if (!state) return failed(state.error());
  const auto found = backend_.queries.drifts({.device = value_of(request.query, "device"), .state = *state}, *page);
  return found ? list_answer(found->items, found->next_cursor) : failed(found.error());
}

Response Handlers::drift(const std::string& id) {
  const auto found = backend_.queries.drift(id);
  if (!found) return failed(found.error());
  return *found ? json_answer(to_json(**found)) : not_found("drift '" + id + "'");
}

Response Handlers::events(const Request& request) {
  const auto page = page_of(request, kLargestPage);
  if (!page) return failed(page.error());
  const auto found = backend_.queries.events(value_of(request.query, "device"), *page);
  return found ? list_answer(found->items, found->next_cursor) : failed(found.error());
}

Response Handlers::deliveries(const Request& request) {
  const auto page = page_of(request, kLargestPage);
  if (!page) return failed(page.error());
  const auto state = state_of(request, {"pending", "delivered", "dead"});
  if (!state) return failed(state.error());
  const auto found = backend_.queries.deliveries(*state, *page);
  return found ? list_answer(found->items, found->next_cursor) : failed(found.error());
}

Response Handlers::findings(const Request& request) {
  const auto page = page_of(request, kLargestPage);
  if (!page) return failed(page.error());
  const std::string device = value_of(request.query, "device"), kind = value_of(request.query, "kind");
  const auto is_kind = [&kind](model::FindingKind one) { return model::to_text(one) == kind; };
  if (!kind.empty() && std::none_of(model::kAllFindingKinds.begin(), model::kAllFindingKinds.end(), is_kind)) {
    return problem_answer(400, "Bad Request", fmt::format("'{}' is no kind of finding", kind));
  }
  std::vector<model::Finding> found;
  if (const auto intent = backend_.intent()) {
    std::copy_if(intent->findings.begin(), intent->findings.end(), std::back_inserter(found), [&](const auto& finding) {
      return (device.empty() || finding.device == device) && (kind.empty() || is_kind(finding.kind));
    });
  }
  const auto [items, next] = slice(found, *page, [](const model::Finding& finding) { return model::sort_key(finding); });
  return list_answer(items, next);
}

// Not ready: no verdict can be given or nothing can be recorded. A warning: it works, but on old knowledge, or
// what it finds is not accepted.
Response Handlers::ready() {
  const auto intent = backend_.intent();
  Json why = Json::array(), warnings = Json::array();
  if (!intent || !intent->is_usable) {
    why.push_back("intent: " + (intent ? intent->unusable_reason : std::string("not loaded yet")));
  } else if (!intent->last_error.empty()) {
    warnings.push_back("intent: " + intent->last_error + "; the last good state stays in use");
  }
  if (const std::string store = backend_.store_trouble(); !store.empty()) why.push_back("store: " + store);
  if (const auto failure = backend_.queries.newest_failure(); !failure) {
    warnings.push_back("store: " + failure.error().message);
  } else if (*failure) {
    warnings.push_back(fmt::format("delivery: {}; answer class {}, attempt {} for {}", (*failure)->last_error,
                                   (*failure)->last_class, (*failure)->attempts, (*failure)->device));
  }
  return json_answer({{"ready", why.empty()}, {"reasons", why}, {"warnings", warnings}}, why.empty() ? 200 : 503);
}

}  // namespace dm::api
