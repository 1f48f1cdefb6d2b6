// The API's answers (openapi.yaml): routes a request, checks the role, asks the right source.
//
// Reads come from committed rows and published snapshots, never from live state. One server thread.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/access.h"
#include "api/http_server.h"
#include "config/types.h"
#include "core/clock.h"
#include "config/types.h"
#include "fleet/explanation.h"
#include "fleet/status.h"
#include "intent/source.h"
#include "metrics/registry.h"
#include "model/expectation.h"
#include "store/queries.h"

namespace dm::api {

// Where the answers come from. Functions may be called on the server's thread at any time.
struct Backend {
  std::function<std::shared_ptr<const Access>()> access;  // who may ask, as of the last reload
  std::function<std::shared_ptr<const fleet::FleetView>()> view;
  std::function<std::future<std::optional<std::vector<fleet::LeafStatus>>>(const std::string& device)> leaves;
  std::function<std::future<std::optional<fleet::Explanation>>(const std::string& device, const model::Path& path)> explain;
  std::function<std::shared_ptr<const config::Compare>()> rules;  // as of the last reload
  std::function<std::shared_ptr<const model::IntentSnapshot>()> intent;
  std::function<std::string()> store_trouble;  // file, what is wrong, cure; empty: it is writable
  // Reads the configuration again; the keys that only a restart can change. Error: every mistake, one a line.
  std::function<core::Result<std::vector<std::string>>()> reload;
  std::function<void(bool accept_loss)> refresh;  // reads the intent again
  std::function<config::Secret()> hook_secret;    // of NetBox's webhooks; empty: none are taken
  std::function<bool(intent::ObjectHint)> hint;   // false: no room, the next poll finds the change
  store::Queries& queries;
  metrics::Registry& metrics;
  core::WallTime started_at{};
  std::string version;
  std::function<bool()> is_delivery_configured;
};

class Handlers {
 public:
  static constexpr const char* kNetBoxHook = "/api/v1/hooks/netbox";

  explicit Handlers(Backend backend) : backend_(std::move(backend)) {}
  Response operator()(const Request& request);

 private:
  Response route(const Request& request);
  Response refresh(const Request& request);
  Response netbox_hook(const Request& request);
  Response reload();
  Response devices(const Request& request);
  Response device(const std::string& name);
  Response leaves(const Request& request, const std::string& name);
  Response explain(const Request& request);
  Response rules();
  Response drifts(const Request& request);
  Response drift(const std::string& id);
  Response events(const Request& request);
  Response deliveries(const Request& request);
  Response findings(const Request& request);
  Response ready();
  Response status();

  Backend backend_;
};

}  // namespace dm::api
