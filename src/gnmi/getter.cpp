#include "gnmi/getter.h"

#include <map>
#include <optional>
#include <utility>

#include "gnmi/end_meaning.h"
#include "gnmi/get_rounds.h"
#include "gnmi/reading.h"
#include "gnmi/unread_log.h"

namespace dm::gnmi {

using core::Duration;
using metrics::Metric;

namespace {

constexpr Duration kTurn = std::chrono::seconds(2);  // between two looks whether a connection may be begun

}  // namespace

void complete(model::UpdateBatch& answer, model::Path asked, const model::PathTable& paths) {
  std::erase_if(answer.sets, [&](const model::LeafSet& set) { return !model::covers(asked, paths.path(set.path)); });
  answer.complete = std::move(asked);
}

struct Getter::Impl {
  Impl(net::Loop& loop_in, const core::Clock& clock_in, core::Logger& log_in, metrics::Registry& metrics_in,
       const schema::Profile& profile_in, model::PathTable& paths_in, const SessionSettings& settings_in,
       GetterHandlers handlers_in)
      : loop(loop_in),
        clock(clock_in),
        log(log_in),
        metrics(metrics_in),
        profile(profile_in),
        paths(paths_in),
        settings(settings_in),
        handlers(std::move(handlers_in)),
        rounds(settings.subscription->get_sources, settings.get_interval),
        timer(loop),
        reading(loop, clock, profile, paths, settings) {
    if (handlers.on_raw) reading.keep_raw();
  }

  const model::Path& request(std::size_t path) const { return request_of(*settings.subscription, path); }
  void begin();
  void tell_refused();
  void begin_round();
  bool take_turn();
  void wait_for_turn();
  void ask_next();
  void ask(std::size_t path);
  void on_end(const CallEnd& end, model::UpdateBatch batch);
  void take_answer(model::UpdateBatch batch);
  void say_unread(const model::UpdateBatch& batch);
  void fail(const CallEnd& end);
  void end_round();
  void hang_up();

  net::Loop& loop;
  const core::Clock& clock;
  core::Logger& log;
  metrics::Registry& metrics;
  const schema::Profile& profile;
  model::PathTable& paths;
  const SessionSettings& settings;
  const GetterHandlers handlers;
  GetRounds rounds;
  std::map<std::size_t, std::size_t> forms;  // 0 may be left out
  std::map<std::size_t, std::string> said;  // the last reason logged
  UnreadLog unread_log;

