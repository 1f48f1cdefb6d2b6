// The API's handlers over an empty database and two made-up devices.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/handlers.h"
#include "core/text.h"
#include "store/scratch.h"

namespace dm::api {

using Json = nlohmann::json;

inline std::shared_ptr<const fleet::DeviceStatus> device(std::string name, model::Verdict verdict) {
  auto status = std::make_shared<fleet::DeviceStatus>();
  status->name = std::move(name);
  status->address = "127.0.0.1:6030";
  status->verdict = verdict;
  status->freshness = model::Freshness::Live;
  status->paths = std::make_shared<const std::vector<fleet::PathStatus>>(
      std::vector<fleet::PathStatus>{{"/interfaces/interface/config", "on_change", ""}});
  status->ignored = {{0, {.now = 1, .hits = 2}}};
  status->quarantined = {{"/x", 3, "INVALID_ARGUMENT", "path invalid", core::WallTime(std::chrono::seconds(1))}};
  return status;
}

// Of a leaf with a wrong value that one rule hides and another makes grave.
inline fleet::Explanation explanation(const std::string& device, const model::Path& path) {
  fleet::Explanation told{.device = device, .asked = "/asked", .path = model::to_text(path), .kind = "unsigned"};
  told.spelled = {"/oc-if:interfaces"};
  told.watched_by = "/interfaces/interface/config";
  told.is_there = true;
  told.current = told.current_as_compared = model::Value(1500);
  told.expectation = model::Expectation{.path = path, .values = {model::Value(9000)}, .from = {"netbox", "dcim.interface:101", "http://netbox/1"}};
  told.desired_as_compared = {model::Value(9000)};
  compare::Reasoning why{.is_covered = true, .ignored_by = 0, .severity_rule = 0};
  why.list = compare::ListRuling{.list = "/interfaces/interface", .policy = "at-least", .said_by = "profile"};
  why.difference = model::Difference{.path_text = told.path, .desired = model::Value(9000), .current = model::Value(1500)};
  told.reasoning = why;
  told.verdict = "ignored";
  return told;
}

inline std::shared_ptr<const config::Compare> rules() {
  config::Compare compare;
  compare.ignore.push_back({.devices = {.device = "leaf*"}, .path = *model::parse_path("/interfaces/**"), .reason = "being moved"});
  compare.severity.push_back({.path = *model::parse_path("/interfaces/**"), .severity = model::Severity::Critical});
  return std::make_shared<const config::Compare>(std::move(compare));
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
                     .explain =
                         [](const std::string& name, const model::Path& path) {
                           std::promise<std::optional<fleet::Explanation>> promise;
                           promise.set_value(name == "leaf1" ? std::optional(explanation(name, path)) : std::nullopt);
                           return promise.get_future();
                         },
                     .rules = [this] { return rules_; },
                     .intent = [this] { return intent_; },
                     .store_trouble = [this] { return store_trouble_; },
                     .reload = [this]() -> core::Result<std::vector<std::string>> {
                       if (is_config_bad_) return core::Error{core::Code::InvalidArgument, "f.yaml:1:1: wrong"};
                       return std::vector<std::string>{"store.path"};
                     },
                     .refresh = [this](bool accept_loss) { refreshes_.push_back(accept_loss); },
                     .hook_secret = [this] { return hook_secret_; },
                     .hint =
                         [this](intent::ObjectHint hint) {
                           hints_.push_back(std::move(hint));
                           return hints_.size() <= 2;
                         },
                     .queries = *queries_,
                     .metrics = metrics_,
                     .version = "test",
                     .is_delivery_configured = [] { return true; }});
  }

  Response get(const std::string& path, std::map<std::string, std::string> query = {}) {
    return ask("GET", path, std::move(query));
  }
  Response ask(const std::string& method, const std::string& path, std::map<std::string, std::string> query = {}) {
    return handlers()({.method = method, .target = path, .path = path, .query = std::move(query)});
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
  std::shared_ptr<const config::Compare> rules_ = rules();
  std::string store_trouble_;
  bool is_config_bad_ = false;
  std::vector<bool> refreshes_;  // accept_loss of each
  config::Secret hook_secret_;
  std::vector<intent::ObjectHint> hints_;  // room for two
};

}  // namespace dm::api
