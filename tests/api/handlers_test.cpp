#include "api/handlers_fixture.h"
#include "intent/netbox/webhook.h"

namespace dm::api {
namespace {

TEST_F(HandlersTest, ADeviceHasTheContractsShape) {
  const Response response = get("/api/v1/devices/leaf1");

  const Json device = Json::parse(response.body);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(device["name"], "leaf1");
  EXPECT_EQ(device["verdict"], "in_sync");
  EXPECT_EQ(device["freshness"]["state"], "live");
  EXPECT_EQ(device["paths"][0]["mode"], "on_change");
  EXPECT_EQ(device["quarantined_paths"][0]["code"], "INVALID_ARGUMENT");
}

TEST_F(HandlersTest, ListsArePagedByCursor) {
  const Json first = Json::parse(get("/api/v1/devices", {{"limit", "1"}}).body);
  EXPECT_EQ(first["items"][0]["name"], "leaf1");

  const Json second = Json::parse(get("/api/v1/devices", {{"limit", "1"}, {"cursor", first["next_cursor"]}}).body);
  EXPECT_EQ(second["items"][0]["name"], "leaf2");
  EXPECT_TRUE(second["next_cursor"].is_null());
}

TEST_F(HandlersTest, RefusesWhatItCannotAnswerAsAsked) {
  for (const char* list : {"/api/v1/devices", "/api/v1/drifts", "/api/v1/events", "/api/v1/deliveries"}) {
    const Response response = get(list, {{"limit", "1001"}});
    EXPECT_EQ(response.status, 400) << list;
    EXPECT_EQ(Json::parse(response.body)["detail"], "limit is a number from 1 to 1000") << list;
    EXPECT_EQ(get(list, {{"limit", "1000"}}).status, 200) << list;
  }
  EXPECT_EQ(Json::parse(get("/api/v1/drifts", {{"state", "opne"}}).body)["detail"],
            "state is one of open, acknowledged, suppressed, resolved");
  EXPECT_EQ(get("/api/v1/deliveries", {{"state", "lost"}}).status, 400);
  EXPECT_EQ(get("/api/v1/drifts", {{"state", "resolved"}}).status, 200);
}

TEST_F(HandlersTest, AWrongMethodIsToldTheRightOne) {
  const auto allow = [this](const char* method, const char* path) {
    const Response response = ask(method, path);
    EXPECT_EQ(response.status, 405) << path;
    return response.headers.contains("Allow") ? response.headers.at("Allow") : "";
  };
  EXPECT_EQ(allow("GET", "/api/v1/reload"), "POST");
  EXPECT_EQ(allow("GET", "/api/v1/refresh"), "POST");
  EXPECT_EQ(allow("POST", "/api/v1/devices"), "GET, HEAD");
  EXPECT_EQ(allow("DELETE", "/metrics"), "GET, HEAD");
}

TEST_F(HandlersTest, SecretLeavesAreMasked) {
  const Json leaves = Json::parse(get("/api/v1/devices/leaf1/leaves").body);
  EXPECT_EQ(leaves["items"][0]["value"], 1);
  EXPECT_EQ(leaves["items"][1]["value"], "********");
  EXPECT_EQ(leaves["items"][1]["expectation"]["desired_value"], "********");
}

TEST_F(HandlersTest, UnknownThingsAreProblems) {
  const Response response = get("/api/v1/devices/leaf9");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(get("/api/v1/devices/leaf9/leaves").status, 404);
  EXPECT_EQ(get("/api/v2/devices").status, 404);
  EXPECT_EQ(get("/api/v1/devices", {{"limit", "none"}}).status, 400);
}

TEST_F(HandlersTest, EmptyListsAreLists) {
  for (const char* path : {"/api/v1/drifts", "/api/v1/events", "/api/v1/deliveries", "/api/v1/findings"}) {
    const Response response = get(path);
    EXPECT_EQ(response.status, 200) << path << response.body;
    EXPECT_EQ(Json::parse(response.body), Json({{"items", Json::array()}, {"next_cursor", nullptr}})) << path;
  }
}

std::shared_ptr<model::IntentSnapshot> intent_with_findings() {
  using model::FindingKind;
  auto intent = std::make_shared<model::IntentSnapshot>();
  intent->is_usable = true;
  intent->findings = {{FindingKind::VlanAmbiguous, model::Severity::Warning, "netbox", "leaf1", "ipam.vlan:12", "https://n/12", "VLAN 40: two"},
                      {FindingKind::VlanAmbiguous, model::Severity::Warning, "netbox", "leaf2", "ipam.vlan:12", "https://n/12", "VLAN 40: two"},
                      {FindingKind::Source, model::Severity::Info, "netbox", "", "", "", "netbox-bgp is not installed"}};
  intent->suspended = {{"leaf7", "its status is planned"}};
  for (const char* name : {"leaf1", "leaf2"}) {
    auto device = std::make_shared<model::DeviceIntent>();
    device->device = name;
    device->not_compared = {{"/interfaces/interface", "NetBox documents no interface of this device"}};
    intent->devices[name] = device;
  }
  return intent;
}

TEST_F(HandlersTest, FindingsAreAListOfTheirOwn) {
  intent_ = intent_with_findings();

  const Json all = Json::parse(get("/api/v1/findings").body);
  ASSERT_EQ(all["items"].size(), 3U);
  EXPECT_EQ(all["items"][0], Json({{"kind", "vlan_ambiguous"}, {"severity", "warning"}, {"source", "netbox"}, {"device", "leaf1"},
                                   {"object", "ipam.vlan:12"}, {"url", "https://n/12"}, {"message", "VLAN 40: two"}}));
  const Json first = Json::parse(get("/api/v1/findings", {{"limit", "2"}}).body);
  const Json second = Json::parse(get("/api/v1/findings", {{"limit", "2"}, {"cursor", first["next_cursor"]}}).body);
  ASSERT_EQ(second["items"].size(), 1U);
  EXPECT_EQ(second["items"][0]["device"], nullptr);
  EXPECT_TRUE(second["next_cursor"].is_null());

  EXPECT_EQ(Json::parse(get("/api/v1/findings", {{"device", "leaf2"}}).body)["items"].size(), 1U);
  EXPECT_EQ(Json::parse(get("/api/v1/findings", {{"kind", "source"}}).body)["items"].size(), 1U);
  EXPECT_EQ(get("/api/v1/findings", {{"kind", "drift"}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/findings").status, 405);
}

TEST_F(HandlersTest, StatusAndDevicesSayWhatIsNotComparedAndWhy) {
  intent_ = intent_with_findings();

  const Json intent = Json::parse(get("/api/v1/status").body)["intent"];
  EXPECT_EQ(intent["warnings"][0], "netbox: leaf1: VLAN 40: two");
  EXPECT_EQ(intent["suspended"], Json::array({{{"device", "leaf7"}, {"reason", "its status is planned"}}}));
  const Json silent = {{"path", "/interfaces/interface"}, {"reason", "NetBox documents no interface of this device"}};
  Json counted = silent;
  counted["devices"] = 2;
  EXPECT_EQ(intent["not_compared"], Json::array({counted}));
  EXPECT_EQ(Json::parse(get("/api/v1/devices/leaf1").body)["not_compared"], Json::array({silent}));
  EXPECT_EQ(Json::parse(get("/api/v1/devices").body)["items"][0]["not_compared"], Json::array({silent}));
}

TEST_F(HandlersTest, ReadinessSaysWhyNot) {
  EXPECT_EQ(get("/readyz").status, 200);

  store_trouble_ = "/state.db: database or disk is full; check free space";
  auto unusable = std::make_shared<model::IntentSnapshot>();
  unusable->unusable_reason = "NetBox was never reached";
  intent_ = unusable;

  const Response response = get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(Json::parse(response.body)["reasons"],
            Json({"intent: NetBox was never reached", "store: /state.db: database or disk is full; check free space"}));
  EXPECT_EQ(Json::parse(get("/api/v1/status").body)["store"]["error"], store_trouble_);
}

TEST_F(HandlersTest, ReadinessWarnsOfOldIntentAndRefusedDeliveries) {
  auto old = std::make_shared<model::IntentSnapshot>();
  old->is_usable = true;
  old->last_error = "netbox: the token is refused";
  intent_ = old;
  record_event("leaf1");
  refuse_delivery({.answer_class = "configuration", .status = 404, .error = "http://k:1: HTTP 404: the key is wrong"});

  const Response response = get("/readyz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Json::parse(response.body)["warnings"],
            Json({"intent: netbox: the token is refused; the last good state stays in use",
                  "delivery: http://k:1: HTTP 404: the key is wrong; answer class configuration, attempt 1 for leaf1"}));
  const Json delivery = Json::parse(get("/api/v1/status").body)["delivery"];
  EXPECT_EQ(delivery["last_failure"]["last_status"], 404);
  EXPECT_EQ(delivery["pending"], 1);
  EXPECT_TRUE(delivery["pending"].is_number_integer());
}

TEST_F(HandlersTest, TokensDecideWhoMayDoWhat) {
  auto guarded = handlers(*Access::parse("viewer 0123456789abcdef\noperator fedcba9876543210\n", "t"));
  const auto ask = [&](const char* method, const char* path, const char* token) {
    return guarded({.method = method, .target = path, .path = path, .headers = {{"authorization", std::string("Bearer ") + token}}}).status;
  };

  EXPECT_EQ(ask("GET", "/healthz", "none"), 200);
  EXPECT_EQ(ask("GET", "/api/v1/status", "none"), 401);
  EXPECT_EQ(ask("GET", "/metrics", "none"), 401);
  EXPECT_EQ(ask("GET", "/api/v1/status", "0123456789abcdef"), 200);
  EXPECT_EQ(ask("POST", "/api/v1/reload", "0123456789abcdef"), 403);
  EXPECT_EQ(ask("POST", "/api/v1/reload", "fedcba9876543210"), 200);
}

TEST_F(HandlersTest, ARefreshAcceptsALossOnlyWhenAsked) {
  const auto post = [this](std::map<std::string, std::string> query) {
    return handlers()({.method = "POST", .path = "/api/v1/refresh", .query = std::move(query)}).status;
  };

  EXPECT_EQ(post({}), 202);
  EXPECT_EQ(post({{"accept_loss", "true"}}), 202);
  EXPECT_EQ(post({{"accept_loss", "maybe"}}), 400);
  EXPECT_EQ(refreshes_, (std::vector<bool>{false, true}));
}

TEST_F(HandlersTest, ABadReloadSaysWhere) {
  is_config_bad_ = true;
  const Response response = handlers()({.method = "POST", .target = "/api/v1/reload", .path = "/api/v1/reload"});
  EXPECT_EQ(response.status, 422);
  EXPECT_NE(response.body.find("f.yaml:1:1: wrong"), std::string::npos);
}

TEST_F(HandlersTest, TakesSignedWebhooksOfNetBoxAsHints) {
  const auto post = [this](const std::string& body, const std::string& secret) {
    return handlers()({.method = "POST",
                       .path = Handlers::kNetBoxHook,
                       .headers = {{"x-hook-signature", intent::netbox::hook_signature(body, secret)}},
                       .body = body});
  };
  const std::string vlan = R"({"object_type":"ipam.vlan","request_id":"r","data":{"id":7}})";
  EXPECT_EQ(post(vlan, "s").status, 403);  // no secret is configured: nobody is believed
  hook_secret_ = config::Secret("s");

  EXPECT_EQ(post(vlan, "s").status, 202);
  EXPECT_EQ(post(vlan, "another").status, 401);
  EXPECT_EQ(post("hello", "s").status, 400);
  EXPECT_EQ(Json::parse(post(R"({"object_type":"ipam.vlan","data":{"id":8},"context":{"active_branch":{"id":1}}})", "s").body)["accepted"], false);
  EXPECT_EQ(Json::parse(post(vlan, "s").body)["accepted"], true);
  EXPECT_EQ(Json::parse(post(vlan, "s").body)["accepted"], false);  // no room

  EXPECT_EQ(hints_, (std::vector<intent::ObjectHint>(3, {"ipam.vlan", 7, "r"})));
  for (const auto& [result, count] : {std::pair{"accepted", 2}, std::pair{"refused", 3}, std::pair{"ignored", 1}, std::pair{"dropped", 1}})
    EXPECT_EQ(metrics_.value(metrics::Metric::NetBoxHooks, result), count) << result;
  EXPECT_EQ(handlers()({.method = "GET", .path = Handlers::kNetBoxHook}).status, 405);
}

}  // namespace
}  // namespace dm::api