  bool is_running = false;
  std::uint64_t calls = 0;  // grows whenever the call under way is over or given up
  net::Timer timer;         // of the next round, or of the turn to connect
  Reading reading;          // last: its callback uses the rest
};

void Getter::Impl::begin() {
  const std::uint64_t call = calls;
  tell_refused();
  if (call == calls) begin_round();
}

// What is still in quarantine from an earlier stream will not be asked for.
void Getter::Impl::tell_refused() {
  const std::uint64_t call = calls;
  const auto refused = rounds.refused();
  for (const auto& [path, entry] : refused) {
    if (call != calls) return;
    handlers.on_failure(path, describe({.code = entry.code, .message = entry.message, .hint = {}}));
  }
}

void Getter::Impl::begin_round() {
  rounds.begin(clock.steady_now());
  if (!rounds.next()) return end_round();
  const std::uint64_t call = calls;
  handlers.on_round();
  if (call != calls) return;
  if (take_turn()) return ask_next();
  metrics.add(Metric::LimitHits, 1, "dials_per_second");
  wait_for_turn();
}

// Streams that reconnect go first: a round that is late costs less than a device that is stale.
bool Getter::Impl::take_turn() { return settings.dials == nullptr || settings.dials->take_if_free(clock.steady_now()); }

void Getter::Impl::wait_for_turn() {
  timer.after(kTurn, [this] { take_turn() ? ask_next() : wait_for_turn(); });
}

void Getter::Impl::ask_next() {
  const auto path = rounds.next();
  path ? ask(*path) : end_round();
}

void Getter::Impl::ask(std::size_t path) {
  ++calls;
  const auto form = forms.find(path);
  reading.ask(schema::in_form(profile, request(path), form == forms.end() ? 0 : form->second), rounds.is_by_once(path),
              [this](const CallEnd& end, model::UpdateBatch batch) { on_end(end, std::move(batch)); });
}

void Getter::Impl::on_end(const CallEnd& end, model::UpdateBatch batch) {
  const std::uint64_t call = ++calls;
  end.code == GrpcCode::Ok ? take_answer(std::move(batch)) : fail(end);
  if (call == calls) ask_next();
}

void Getter::Impl::take_answer(model::UpdateBatch batch) {
  const std::size_t path = *rounds.next();
  model::Path asked = request(path);
  asked.origin.clear();
  if (!std::exchange(said[path], {}).empty()) {
    log.info("{}: {} is read again", settings.device, model::to_text(asked));
  }
  if (!batch.unread.empty()) say_unread(batch);
  complete(batch, std::move(asked), paths);
  const std::uint64_t call = calls;
  if (rounds.answered()) handlers.on_quarantine();
  if (call != calls) return;
  if (handlers.on_raw) handlers.on_raw(path, rounds.is_by_once(path), reading.raw());
  handlers.on_answer(path, batch);
}

void Getter::Impl::say_unread(const model::UpdateBatch& batch) {
  for (std::size_t i = 0; i < model::kUnreadKinds; ++i) {
    count_unread(static_cast<model::UnreadKind>(i), batch.unread_counts[i], metrics);
  }
  unread_log.say(batch, paths, settings.device, log);
}

void Getter::Impl::fail(const CallEnd& end) {
  if (!end.limit.empty()) metrics.add(Metric::LimitHits, 1, end.limit);
  if (is_login_refused(end)) metrics.add(Metric::LoginsRefused);
  const std::string reason = describe(end);
  const std::uint64_t call = calls;
  const std::size_t asked = *rounds.next();
  const bool was_by_once = rounds.is_by_once(asked);
  const auto failed = rounds.failed(end, {clock.steady_now(), clock.wall_now(), 0});
  if (rounds.is_by_once(asked) && !was_by_once) {
    log.info("{}: {} cannot be read by Get ({}); reading it by Subscribe ONCE", settings.device, model::to_text(request(asked)), reason);
    return handlers.on_quarantine();
  }
  for (const std::size_t path : failed) {
    if (std::exchange(said[path], reason) != reason) {
      log.warning("{}: {} cannot be read by {}: {}; what was read before is kept", settings.device,
                  model::to_text(request(path)), rounds.is_by_once(path) ? "Subscribe ONCE" : "Get", reason);
    }
    handlers.on_failure(path, reason);
    if (call != calls) return;
  }
  if (is_path_refused(end)) handlers.on_quarantine();
}

void Getter::Impl::end_round() {
  hang_up();
  if (rounds.paths().empty()) return;
  timer.after(rounds.wait(), [this] { begin_round(); });
}

void Getter::Impl::hang_up() {
  ++calls;
  timer.cancel();
  reading.hang_up();
}

Getter::Getter(net::Loop& loop, const core::Clock& clock, core::Logger& log, metrics::Registry& metrics,
               const schema::Profile& profile, model::PathTable& paths, const SessionSettings& settings,
               GetterHandlers handlers) {
  impl_ = std::make_unique<Impl>(loop, clock, log, metrics, profile, paths, settings, std::move(handlers));
}

Getter::~Getter() { stop(); }

void Getter::set_paths(std::vector<std::size_t> paths) {
  if (paths == impl_->rounds.paths()) return;
  const bool was_idle = impl_->rounds.paths().empty();
  const auto asked = impl_->rounds.next();
  impl_->rounds.set_paths(std::move(paths));
  if (!impl_->is_running) return;
  if (was_idle) return impl_->begin_round();
  if (impl_->reading.is_connected() && impl_->rounds.next() != asked) {  // what is asked for is not wanted any more
    impl_->hang_up();
    impl_->wait_for_turn();
  }
}

void Getter::use_forms(const std::map<std::size_t, std::size_t>& forms) {
  for (const auto& [path, form] : forms) impl_->forms[path] = form;
}

void Getter::start() {
  if (std::exchange(impl_->is_running, true)) return;
  impl_->begin();
}

void Getter::stop() {
  if (!std::exchange(impl_->is_running, false)) return;
  impl_->hang_up();
}

void Getter::retry_now() {
  const bool is_wanted = impl_->rounds.forgive();
  if (!is_wanted || !impl_->is_running) return;
  impl_->hang_up();
  impl_->begin_round();
}

std::vector<QuarantinedPath> Getter::quarantined() const {
  std::vector<QuarantinedPath> all;
  for (const auto& [path, entry] : impl_->rounds.refused()) {
    all.push_back({impl_->settings.subscription->paths[path].path, entry.code, entry.message, entry.since});
  }
  return all;
}

const std::map<std::size_t, GetMissing>& Getter::by_once() const { return impl_->rounds.by_once(); }

}  // namespace dm::gnmi
