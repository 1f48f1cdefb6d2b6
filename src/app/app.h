// The service: everything wired, in start order, and the one thread on which settings change.
//
// Members are declared in start order, so destruction is stop order: listening ends first, then streams,
// deliveries, and last the store. Reload and new intent run on the control loop, one after the other.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/handlers.h"
#include "api/http_server.h"
#include "app/at_start.h"
#include "app/device_specs.h"
#include "app/file_watch.h"
#include "config/load.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"
#include "fleet/shard.h"
#include "intent/cache.h"
#include "metrics/registry.h"
#include "net/loop.h"
#include "outbox/courier.h"
#include "store/ledger.h"
#include "store/queries.h"
#include "webhook/kestra_sender.h"

namespace dm::app {

class App {
 public:
  // Error: the store cannot be opened, the address cannot be listened on, a profile or an intent file is wrong.
  static core::Result<std::unique_ptr<App>> start(config::Settings settings, config::Environment environment);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Runs until stop(); call on the main thread.
  void run();
  void stop();  // any thread
  // Reads the configuration, its secret, token and intent files again; a mistake anywhere keeps all old settings.
  // The keys that only a restart can change. Any thread but the control loop's.
  core::Result<std::vector<std::string>> reload();
  // The same, without waiting (signal). Errors are logged.
  void reload_later();
  std::string address() const { return server_->address(); }

 private:
  App(config::Settings settings, config::Environment environment, Profiles profiles);
  core::Status open();
  core::Result<std::vector<std::string>> apply_reload();
  // Takes the configuration as it was read last, with what the files of its secrets, certificates and tokens hold now.
  core::Status reread_secrets();
  void look_at_files();
  void apply(config::Settings settings, api::Access access, bool is_intent_new);
  void watch_files();
  core::Error refuse(std::string_view what, const std::string& mistakes);
  core::Result<api::Access> read_access(const config::Settings& settings) const;
  void publish(api::Access access);  // with the rules of the settings: what the API thread reads
  api::Backend backend();
  void take_intent(std::shared_ptr<const model::IntentSnapshot> snapshot);
  void apply_devices();
  void start_courier();
  bool is_delivery_changed(const config::Settings& before) const;
  store::DeliveryFilter delivery_filter() const;

  config::Settings settings_;
  const AtStart at_start_;
  config::Environment environment_;
  std::map<std::string, std::shared_ptr<const schema::Profile>> profiles_;
  core::SystemClock clock_;
  core::WallTime started_at_;
  core::Logger log_;
  metrics::Registry metrics_;
  net::Loop control_;
  FileWatch files_;            // control loop
  net::Timer next_look_;
  std::mutex access_mutex_;
  std::shared_ptr<const api::Access> access_;       // under the mutex: replaced whole by a reload
  std::shared_ptr<const config::Compare> rules_;    // likewise
  config::Secret hook_secret_;                      // under the mutex
  std::atomic<bool> is_delivery_configured_{false};
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<store::Queries> queries_;
  std::unique_ptr<outbox::Courier> courier_;
  std::shared_ptr<const model::IntentSnapshot> snapshot_;  // control loop
  std::set<std::string> said_;                             // findings already logged
  std::set<std::string> known_devices_;
  std::unique_ptr<fleet::Shard> shard_;
  std::unique_ptr<intent::IntentCache> intent_;
  std::unique_ptr<api::HttpServer> server_;
};

}  // namespace dm::app
