#include "api/handlers.h"

#include <gtest/gtest.h>


#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "store/scratch.h"

namespace dm::api {
namespace {

using Json = nlohmann::json;

std::shared_ptr<const fleet::DeviceStatus> device(std::string name, model::Verdict verdict) {
  auto status = std::make_shared<fleet::DeviceStatus>();
  status->name = std::move(name);
  status->address = "127.0.0.1:6030";
  status->verdict = verdict;
  status->freshness = model::Freshness::Live;
  status->paths = std::make_shared<const std::vector<fleet::PathStatus>>(
      std::vector<fleet::PathStatus>{{"/interfaces/interface/config", "on_change", ""}});
  status->quarantined = {{"/x", 3, "INVALID_ARGUMENT", "path invalid", core::WallTime(std::chrono::seconds(1))}};
  return status;
}

// A database with nothing in it, removed afterwards.
class HandlersTest : public testing::Test {
 protected:
  HandlersTest() {
    folder_ = std::filesystem::temp_directory_path() / ("dm-api-" + core::random_id());
    std::filesystem::create_directories(folder_);
    ledger_ = std::move(*store::Ledger::open((folder_ / "state.db").string(), {}, clock_, log_, metrics_));
    queries_ = std::move(*store::Queries::open((folder_ / "state.db").string()));
    auto view = std::make_shared<fleet::FleetView>();
    view->devices = {device("leaf1", model::Verdict::InSync), device("leaf2", model::Verdict::Drifted)};
    view_ = view;
    auto intent = std::make_shared<model::IntentSnapshot>();
    intent->is_usable = true;
    intent_ = intent;
  }
  ~HandlersTest() override {
    queries_.reset();
    ledger_.reset();
    std::filesystem::remove_all(folder_);
  }

  Handlers handlers(Access access = Access::open()) {
    return Handlers({.access = [shared = std::make_shared<const Access>(std::move(access))] { return shared; },
                     .view = [this] { return view_; },
                     .leaves =
                         [](const std::string& name) {
                           std::promise<std::optional<std::vector<fleet::LeafStatus>>> promise;
                           if (name == "leaf1") {
                             promise.set_value(std::vector<fleet::LeafStatus>{
                                 {.path = "/a", .value = model::Value(1), .verdict = "unmanaged"},
                                 {.path = "/b",
                                  .value = model::Value("s3cret"),
                                  .is_secret = true,
                                  .has_expectation = true,
                                  .desired = model::Value("s3cret"),
                                  .rule = "equal",
                                  .verdict = "unmanaged"}});
                           } else {
                             promise.set_value(std::nullopt);
                           }
                           return promise.get_future();
                         },
                     .intent = [this] { return intent_; },
                     .store_trouble = [this] { return store_trouble_; },
                     .reload = [this]() -> core::Result<std::vector<std::string>> {
                       if (is_config_bad_) return core::Error{core::Code::InvalidArgument, "f.yaml:1:1: wrong"};
                       return std::vector<std::string>{"store.path"};
                     },
                     .refresh = [this](bool accept_loss) { refreshes_.push_back(accept_loss); },
                     .queries = *queries_,
                     .metrics = metrics_,
                     .version = "test",
                     .is_delivery_configured = [] { return true; }});
  }

  Response get(const std::string& path, std::map<std::string, std::string> query = {}) {
    return handlers()({.method = "GET", .target = path, .path = path, .query = std::move(query)});
  }

  void record_event(const std::string& device) {
    ledger_->set_filter({.actions = {model::EventAction::Opened}});
    std::promise<core::Status> done;
    ledger_->commit(store::scratch::batch(device), [&](const core::Status& status) { done.set_value(status); });
    ASSERT_TRUE(done.get_future().get());
  }
  void refuse_delivery(const store::Ledger::Outcome& outcome) {
    const auto due = ledger_->due(clock_.wall_now(), 1);
    ASSERT_EQ(due->size(), 1U);
    ASSERT_TRUE(ledger_->begin_attempt((*due)[0].id, clock_.wall_now()));
    ASSERT_TRUE(ledger_->finish_attempt((*due)[0].id, outcome, clock_.wall_now()));
  }

  core::SystemClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  std::filesystem::path folder_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<store::Queries> queries_;
  std::shared_ptr<const fleet::FleetView> view_;
  std::shared_ptr<const model::IntentSnapshot> intent_;
  std::string store_trouble_;
  bool is_config_bad_ = false;
  std::vector<bool> refreshes_;  // accept_loss of each
};

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
  for (const char* path : {"/api/v1/drifts", "/api/v1/events", "/api/v1/deliveries"}) {
    const Response response = get(path);
    EXPECT_EQ(response.status, 200) << path << response.body;
    EXPECT_EQ(Json::parse(response.body), Json({{"items", Json::array()}, {"next_cursor", nullptr}})) << path;
  }
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

}  // namespace
}  // namespace dm::api
