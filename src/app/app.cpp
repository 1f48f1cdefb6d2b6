#include "app/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "api/handlers.h"
#include "app/intent_setup.h"
#include "app/version.h"
#include "net/tls.h"

namespace dm::app {
namespace {

constexpr core::Duration kLookEvery = std::chrono::seconds(2);  // at files of secrets and certificates
constexpr core::Duration kCertificateEndsSoon = std::chrono::hours(24 * 14);
constexpr int kSenders = 4;  // POSTs under way at once; eight already saturate a small Kestra

bool is_other_file(const config::Settings& a, const config::Settings& b, const std::string& file) {
  const auto in_a = a.watched.find(file), in_b = b.watched.find(file);
  return in_a != a.watched.end() && in_b != b.watched.end() && in_a->second != in_b->second;
}

std::string joined(const std::vector<std::string>& lines) { return fmt::format("{}", fmt::join(lines, "\n")); }

webhook::KestraSettings kestra_settings(const config::Settings& settings) {
  const config::Kestra& kestra = settings.kestra;
  webhook::KestraSettings out;
  out.url = kestra.url.reveal();
  out.key = kestra.key.reveal();
  out.timeout = kestra.timeout;
  out.username = kestra.username;
  out.password = kestra.password.reveal();
  for (const auto& [name, value] : kestra.headers) out.headers.emplace_back(name, value.reveal());
  out.signing_secret = kestra.signing_secret.reveal();
  out.ca_file = kestra.ca_file;
  out.answer_bytes = settings.limits.answer_bytes;
  return out;
}

}  // namespace

core::Result<std::unique_ptr<App>> App::start(config::Settings settings, config::Environment environment) {
  Profiles profiles = load_profiles(settings);
  if (!profiles.errors.empty()) return core::Error{core::Code::InvalidArgument, joined(profiles.errors)};
  if (const FilesCheck files = check_intent_files(settings); !files.errors.empty()) {
    return core::Error{core::Code::InvalidArgument, "intent files:\n" + joined(files.errors)};
  }
  std::unique_ptr<App> app(new App(std::move(settings), std::move(environment), std::move(profiles)));
  if (const core::Status opened = app->open(); !opened) return opened.error();
  return app;
}

App::App(config::Settings settings, config::Environment environment, Profiles profiles)
    : settings_(std::move(settings)),
      at_start_(settings_),
      environment_(std::move(environment)),
      profiles_(std::move(profiles.by_name)),
      started_at_(clock_.wall_now()),
      log_(settings_.log.level, settings_.log.format),
      next_look_(control_) {
  metrics_.set(metrics::Metric::BuildInfo, 1, kVersion);
}

core::Status App::open() {
  auto access = read_access(settings_);
  if (!access) return access.error();
  publish(std::move(*access));
  auto ledger = store::Ledger::open(settings_.store.path, settings_.limits, clock_, log_, metrics_);
  if (!ledger) return ledger.error();
  ledger_ = std::move(*ledger);
  ledger_->set_filter(delivery_filter());
  auto queries = store::Queries::open(settings_.store.path);
  if (!queries) return queries.error();
  queries_ = std::move(*queries);
  start_courier();
  shard_ = std::make_unique<fleet::Shard>(
      fleet::Shard::Options{.clock = clock_,
                            .log = log_,
                            .metrics = metrics_,
                            .limits = settings_.limits,
                            .commit = [ledger_ptr = ledger_.get()](model::LedgerBatch batch, auto done) {
                              ledger_ptr->commit(std::move(batch), std::move(done));
                            }});
  apply_devices();
  (void)shard_->leaves("").get();  // behind set_devices on the loop: the configured devices are listed from here on
  intent_ = std::make_unique<intent::IntentCache>(
      make_cache_options(settings_, profiles_), make_sources(settings_, clock_), clock_, metrics_, log_,
      [this](const intent::Snapshot& snapshot) { control_.post([this, snapshot] { take_intent(snapshot); }); });
  auto server = api::HttpServer::start({.listen = settings_.api.listen,
                                        .tls_cert_file = settings_.api.tls_cert_file,
                                        .tls_key_file = settings_.api.tls_key_file,
                                        .limits = settings_.limits,
                                        .body_limits = {{api::Handlers::kNetBoxHook, {settings_.limits.netbox_hook_bytes, "netbox_hook_bytes"}}},
                                        .metrics = &metrics_},
                                       api::Handlers(backend()));
  if (!server) return server.error();
  server_ = std::move(*server);
  intent_->start();
  watch_files();
  log_.info("drift-monitor {} listens on {}", kVersion, server_->address());
  for (const std::string& warning : settings_.warnings) log_.warning("{}", warning);
  return {};
}

api::Backend App::backend() {
  return {.access =
              [this] {
                const std::lock_guard lock(access_mutex_);
                return access_;
              },
          .view = [this] { return shard_->view(); },
          .leaves = [this](const std::string& device) { return shard_->leaves(device); },
          .explain = [this](const std::string& device, const model::Path& path) { return shard_->explain(device, path); },
          .rules =
              [this] {
                const std::lock_guard lock(access_mutex_);
                return rules_;
              },
          .intent = [this] { return intent_->current(); },
          .store_trouble = [this] { return ledger_->trouble(); },
          .reload = [this] { return reload(); },
          .refresh = [this](bool accept_loss) { intent_->refresh(accept_loss); },
          .hook_secret =
              [this] {
                const std::lock_guard lock(access_mutex_);
                return hook_secret_;
              },
          .hint = [this](intent::ObjectHint hint) { return intent_->hint(std::move(hint)); },
          .queries = *queries_,
          .metrics = metrics_,
          .started_at = started_at_,
          .version = std::string(kVersion),
          .is_delivery_configured = [this] { return is_delivery_configured_.load(); }};
}

// Without tokens everybody is an operator, and only loopback may be listened on. A reload that gives up both the
// tokens and the open address closes the address only at the next start: until then the tokens count.
core::Result<api::Access> App::read_access(const config::Settings& settings) const {
  if (!settings.api.tokens_file.empty()) return api::Access::from_file(settings.api.tokens_file);
  const bool is_as_started = settings.api.listen == at_start_.listen();
  return is_as_started ? api::Access::open() : *access_;
}

void App::publish(api::Access access) {
  const std::lock_guard lock(access_mutex_);
  access_ = std::make_shared<const api::Access>(std::move(access));
  rules_ = std::make_shared<const config::Compare>(settings_.compare);
  hook_secret_ = settings_.intent.netbox ? settings_.intent.netbox->webhook_secret : config::Secret();
}

App::~App() {
  server_.reset();
  if (intent_) intent_->stop();
  shard_.reset();  // what is decided is committed, what is not is found again after the next start
  if (courier_) courier_->stop();
}

void App::run() {
  control_.post([this] { look_at_files(); });
  control_.run();
}

void App::stop() { control_.stop(); }

core::Result<std::vector<std::string>> App::reload() {
  auto promise = std::make_shared<std::promise<core::Result<std::vector<std::string>>>>();
  auto outcome = promise->get_future();
  control_.post([this, promise] { promise->set_value(apply_reload()); });
  if (outcome.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    return core::Error{core::Code::Unavailable, "the service is stopping or busy; ask again"};
  }
  return outcome.get();
}

void App::reload_later() {
  control_.post([this] { (void)apply_reload(); });
}

core::Error App::refuse(std::string_view what, const std::string& mistakes) {
  log_.error("{}, the old settings stay:\n{}", what, mistakes);
  return {core::Code::InvalidArgument, mistakes};
}

core::Result<std::vector<std::string>> App::apply_reload() {
  constexpr std::string_view kNot = "the configuration was not reloaded";
  config::Load loaded = config::load(settings_.file, environment_);
  if (!loaded.settings) return refuse(kNot, joined(loaded.errors));
  Profiles profiles = load_profiles(*loaded.settings, profiles_);
  if (!profiles.errors.empty()) return refuse(kNot, joined(profiles.errors));
  if (const FilesCheck files = check_intent_files(*loaded.settings); !files.errors.empty()) return refuse(kNot, joined(files.errors));
  auto access = read_access(*loaded.settings);
  if (!access) return refuse(kNot, access.error().message);

  profiles_ = std::move(profiles.by_name);
  apply(std::move(*loaded.settings), std::move(*access), true);
  shard_->retry_all();
  const std::vector<std::string> waiting = at_start_.needs_restart(settings_);
  for (const std::string& key : waiting) log_.warning("{} changed: this takes effect at the next start", key);
  for (const std::string& warning : settings_.warnings) log_.warning("{}", warning);
  log_.info("configuration reloaded");
  return waiting;
}

core::Status App::reread_secrets() {
  constexpr std::string_view kNot = "a changed secret, certificate or token file was not taken";
  config::Load loaded = settings_.file.empty()
                            ? config::load({}, environment_)
                            : config::load_text(settings_.text.reveal(), settings_.file, environment_);
  if (!loaded.settings) return refuse(kNot, joined(loaded.errors));
  auto access = read_access(*loaded.settings);
  if (!access) return refuse(kNot, access.error().message);
  const auto& before = settings_.intent.netbox;
  const auto& now = loaded.settings->intent.netbox;
  const bool is_intent_new = before && now && (before->token != now->token || before->webhook_secret != now->webhook_secret ||
                                               is_other_file(settings_, *loaded.settings, now->ca_file));
  apply(std::move(*loaded.settings), std::move(*access), is_intent_new);
  log_.info("secret, certificate and token files read again");
  return {};
}

// What changed is replaced, what did not goes on undisturbed.
void App::apply(config::Settings settings, api::Access access, bool is_intent_new) {
  const config::Settings before = std::exchange(settings_, std::move(settings));
  publish(std::move(access));
  log_.set_level(settings_.log.level);
  ledger_->set_filter(delivery_filter());
  if (is_delivery_changed(before)) start_courier();
  if (is_intent_new) intent_->reload(make_cache_options(settings_, profiles_), make_sources(settings_, clock_));
  if (const config::Api& api = settings_.api; !api.tls_cert_file.empty() && !before.api.tls_cert_file.empty()) {
    if (const core::Status used = server_->use_certificate(api.tls_cert_file, api.tls_key_file); !used) {
      log_.error("the API goes on with the certificate it has: {}", used.error().message);
    }
  }
  apply_devices();
  watch_files();
}

void App::watch_files() {
  files_.watch(settings_.watched);
  std::set<std::string> certificates{settings_.gnmi.tls.cert_file, settings_.api.tls_cert_file};
  for (const config::Device& device : settings_.inventory.devices) certificates.insert(device.gnmi.tls.cert_file);
  certificates.erase("");
  for (const std::string& file : certificates) {
    const auto end = net::certificate_end(file);
    if (!end) continue;  // whoever uses it says why it cannot
    metrics_.set(metrics::Metric::CertificateEnd, std::chrono::duration<double>(end->time_since_epoch()).count(), file);
    if (*end - clock_.wall_now() >= kCertificateEndsSoon) continue;
    log_.warning("the certificate in {} ends at {}; renew it", file, core::to_rfc3339(*end));
  }
}

void App::look_at_files() {
  if (files_.look()) (void)reread_secrets();
  next_look_.after(kLookEvery, [this] { look_at_files(); });
}

void App::take_intent(std::shared_ptr<const model::IntentSnapshot> snapshot) {
  snapshot_ = std::move(snapshot);
  apply_devices();
  shard_->set_intent(snapshot_);
}

void App::apply_devices() {
  DeviceSpecs made = make_device_specs(settings_, profiles_, snapshot_ ? snapshot_->inventory : std::vector<model::InventoryDevice>{});
  for (const auto& [device, problem] : made.problems) {
    if (said_.insert(device + ": " + problem).second) log_.warning("{}: {}", device, problem);
  }
  for (const std::string& note : made.notes) {
    if (said_.insert(note).second) log_.warning("{}", note);
  }
  std::map<std::string, std::vector<model::Drift>> open;
  std::set<std::string> names;
  for (const fleet::DeviceSpec& spec : made.specs) {
    names.insert(spec.name);
    if (known_devices_.contains(spec.name)) continue;
    auto drifts = ledger_->open_drifts(spec.name);
    if (drifts) {
      open[spec.name] = std::move(*drifts);
    } else {
      log_.error("{}: the open drifts could not be read: {}", spec.name, drifts.error().message);
    }
  }
  known_devices_ = std::move(names);
  shard_->set_devices(std::move(made.specs), std::move(open));
}

// There is one courier at a time; a POST that is cut short by a reload counts as "maybe accepted".
void App::start_courier() {
  courier_.reset();
  is_delivery_configured_ = delivery_filter().enabled;
  if (!is_delivery_configured_) return;
  // Refusals that wait for a person are tried at once: a start or another setting may be the cure.
  const std::string refused(outbox::to_text(outbox::Answer::Configuration));
  if (const core::Status due = ledger_->make_due(refused, clock_.wall_now()); !due) {
    log_.warning("delivery: refused events are tried later: {}", due.error().message);
  }
  outbox::Courier::Options options{.ledger = *ledger_, .clock = clock_, .log = log_, .metrics = metrics_, .senders = {}};
  for (int i = 0; i < kSenders; ++i) {
    options.senders.push_back(std::make_unique<webhook::KestraSender>(kestra_settings(settings_), clock_));
  }
  options.schedule.horizon = settings_.limits.retry_horizon;
  courier_ = std::make_unique<outbox::Courier>(std::move(options));
}

bool App::is_delivery_changed(const config::Settings& before) const {
  const config::Kestra &a = before.kestra, &b = settings_.kestra;
  return a.url != b.url || a.key != b.key || a.timeout != b.timeout || a.username != b.username ||
         a.password != b.password || a.headers != b.headers || a.signing_secret != b.signing_secret ||
         a.ca_file != b.ca_file || is_other_file(before, settings_, b.ca_file);
}

store::DeliveryFilter App::delivery_filter() const {
  return {.actions = settings_.kestra.actions,
          .min_severity = settings_.kestra.min_severity,
          .enabled = !settings_.kestra.url.empty()};
}

}  // namespace dm::app
