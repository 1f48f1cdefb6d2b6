#include "gnmi/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "core/text.h"
#include "gnmi/end_meaning.h"
#include "gnmi/request.h"
#include "gnmi/session_state.h"
#include "gnmi/spelling.h"
#include "gnmi/stream_counts.h"
#include "gnmi/unread_log.h"
#include "gnmi/wire.h"

namespace dm::gnmi {
namespace {

using metrics::Metric;

// A batch is refilled for every message; one that a long message has grown is given back.
constexpr std::size_t kKeptBatchBytes = 64U << 10U;

// The user and what proves it: a guard needs to tell accounts apart, not to know them. Empty: no login.
std::string account_of(const TransportSettings& transport) {
  std::string text;
  for (const auto& [name, value] : transport.metadata) text += name + '\0' + value + '\0';
  return text.empty() ? text : std::to_string(std::hash<std::string>()(text));
}

// Jitter needs no better: 8 bytes of state per device.
class Jitter {
 public:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = (state_ ^ (state_ >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
  }

 private:
  std::uint64_t state_ = (static_cast<std::uint64_t>(std::random_device{}()) << 32U) | std::random_device{}();
};

}  // namespace

struct Session::Impl : std::enable_shared_from_this<Impl> {
  Impl(net::Loop& loop_in, const core::Clock& clock_in, core::Logger& log_in, metrics::Registry& metrics_in,
       std::shared_ptr<const schema::Profile> profile_in, model::PathTable& paths_in, SessionSettings settings_in,
       SessionHandlers handlers_in)
      : loop(loop_in),
        clock(clock_in),
        log(log_in),
        metrics(metrics_in),
        profile(std::move(profile_in)),
        paths(paths_in),
        settings(std::move(settings_in)),
        account(account_of(settings.transport)),
        handlers(std::move(handlers_in)),
        plan(make_plan()),
        state(plan),
        reader(*profile, paths_in, settings.transport.limits, settings.memo, settings.path_share),
        counts(loop, metrics),
        turn_timer(loop),
        retry_timer(loop),
        watch_timer(loop),
        redump_timer(loop) {}

  SessionPlan make_plan() const;
  const schema::ProfilePath& configured(std::size_t index) const {  // of a path of the plan
    return settings.subscription->paths[settings.subscription->sources[index]];
  }
  void handle(SessionEvent event);
  void dial(SessionEvent event);
  bool is_held_back();
  void take_turn();
  void stop();
  SessionMoment moment() { return {clock.steady_now(), clock.wall_now(), jitter.next()}; }

  void perform(const Ask& action);
  void perform(const HangUp&) { hang_up(); }
  void perform(const EndCall&);
  void perform(const RetryAfter& action);
  void perform(const WatchAfter& action);
  void perform(const RedumpAfter& action) {
    redump_timer.after(action.wait, [this] { handle(RedumpDue{}); });
  }
  void perform(const ProbePeer&) { probe(); }
  void probe();
  void perform(const TellBegin&);
  void perform(const TellLost& action);
  void perform(const AskSoftware&);
  void perform(const TellSoftware& action) {
    if (handlers.on_software) handlers.on_software(action.is_changed);
  }
  void perform(const TellQuarantine&);
  void perform(const CountLoginRefused&);
  void perform(const Say& action);

  void connect(core::Duration keepalive);
  void hang_up();
  void on_message(std::span<const std::uint8_t> message);
  void on_end(const CallEnd& end);
  void on_unreadable(const core::Error& error);

  net::Loop& loop;
  const core::Clock& clock;
  core::Logger& log;
  metrics::Registry& metrics;
  const std::shared_ptr<const schema::Profile> profile;
  const model::PathTable& paths;
  const SessionSettings settings;
  const std::string account;
  const SessionHandlers handlers;
  const SessionPlan plan;
  SessionState state;
  Jitter jitter;

  WireReader reader;
  model::UpdateBatch batch;
  std::vector<QuarantinedPath> quarantined;
  std::vector<FallenPath> fallbacks;
  std::string last_error;
  StreamCounts counts;
  UnreadLog unread_log;
  bool has_said_bad_message = false;

  std::vector<SessionEvent> events;  // raised inside a callback; handled after it, and few
  bool is_performing = false;
  bool is_login_held = false;           // and said so
  std::optional<SessionEvent> turn;     // begins a connection when it is our turn
  std::uint64_t stops = 0;
  std::uint64_t calls = 0;

