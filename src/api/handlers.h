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
#include "core/clock.h"
#include "fleet/status.h"
#include "metrics/registry.h"
#include "model/expectation.h"
#include "store/queries.h"

namespace dm::api {

// Where the answers come from. Functions may be called on the server's thread at any time.
struct Backend {
  std::function<std::shared_ptr<const fleet::FleetView>()> view;
  std::function<std::future<std::optional<std::vector<fleet::LeafStatus>>>(const std::string& device)> leaves;
  std::function<std::shared_ptr<const model::IntentSnapshot>()> intent;
  std::function<bool()> is_store_writable;
  std::function<core::Status()> reload;   // reads the configuration again
  std::function<void(bool accept_loss)> refresh;  // reads the intent again
  store::Queries& queries;
  metrics::Registry& metrics;
  core::WallTime started_at{};
  std::string version;
  bool is_delivery_configured = false;
};

class Handlers {
 public:
  Handlers(Backend backend, Access access) : backend_(std::move(backend)), access_(std::move(access)) {}
  Response operator()(const Request& request);

 private:
  Response route(const Request& request);
  Response refresh(const Request& request);
  Response reload();
  Response status();
  Response devices(const Request& request);
  Response device(const std::string& name);
  Response leaves(const Request& request, const std::string& name);
  Response drifts(const Request& request);
  Response drift(const std::string& id);
  Response events(const Request& request);
  Response deliveries(const Request& request);
  Response ready();

  Backend backend_;
  Access access_;
};

}  // namespace dm::api
