#include "fleet/shard.h"

#include <utility>

namespace dm::fleet {
namespace {

constexpr core::Duration kPublishEvery = std::chrono::milliseconds(20);

}  // namespace

Shard::Shard(Options options)
    : options_(std::move(options)),
      publish_timer_(loop_),
      dials_(options_.limits.dials_per_second),
      view_(std::make_shared<FleetView>()) {
  thread_ = std::thread([this]() noexcept { loop_.run(); });
}

Shard::~Shard() {
  loop_.post([this] {
    devices_.clear();
    leaving_.clear();
    publish_timer_.cancel();
    is_ending_ = true;
    stop_if_committed();
  });
  thread_.join();
}

void Shard::set_devices(std::vector<DeviceSpec> specs, std::map<std::string, std::vector<model::Drift>> open) {
  loop_.post([this, specs = std::move(specs), open = std::move(open)]() mutable {
    apply(std::move(specs), std::move(open));
  });
}

void Shard::set_intent(std::shared_ptr<const model::IntentSnapshot> intent) {
  loop_.post([this, intent = std::move(intent)]() mutable {
    intent_ = std::move(intent);
    for (auto& [name, device] : devices_) give_intent(*device);
  });
}

void Shard::retry_all() {
  loop_.post([this] {
    logins_.try_again();
    for (auto& [name, device] : devices_) device->retry_now();
  });
}

std::shared_ptr<const FleetView> Shard::view() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

template <class T, class Question>
std::future<std::optional<T>> Shard::ask(std::string device, Question question) {
  auto promise = std::make_shared<std::promise<std::optional<T>>>();
  auto answer = promise->get_future();
  loop_.post([this, promise, device = std::move(device), question = std::move(question)] {
    const auto found = devices_.find(device);
    promise->set_value(found == devices_.end() ? std::nullopt : std::optional<T>(question(*found->second)));
  });
  return answer;
}

std::future<std::optional<std::vector<LeafStatus>>> Shard::leaves(std::string device) {
  return ask<std::vector<LeafStatus>>(std::move(device), [](const Device& one) { return one.monitor().leaves(); });
}

std::future<std::optional<std::vector<model::Difference>>> Shard::differences(std::string device) {
  return ask<std::vector<model::Difference>>(std::move(device), [](const Device& one) { return one.monitor().differences(); });
}

std::future<std::optional<std::vector<Ignored::Hidden>>> Shard::ignored(std::string device) {
  return ask<std::vector<Ignored::Hidden>>(std::move(device), [](const Device& one) { return one.monitor().ignored(); });
}

std::future<std::optional<Explanation>> Shard::explain(std::string device, model::Path path) {
  return ask<Explanation>(std::move(device), [path = std::move(path)](const Device& one) { return one.explain(path); });
}

void Shard::set_on_view(std::function<void()> callback) {
  loop_.post([this, callback = std::move(callback)]() mutable { on_view_ = std::move(callback); });
}

void Shard::apply(std::vector<DeviceSpec> specs, std::map<std::string, std::vector<model::Drift>> open) {
  std::map<std::string, DeviceSpec> wanted;
  for (DeviceSpec& spec : specs) {
    std::string name = spec.name;
    wanted.insert_or_assign(std::move(name), std::move(spec));
  }
  for (auto it = devices_.begin(); it != devices_.end();) {
    if (wanted.contains(it->first)) {
      ++it;
      continue;
    }
    options_.log.info("{}: no longer monitored", it->first);
    retire(*it->second);
    statuses_.erase(it->first);
    is_dirty_.erase(it->first);
    it = devices_.erase(it);
  }
  for (auto& [name, spec] : wanted) {
    const auto known = devices_.find(name);
    if (known != devices_.end() && known->second->can_keep_connection(spec)) {
      known->second->set_rules(std::move(spec));
      continue;
    }
    Device::Past past = known != devices_.end() ? known->second->hand_over() : newcomer(spec, std::move(open[name]));
    devices_.erase(name);
    start(std::move(spec), std::move(past));
  }
  // Every device has a share in the memo it uses.
  std::erase_if(spellings_, [](const Spellings& known) { return known.memo.use_count() == 1; });
  publish();  // at once: a device that is configured is listed
}

void Shard::start(DeviceSpec spec, Device::Past past) {
  const std::string name = spec.name;
  Spellings& spellings = spellings_of(spec.monitor.profile);
  spec.session.memo = spellings.memo;
  auto& share = spellings.shares[name];
  if (!share) share = std::make_shared<gnmi::PathShare>();
  spec.session.path_share = share;
  spec.session.dials = &dials_;
  spec.session.logins = &logins_;
  DeviceContext context{.loop = loop_,
                        .clock = options_.clock,
                        .log = options_.log,
                        .metrics = options_.metrics,
                        .paths = *spellings.paths,
                        .limits = options_.limits,
                        .on_status_changed = [this, name] {
                          is_dirty_[name] = true;
                          publish_soon();
                        }};
  Device& device =
      *devices_.emplace(name, std::make_unique<Device>(std::move(context), std::move(spec), std::move(past))).first->second;
  give_intent(device);
  device.start();
  is_dirty_[name] = true;
}

Device::Past Shard::newcomer(const DeviceSpec& spec, std::vector<model::Drift> open) {
  std::unique_ptr<Recorder> recorder;
  if (const auto left = leaving_.find(spec.name); left != leaving_.end()) {
    recorder = std::move(left->second);
    leaving_.erase(left);
    open.clear();  // their end is still being written
  } else if (options_.commit) {
    recorder = std::make_unique<Recorder>(
        loop_, options_.log, options_.commit_retry,
        [this](const model::LedgerBatch& batch, auto done) { commit(batch, std::move(done)); });
  }
  return {drift::Lifecycle(spec.name, spec.monitor.lifecycle, std::move(open)), std::move(recorder)};
}

// Nobody watches these drifts any more: they end without an event, so that they do not stay open for ever.
void Shard::retire(Device& device) {
  const std::string name = device.name();
  Device::Past past = device.hand_over();
  if (!past.recorder) return;
  auto ended = past.lifecycle.close({options_.clock.steady_now(), options_.clock.wall_now()});
  if (!ended.empty()) past.recorder->record({.device = name, .drifts = std::move(ended), .events = {}, .bodies = {}});
  if (past.recorder->is_idle()) return;
  past.recorder->set_on_idle([this, name] { leaving_.erase(name); });
  leaving_[name] = std::move(past.recorder);
}

void Shard::commit(const model::LedgerBatch& batch, std::function<void(const core::Status&)> done) {
  ++commits_;
  options_.commit(batch, [this, done = std::move(done)](const core::Status& status) {
    loop_.post([this, done, status] {
      --commits_;
      done(status);
      stop_if_committed();
    });
  });
}

// The ledger answers through the loop: it must not end before the last answer.
void Shard::stop_if_committed() {
  if (is_ending_ && commits_ == 0) loop_.stop();
}

void Shard::give_intent(Device& device) {
  if (!intent_) return device.set_intent(nullptr, "the intent is not loaded yet");
  if (!intent_->is_usable) return device.set_intent(nullptr, intent_->unusable_reason);
  const auto found = intent_->devices.find(device.name());
  if (found == intent_->devices.end()) return device.set_intent(nullptr, "nothing is intended for this device");
  device.set_intent(found->second, "");
}

void Shard::publish_soon() {
  if (is_publish_due_) return;
  is_publish_due_ = true;
  publish_timer_.after(kPublishEvery, [this] { publish(); });
}

void Shard::publish() {
  is_publish_due_ = false;
  for (const auto& [name, dirty] : is_dirty_) {
    if (const auto device = devices_.find(name); device != devices_.end()) statuses_[name] = device->second->status();
  }
  is_dirty_.clear();
  auto view = std::make_shared<FleetView>();
  for (const auto& [name, status] : statuses_) view->devices.push_back(status);
  view->path_table_size = all_paths_;
  options_.metrics.set(metrics::Metric::PathTableSize, static_cast<double>(view->path_table_size));
  {
    const std::lock_guard lock(view_mutex_);
    view_ = std::move(view);
  }
  if (on_view_) on_view_();
}

Shard::Spellings& Shard::spellings_of(const std::shared_ptr<const schema::Profile>& profile) {
  for (Spellings& known : spellings_) {
    if (schema::is_same_on_wire(*known.profile, *profile)) return known;
  }
  return spellings_.emplace_back(Spellings{profile, std::make_unique<model::PathTable>(schema::classify, &all_paths_), std::make_shared<gnmi::PathMemo>(), {}});
}

}  // namespace dm::fleet