  net::Timer turn_timer, retry_timer, watch_timer, redump_timer;
  std::unique_ptr<Transport> transport;  // last: its handlers use the rest
  std::unique_ptr<Transport> software_call;  // beside it; null: nothing is asked
};

SessionPlan Session::Impl::make_plan() const {
  SessionPlan made{.paths = {settings.subscription, &settings.subscription->requests},
                   .modes = {settings.subscription, &settings.subscription->modes},
                   .stale_after = settings.stale_after,
                   .sync_deadline = settings.sync_deadline,
                   .keepalive = settings.transport.keepalive,
                   .backoff = settings.backoff};
  if (made.keepalive == core::Duration::zero()) made.keepalive = profile->keepalive;
  return made;
}

// Callbacks may stop, retry or destroy the session: what they raise waits until they are done, and a
// stopped session performs nothing more.
void Session::Impl::handle(SessionEvent event) {
  events.push_back(std::move(event));
  if (is_performing) return;
  is_performing = true;
  const auto self = shared_from_this();
  while (!events.empty()) {
    const SessionEvent next = std::move(events.front());
    events.erase(events.begin());
    SessionStep decided = step(plan, std::move(state), next, moment());
    state = std::move(decided.state);
    const std::uint64_t stops_before = stops;
    for (const SessionAction& action : decided.actions) {
      std::visit([this](const auto& each) { perform(each); }, action);
      if (stops != stops_before) break;
    }
  }
  is_performing = false;
}

// True if the account is held back: then the turn is asked for again later.
bool Session::Impl::is_held_back() {
  if (settings.logins == nullptr) return false;
  const core::Duration wait = settings.logins->wait(account, settings.device, clock.steady_now());
  if (wait <= core::Duration::zero()) return false;
  metrics.add(Metric::LimitHits, 1, "login_guard");
  turn_timer.after(wait, [this] { dial(*std::exchange(turn, std::nullopt)); });
  if (std::exchange(is_login_held, true)) return true;
  const std::string reason = fmt::format(
      "not tried yet: {} devices refuse the login of this account and none takes it, so it is tried on one device at a time (check "
      "gnmi.username and gnmi.password, and the AAA server)", LoginGuard::kDevices);
  last_error = reason;
  if (handlers.on_stream_lost) handlers.on_stream_lost(reason);
  return true;
}

// An event that begins a connection waits for its turn among all devices; a turn once had is kept.
void Session::Impl::dial(SessionEvent event) {
  if (turn) {
    const bool is_wanted = std::holds_alternative<RetryWanted>(event);
    if (is_wanted && std::holds_alternative<RetryDue>(*turn)) turn = std::move(event);
    if (!is_wanted || !is_login_held) return;
    turn_timer.cancel();
    event = *std::exchange(turn, std::nullopt);
  }
  turn = std::move(event);
  if (is_held_back()) return;
  is_login_held = false;
  const core::Duration wait = settings.dials ? settings.dials->reserve(clock.steady_now()) : core::Duration::zero();
  if (wait <= core::Duration::zero()) return take_turn();
  metrics.add(Metric::LimitHits, 1, "dials_per_second");
  turn_timer.after(wait, [this] { take_turn(); });
}

void Session::Impl::take_turn() {
  const SessionEvent event = *std::exchange(turn, std::nullopt);
  handle(event);
}

void Session::Impl::stop() {
  ++stops;
  if (settings.logins != nullptr) settings.logins->forget(account, settings.device);
  events.clear();
  turn.reset();
  turn_timer.cancel();
  state = step(plan, std::move(state), SessionStopped{}, moment()).state;
  retry_timer.cancel();
  hang_up();
}

void Session::Impl::connect(core::Duration keepalive) {
  TransportSettings wanted = settings.transport;
  wanted.keepalive = keepalive;
  if (wanted.clock == nullptr) wanted.clock = &clock;
  transport = std::make_unique<Transport>(loop, std::move(wanted), settings.make_stream);
}

void Session::Impl::perform(const Ask& action) {
  retry_timer.cancel();
  if (action.on_new_connection || !transport) {
    connect(action.keepalive);
  } else if (settings.dials != nullptr && !transport->is_connected()) {
    settings.dials->reserve(clock.steady_now());  // a search is not held up, but the others wait for what it dials
  }
  std::vector<SubscribePath> asked;
  for (const std::size_t index : action.paths) {
    const bool is_sampled = std::binary_search(action.sampled.begin(), action.sampled.end(), index);
    const auto form = state.forms.find(index);
    asked.push_back({schema::in_form(*profile, (*plan.paths)[index], form == state.forms.end() ? 0 : form->second),
                     is_sampled ? schema::PathMode::Sample : schema::PathMode::OnChange});
  }
  ++calls;
  has_said_bad_message = false;
  reader.begin_stream();
  transport->start(kSubscribeMethod,
                   subscribe_request(asked, {.target = settings.target,
                                             .encoding = profile->encoding,
                                             .sample_interval = settings.sample_interval,
                                             .config_subscription = profile->config_subscription,
                                             .depth = profile->depth}),
                   false,
                   {.on_headers = [this] { handle(CallAccepted{}); },
                    .on_message = [this](std::span<const std::uint8_t> bytes) { on_message(bytes); },
                    .on_end = [this](const CallEnd& end) { on_end(end); }});
}

void Session::Impl::perform(const EndCall&) {
  ++calls;
  if (transport) transport->cancel();
}

void Session::Impl::hang_up() {
  ++calls;
  watch_timer.cancel();
  redump_timer.cancel();
  software_call.reset();
  transport.reset();
  counts.flush();
}

void Session::Impl::perform(const RetryAfter& action) {
  retry_timer.after(action.wait, [this] { dial(RetryDue{}); });
}

void Session::Impl::perform(const WatchAfter& action) {
  watch_timer.after(action.wait, [this] {
    if (transport) handle(WatchDue{transport->last_heard()});
  });
}

void Session::Impl::probe() {
  if (transport) (void)transport->probe();  // not connected: there will be no answer either
}

void Session::Impl::perform(const CountLoginRefused&) {
  metrics.add(Metric::LoginsRefused);
  if (settings.logins != nullptr) settings.logins->refused(account, settings.device, clock.steady_now(), jitter.next());
}

void Session::Impl::perform(const TellBegin&) {
  if (settings.logins != nullptr) settings.logins->accepted(account, settings.device);
  counts.add_stream();
  if (handlers.on_stream_begin) handlers.on_stream_begin();
}

void Session::Impl::perform(const TellLost& action) {
  if (settings.logins != nullptr) settings.logins->ended(account, settings.device);
  last_error = action.reason;
  if (!action.kind.empty()) metrics.add(Metric::StreamLosses, 1, action.kind);
  if (action.kind == "no_sync") metrics.add(Metric::LimitHits, 1, "sync_deadline_seconds");
  if (handlers.on_stream_lost) handlers.on_stream_lost(action.reason);
}

// A device that is silent is left so until the connection ends.
void Session::Impl::perform(const AskSoftware&) {
  auto heard = std::make_shared<std::optional<Software>>();
  software_call = transport->beside();
  software_call->start(kCapabilitiesMethod, {}, true,
                       {.on_headers = {},
                        .on_message =
                            [heard](std::span<const std::uint8_t> bytes) {
                              auto software = read_software({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
                              if (software) *heard = *std::move(software);
                            },
                        .on_end =
                            [this, heard](const CallEnd& end) {
                              if (is_login_refused(end)) return handle(SoftwareRefused{});
                              if (end.code == GrpcCode::Ok && *heard) handle(SoftwareHeard{**heard});
                            }});
}

void Session::Impl::perform(const TellQuarantine&) {
  fallbacks.clear();
  for (const auto& [index, fallback] : state.modes.fallbacks()) {
    fallbacks.push_back({settings.subscription->sources[index], fallback.mode, fallback.code, fallback.message});
  }
  quarantined.clear();
  for (std::size_t i = 0; i < state.quarantine.size(); ++i) {
    const auto& entry = state.quarantine[i];
    if (!entry) continue;
    quarantined.push_back({configured(i).path, entry->code, entry->message, entry->since});
  }
  if (handlers.on_quarantine) handlers.on_quarantine();
}

void Session::Impl::perform(const Say& action) {
  if (action.level == core::LogLevel::Info) {
    log.info("{}: {}", settings.device, action.text);
  } else {
    log.warning("{}: {}", settings.device, action.text);
  }
}

void Session::Impl::on_message(std::span<const std::uint8_t> message) {
  const auto self = shared_from_this();
  if (handlers.on_raw && is_following(state)) handlers.on_raw(message);
  const core::Status status = reader.read(message, batch);
  counts.add(batch, message.size());
  if (!batch.unread.empty()) unread_log.say(batch, paths, settings.device, log);
  if (!status) return on_unreadable(status.error());
  const bool was_live = state.phase == SessionPhase::Live;
  if (needs_message(state) || batch.device_lost || batch.deletes_lost) {
    const std::uint64_t call = calls;
    handle(MessageRead{batch.sync, batch.device_lost, batch.deletes_lost});
    if (call != calls) return;  // lost, stopped, or of a search
  }
  if (!is_following(state)) return;
  // Only the first sync ends a dump; a repeated one says nothing.
  batch.sync = !was_live && state.phase == SessionPhase::Live;
  if (handlers.on_batch) handlers.on_batch(batch);
  if (batch.bytes.capacity() > kKeptBatchBytes) batch = {};
}

void Session::Impl::on_end(const CallEnd& end) {
  if (!end.limit.empty()) metrics.add(Metric::LimitHits, 1, end.limit);
  handle(CallEnded{end});
}

void Session::Impl::on_unreadable(const core::Error& error) {
  if (error.code == core::Code::Unavailable) {
    return handle(CallEnded{{.code = GrpcCode::Unavailable, .message = error.message, .hint = {}}});
  }
  counts.add_bad_message();
  if (!std::exchange(has_said_bad_message, true)) {
    log.warning("{}: a message cannot be read ({}); the stream is kept, and a new dump asked for", settings.device, error.message);
  }
  if (!is_following(state)) return;
  const std::uint64_t call = calls;
  if (handlers.on_bad_message) handlers.on_bad_message();
  if (call == calls) handle(DumpWanted{});
}

Session::Session(net::Loop& loop, const core::Clock& clock, core::Logger& log, metrics::Registry& metrics,
                 std::shared_ptr<const schema::Profile> profile, model::PathTable& paths, SessionSettings settings,
                 SessionHandlers handlers)
    : impl_(std::make_shared<Impl>(loop, clock, log, metrics, std::move(profile), paths, std::move(settings),
                                   std::move(handlers))) {}

Session::~Session() { impl_->stop(); }

void Session::start() {
  impl_->dial(SessionStarted{});
}
void Session::stop() { impl_->stop(); }
void Session::probe() { impl_->probe(); }
void Session::spend(std::size_t steps) {
  if (impl_->transport) impl_->transport->spend(steps);
}
void Session::retry_now() {
  if (impl_->turn || wants_retry(impl_->state)) impl_->dial(RetryWanted{});
}

void Session::watch_software() { impl_->handle(SoftwareWanted{}); }

void Session::want_dump() {
  if (!impl_->state.is_redump_due) impl_->handle(DumpWanted{});
}

void Session::use_forms(const std::map<std::size_t, std::size_t>& forms) {
  FormsFound found;
  const auto& sources = impl_->settings.subscription->sources;
  for (const auto& [source, form] : forms) {
    const auto index = std::find(sources.begin(), sources.end(), source);
    if (index != sources.end()) found.forms[static_cast<std::size_t>(index - sources.begin())] = form;
  }
  impl_->handle(std::move(found));
}

const SessionSettings& Session::settings() const { return impl_->settings; }
const schema::Profile& Session::profile() const { return *impl_->profile; }
std::vector<std::string> Session::spellings(model::PathId path) const {
  constexpr std::size_t kMost = 8;
  std::vector<std::string> texts;
  if (!impl_->settings.memo || path == model::kNoPath) return texts;
  for (const auto& [prefix, spelled] : impl_->settings.memo->spellings(model::index(path), kMost)) {
    texts.push_back(core::to_valid_utf8(spelling(prefix, spelled)));
  }
  return texts;
}
const std::vector<QuarantinedPath>& Session::quarantined() const { return impl_->quarantined; }
const std::vector<FallenPath>& Session::fallen() const { return impl_->fallbacks; }
const SessionCounters& Session::counters() const { return impl_->counts.all(); }
std::optional<core::WallTime> Session::certificate_end() const {
  return impl_->transport ? impl_->transport->certificate_end() : std::nullopt;
}
const std::optional<Software>& Session::software() const { return impl_->state.software.last(); }
const std::string& Session::last_error() const { return impl_->last_error; }

}  // namespace dm::gnmi
