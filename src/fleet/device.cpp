#include "fleet/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "drift/event_json.h"
#include "fleet/path_status.h"

namespace dm::fleet {

namespace {

constexpr core::Duration kCertificateEndsSoon = std::chrono::hours(24 * 14);

std::string_view to_text(net::TlsMode mode) {
  switch (mode) {
    case net::TlsMode::Plaintext: return "plaintext";
    case net::TlsMode::Verify: return "verify";
    case net::TlsMode::InsecureSkipVerify: return "insecure-skip-verify";
  }
  return {};
}

}  // namespace

Device::Device(DeviceContext context, DeviceSpec spec, Past past)
    : context_(std::move(context)),
      spec_(std::move(spec)),
      monitor_({context_.log, context_.metrics, context_.paths, context_.limits}, std::exchange(spec_.monitor, {}), std::move(past.lifecycle)),
      recorder_(std::move(past.recorder)),
      deadline_(context_.loop),
      session_(context_.loop, context_.clock, context_.log, context_.metrics, monitor_.spec().profile, context_.paths,
               std::exchange(spec_.session, {}), session_handlers()) {
  read(session_.settings().subscription->get_sources);
  context_.metrics.set(metrics::Metric::DeviceState, 0, spec_.name);
  if (recorder_) recorder_->set_on_idle([this] { schedule(); });
}

Device::~Device() {
  if (probe_) probe_->stop();
  if (getter_) getter_->stop();
  session_.stop();
  for (const auto metric : {metrics::Metric::DeviceState, metrics::Metric::DeviceOpenDrifts,
                            metrics::Metric::DeviceDegraded, metrics::Metric::QuarantinedPaths,
                            metrics::Metric::DeviceCertificateEnd}) {
    context_.metrics.remove(metric, spec_.name);
  }
}

gnmi::SessionHandlers Device::session_handlers() {
  return {.on_stream_begin =
              [this] {
                note_certificate();
                monitor_.stream_begins(now());
                after_change();
              },
          .on_batch =
              [this](const model::UpdateBatch& batch) {
                const std::uint64_t before = monitor_.revision();
                if (monitor_.absorb(batch)) monitor_.settle(batch, now());
                session_.spend(monitor_.take_steps());
                if (monitor_.revision() != before) {
                  after_change();
                  if (monitor_.wants_dump()) session_.want_dump();
                }
                if (batch.sync && getter_) getter_->start();
                if (batch.sync && probe_) probe_->start();
              },
          .on_stream_lost =
              [this](const std::string& reason) {
                if (getter_) getter_->stop();
                if (probe_) probe_->stop();
                monitor_.stream_lost(reason, now());
                after_change();
              },
          .on_bad_message =
              [this] {
                monitor_.lose_message(now());
                after_change();
              },
          .on_quarantine = [this] { tell_modes(); },
          .on_software = [this](bool is_changed) { note_software(is_changed); }};
}

// A device that has restarted answers a Get with what it has so far, perhaps before anybody noticed that the stream
// died with it: the probe tells first.
gnmi::GetterHandlers Device::getter_handlers() {
  return {.on_round = [this] { session_.probe(); },
          .on_answer =
              [this](std::size_t path, const model::UpdateBatch& batch) {
                const std::uint64_t before = monitor_.revision();
                monitor_.apply_answer(pattern_of(*session_.settings().subscription, path), batch, now());
                if (monitor_.revision() != before) after_change();
              },
          .on_failure =
              [this](std::size_t path, const std::string& reason) {
                monitor_.fail_answer(pattern_of(*session_.settings().subscription, path), reason);
                after_change();
              },
          .on_quarantine =
              [this] {
                session_.watch_software();
                tell_modes();
              }};
}

std::vector<gnmi::QuarantinedPath> Device::quarantined() const {
  std::vector<gnmi::QuarantinedPath> all = session_.quarantined();
  if (!getter_) return all;
  for (gnmi::QuarantinedPath& path : getter_->quarantined()) all.push_back(std::move(path));
  return all;
}

// The reader begins with the next sync, if the stream is not live.
void Device::read(std::vector<std::size_t> sources) {
  if (!getter_ && sources.empty()) return;
  if (!getter_) {
    getter_ = std::make_unique<gnmi::Getter>(context_.loop, context_.clock, context_.log, context_.metrics,
                                             session_.profile(), context_.paths, session_.settings(), getter_handlers());
  }
  getter_->set_paths(std::move(sources));
}

// An area of which nothing comes although something is intended there may be asked for in a form the device does not answer.
void Device::look_for_forms() {
  if (monitor_.degraded_areas() == searched_areas_) return;
  searched_areas_ = monitor_.degraded_areas();
  const schema::Profile& profile = session_.profile();
  if (schema::form_count(profile) < 2) return;
  const gnmi::Subscription& subscription = *session_.settings().subscription;
  std::map<std::size_t, std::size_t> silent;
  const auto patterns = monitor_.silent();
  for (const auto* sources : {&subscription.sources, &subscription.get_sources}) {
    for (const std::size_t source : *sources) {
      const bool is_silent = std::find(patterns.begin(), patterns.end(), pattern_of(subscription, source)) != patterns.end();
      const auto form = forms_.find(source);
      if (is_silent) silent[source] = form == forms_.end() ? 0 : form->second;
    }
  }
  if (!probe_ && silent.empty()) return;
  if (!probe_) {
    probe_ = std::make_unique<gnmi::FormProbe>(context_.loop, context_.clock, profile, context_.paths, session_.settings(),
                                               [this](const auto& found) { use_forms(found); });
  }
  session_.watch_software();
  probe_->set_silent(std::move(silent));
  probe_->start();  // the stream is live
}

// One line for each form: a device that is silent in one is often silent everywhere.
void Device::use_forms(const std::map<std::size_t, std::size_t>& found) {
  if (found.empty()) return after_change();
  std::map<std::size_t, std::vector<std::string>> by_form;
  for (const auto& [source, form] : found) {
    forms_[source] = form;
    by_form[form].push_back(model::to_text(pattern_of(*session_.settings().subscription, source)));
  }
  for (const auto& [form, paths] : by_form) {
    context_.log.warning("{}: the device says nothing of {}{} as it was asked; asking with {}", spec_.name, paths.front(),
                         paths.size() == 1 ? "" : fmt::format(" and {} more", paths.size() - 1),
                         schema::to_text(schema::form_at(session_.profile(), form)));
  }
  searched_areas_.clear();  // what is silent in these forms is another question
  probe_->set_silent({});
  if (getter_) getter_->use_forms(found);
  session_.use_forms(found);
  after_change();
}

// What the device takes as what, and what not at all.
void Device::tell_modes() {
  const gnmi::Subscription& subscription = *session_.settings().subscription;
  std::vector<std::size_t> read_sources = subscription.get_sources;
  std::vector<model::Path> reads, samples;
  std::vector<bool> is_fallen(subscription.paths.size());
  for (const gnmi::FallenPath& path : session_.fallen()) {
    is_fallen[path.source] = true;
    if (path.mode == schema::PathMode::Get) read_sources.push_back(path.source);
    if (path.mode == schema::PathMode::Sample) samples.push_back(pattern_of(subscription, path.source));
  }
  for (const std::size_t source : subscription.sources) {
    const bool is_sampled = subscription.paths[source].mode == schema::PathMode::Sample && !is_fallen[source];
    if (is_sampled) samples.push_back(pattern_of(subscription, source));
  }
  for (const std::size_t source : read_sources) reads.push_back(pattern_of(subscription, source));
  monitor_.set_modes(reads, samples, now());
  read(std::move(read_sources));
  std::vector<model::Path> refused;
  for (gnmi::QuarantinedPath& path : quarantined()) refused.push_back(std::move(path.path));
  context_.metrics.set(metrics::Metric::QuarantinedPaths, static_cast<double>(refused.size()), spec_.name);
  monitor_.set_quarantined(std::move(refused), now());
  after_change();
}

void Device::note_certificate() {
  const auto end = session_.certificate_end();
  if (!end) return;
  const bool is_news = end != std::exchange(certificate_end_, end);
  const auto seconds = std::chrono::duration<double>(end->time_since_epoch());
  context_.metrics.set(metrics::Metric::DeviceCertificateEnd, seconds.count(), spec_.name);
  if (is_news && *end - context_.clock.wall_now() < kCertificateEndsSoon) {
    context_.log.warning("{}: its certificate ends at {}; renew it, or streams are refused from then on", spec_.name,
                         core::to_rfc3339(*end));
  }
}

// What was refused or silent beside the stream, too, is asked for as configured again.
void Device::note_software(bool is_changed) {
  if (is_changed) {
    for (auto& [source, form] : forms_) form = 0;
    if (getter_) {
      getter_->use_forms(forms_);
      getter_->retry_now();
    }
    forms_.clear();
    searched_areas_.clear();
    probe_.reset();
  }
  after_change();
}

void Device::retry_now() {
  session_.retry_now();
  if (getter_) getter_->retry_now();
}

void Device::set_intent(std::shared_ptr<const model::DeviceIntent> intent, std::string unknown_reason) {
  monitor_.set_intent(std::move(intent), std::move(unknown_reason), now());
  after_change();
}

void Device::set_rules(DeviceSpec spec) {
  spec_ = std::move(spec);
  spec_.session = {};
  monitor_.set_rules(std::exchange(spec_.monitor, {}), now());
  after_change();
}

bool Device::can_keep_connection(const DeviceSpec& spec) const {
  return spec_.session_key == spec.session_key && session_.settings().subscription->paths == spec.session.subscription->paths &&
         schema::is_same_on_wire(*monitor_.spec().profile, *spec.monitor.profile);
}

std::string Device::address() const {
  const gnmi::TransportSettings& transport = session_.settings().transport;
  return fmt::format("{}:{}", transport.host, transport.port);
}

Device::Past Device::hand_over() {
  deadline_.cancel();
  if (recorder_) recorder_->set_on_idle({});
  return {monitor_.hand_over(), std::move(recorder_)};
}

void Device::after_change() {
  if (monitor_.freshness() == model::Freshness::Live) look_for_forms();
  schedule();
  context_.on_status_changed();
}

// Until what was decided is on disk nothing else is: the lifecycle keeps what is due.
void Device::schedule() {
  if (recorder_ && !recorder_->is_idle()) return;
  const auto due = monitor_.next_deadline();
  if (!due) return deadline_.cancel();
  const core::Duration wait = std::max<core::Duration>(*due - context_.clock.steady_now(), core::Duration{0});
  deadline_.after(wait, [this] { tell(); });
}

void Device::tell() {
  if (recorder_ && !recorder_->is_idle()) return;
  drift::Output output = monitor_.poll(now());
  say(output);
  if (recorder_ && !output.empty()) recorder_->record(to_batch(std::move(output)));
  schedule();
  context_.on_status_changed();
}

model::LedgerBatch Device::to_batch(drift::Output output) {
  model::LedgerBatch batch{.device = spec_.name, .drifts = std::move(output.drifts), .events = {}, .bodies = {}};
  for (model::Event& event : output.events) {
    event.address = address();
    event.profile = monitor_.spec().profile->name;
    event.labels = spec_.labels;
    event.url = spec_.link;
    auto json = drift::to_json(event, spec_.event_bytes, context_.limits.differences_per_event);
    if (json.is_truncated) {
      context_.metrics.add(metrics::Metric::EventsTruncated);
      context_.metrics.add(metrics::Metric::LimitHits, 1, json.limit);
    }
    batch.bodies.push_back(std::move(json.body));
    batch.events.push_back(std::move(event));
  }
  return batch;
}

void Device::say(const drift::Output& output) {
  context_.metrics.add(metrics::Metric::Suspected, static_cast<double>(output.newly_suspected));
  for (const model::Event& event : output.events) {
    context_.metrics.add(metrics::Metric::Events, 1, model::to_text(event.action));
  }
  for (const model::Drift& drift : output.drifts) {
    if (drift.state == model::DriftState::Resolved) {
      context_.metrics.add(metrics::Metric::Resolved);
      context_.log.info("{}: resolved: {}", spec_.name, drift.path);
      continue;
    }
    const bool is_new = drift.changed_at <= drift.opened_at;
    if (is_new) context_.metrics.add(metrics::Metric::Opened, 1, model::to_text(drift.severity));
    context_.log.warning("{}: {}: {} {}: is {}, should be {}", spec_.name, is_new ? "drift" : "drift changed",
                         model::to_text(drift.kind), drift.path, core::shorten(model::to_display(drift.current), 160),
                         core::shorten(model::to_display(drift.desired), 160));
  }
  context_.metrics.set(metrics::Metric::DeviceOpenDrifts, static_cast<double>(monitor_.open_count()), spec_.name);
}

std::shared_ptr<const std::vector<PathStatus>> Device::paths_in_force() const {
  static const std::map<std::size_t, gnmi::GetMissing> kNone;
  return to_status(spec_.paths, {*session_.settings().subscription, session_.fallen(),
                                 getter_ ? getter_->by_once() : kNone, monitor_.reads(), monitor_.samples(),
                                 session_.profile(), forms_, probe_.get()});
}

std::shared_ptr<const DeviceStatus> Device::status() const {
  auto status = std::make_shared<DeviceStatus>();
  monitor_.describe(*status);
  status->name = spec_.name;
  status->address = address();
  status->source = spec_.source;
  status->labels = spec_.labels;
  status->paths = paths_in_force();
  for (const gnmi::QuarantinedPath& path : quarantined()) {
    status->quarantined.push_back({model::to_text(path.path), static_cast<int>(path.code),
                                   std::string(gnmi::to_text(path.code)), path.message, path.since});
  }
  const gnmi::SessionCounters& counters = session_.counters();
  status->messages = counters.messages;
  status->streams = counters.streams;
  status->undecodable = counters.undecodable;
  status->bad_messages = counters.bad_messages;
  status->last_error = session_.last_error();
  status->tls = to_text(session_.settings().transport.tls.mode);
  status->certificate_end = certificate_end_;
  if (const auto& software = session_.software()) {
    status->software = {software->gnmi_version, software->models, software->fingerprint};
  }
  return status;
}

Explanation Device::explain(const model::Path& path) const {
  Explanation told = monitor_.explain(path, context_.clock.wall_now());
  for (const PathStatus& watched : *spec_.paths) {
    if (watched.path == told.watched_by) told.mode = watched.mode;
  }
  for (const gnmi::QuarantinedPath& refused : quarantined()) {
    if (model::to_text(refused.path) == told.watched_by) told.watch_trouble = "the device refuses it: " + refused.message;
  }
  told.spelled = session_.spellings(context_.paths.find(told.path));
  return told;
}

}  // namespace dm::fleet
