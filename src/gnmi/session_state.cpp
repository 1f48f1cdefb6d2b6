#include "gnmi/session_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "gnmi/end_meaning.h"
#include "gnmi/session_waits.h"

namespace dm::gnmi {
namespace {

using core::Duration;
using core::LogLevel;
using schema::PathMode;
using schema::to_text;

constexpr const char* kTooManyDeletes =
    "a message deletes more than limits.deletes_per_message or limits.delete_patterns_per_message allow; a new dump is "
    "asked for instead";

// A path is not taken, or not as configured.
bool is_less(const SessionState& state) {
  const auto& paths = state.quarantine;
  return !state.modes.is_empty() || std::any_of(paths.begin(), paths.end(), [](const auto& q) { return q.has_value(); });
}

// One step: the state being changed and the actions gathered.
class Stepper {
 public:
  Stepper(const SessionPlan& plan, SessionState state, const SessionMoment& moment)
      : plan_(plan), moment_(moment), out_{std::move(state), {}}, s_(out_.state) {}

  SessionStep finish() && { return std::move(out_); }

  void operator()(const SessionStarted&) {
    if (s_.phase != SessionPhase::Idle) return;
    if (plan_.paths->empty()) {
      say(LogLevel::Warning, "there is no path to subscribe to");
      add(TellLost{"there is no path to subscribe to", {}});
      return;
    }
    ask_again(false);
  }

  void operator()(const SessionStopped&) {
    s_.phase = SessionPhase::Idle;
    s_.search.reset();
    add(HangUp{});
  }

  void operator()(const RetryWanted&) {
    if (s_.phase == SessionPhase::Waiting) {
      s_.logins_refused = 0;
      s_.full_answers = 0;
      s_.search_again_at.reset();
      return ask_again(true);
    }
    if (!wants_retry(s_)) return;
    add(HangUp{});
    add(TellLost{"asking for the refused paths again", "retry"});
    ask_again(true);
  }

  void operator()(const RetryDue&) {
    if (s_.phase == SessionPhase::Waiting) ask_again(false);
  }

  void operator()(const CallAccepted&) {
    if (s_.phase == SessionPhase::Asking && !s_.search) begin();
  }

  void operator()(const MessageRead& message) {
    if (s_.search) {
      if (message.is_sync) answer_search(std::nullopt);
      return;
    }
    if (!is_following(s_)) return;
    if (s_.phase == SessionPhase::Asking) begin();
    if (!std::exchange(s_.has_message, true)) s_.logins_refused = 0;
    if (message.has_lost_deletes) return fail("too_many_deletes", kTooManyDeletes);
    if (message.is_device_lost) return fail("device_gone", "the hub says the device is gone");
    if (message.is_sync && s_.phase == SessionPhase::Syncing) go_live();
  }

  // The stream goes on: what it says next counts all the same.
  void operator()(const DumpWanted&) {
    if (!is_following(s_) || std::exchange(s_.is_redump_due, true)) return;
    if (moment_.now >= s_.last_redump + kLongestRedump) s_.redumps = 0;
    Duration wait = kFirstRedump;
    for (int i = 0; i < s_.redumps && wait < kLongestRedump; ++i) wait *= 2;
    add(RedumpAfter{std::min(wait, kLongestRedump)});
  }

  void operator()(const RedumpDue&) {
    if (!s_.is_redump_due || !is_following(s_)) return;
    if (s_.phase != SessionPhase::Live) return add(RedumpAfter{kFirstRedump});  // a dump that is coming is not cut
    ++s_.redumps;
    s_.last_redump = moment_.now;
    fail("redump", "not all that was said could be read or held; asking for a new dump");
  }

  void operator()(const FormsFound& found) {
    const auto before = s_.forms;
    for (const auto& [path, form] : found.forms) s_.forms[path] = form;
    std::erase_if(s_.forms, [](const auto& entry) { return entry.second == 0; });
    if (s_.forms != before && s_.phase == SessionPhase::Live) begin_anew("asking for silent paths in another form", "forms");
  }

  void operator()(const SoftwareWanted&) {
    s_.software.want();
    if (s_.phase == SessionPhase::Live) ask_software();
  }

  void operator()(const SoftwareRefused&) { s_.software.refuse(); }

  // What is refused, fallen back or asked otherwise may be taken now; what is read beside the stream is its reader's matter.
  void operator()(const SoftwareHeard& heard) {
    const auto before = s_.software.hear(heard.software, moment_.now);
    if (!before) return add(TellSoftware{});
    say(LogLevel::Info, fmt::format("the device runs other software ({}; before: {}); asking for everything as configured",
                                    to_text(heard.software), to_text(*before)));
    if (s_.phase == SessionPhase::Live && takes_less()) begin_anew("the device runs other software", "software");
    s_.modes.try_again(moment_.now, true);
    for (auto& quarantine : s_.quarantine) {
      if (quarantine) quarantine->retry_at = moment_.now;
    }
    s_.forms.clear();
    s_.search_again_at.reset();
    add(TellSoftware{true});
  }

  void operator()(const CallEnded& event) {
    if (s_.phase == SessionPhase::Idle || s_.phase == SessionPhase::Waiting) return;
    const CallEnd& end = event.end;
    if (end.is_too_many_pings) calm_down();
    if (is_login_refused(end)) return refuse_login(end);
    if (is_full(end)) return leave_alone(end);
    const bool is_synced = s_.phase == SessionPhase::Live;
    if (is_path_refused(end) && !is_synced) {
      if (s_.search) return answer_search(end);
      return refuse_paths(end);
    }
    fail(end.code == GrpcCode::Ok ? "ended" : (end.is_too_many_pings ? "too_many_pings" : "error"), describe(end));
  }

  void operator()(const WatchDue& watch) {
    if (s_.phase == SessionPhase::Idle || s_.phase == SessionPhase::Waiting) return;
    const auto now = moment_.now;
    if (s_.phase != SessionPhase::Live && now >= s_.asked_at + plan_.sync_deadline) {
      return fail("no_sync", fmt::format("no sync_response within {}", core::to_text(plan_.sync_deadline)));
    }
    if (s_.probed_at && watch.last_heard >= *s_.probed_at) s_.probed_at.reset();
    if (s_.probed_at && now >= *s_.probed_at + grace()) {
      return fail("silent", fmt::format("silent for {}, and no answer to a probe", core::to_text(s_.probe_after)));
    }
    if (!s_.probed_at && has_begun() && now >= watch.last_heard + s_.probe_after) {
      s_.probed_at = now;
      add(ProbePeer{});
    }
    watch_again(watch.last_heard);
  }

 private:
  template <class Action>
  void add(Action action) {
    out_.actions.emplace_back(std::move(action));
  }
  void say(LogLevel level, std::string text) { add(Say{level, std::move(text)}); }

  bool has_begun() const { return s_.phase == SessionPhase::Syncing || s_.phase == SessionPhase::Live; }
  Duration grace() const { return std::max<Duration>(plan_.stale_after / 2, kLeastGrace); }

  // On the stream.
  bool takes_less() const { return is_less(s_) || !s_.forms.empty(); }
  void ask_software() {
    if (s_.software.asks()) add(AskSoftware{});
  }

  // The next instant at which silence or a missing sync can be told.
  void watch_again(core::SteadyTime last_heard) {
    auto due = core::SteadyTime::max();
    if (s_.phase != SessionPhase::Live) due = s_.asked_at + plan_.sync_deadline;
    if (s_.probed_at) {
      due = std::min(due, *s_.probed_at + grace());
    } else if (has_begun()) {
      due = std::min(due, last_heard + s_.probe_after);
    }
    add(WatchAfter{std::max<Duration>(due - moment_.now, std::chrono::milliseconds(1))});
  }

  // Everything but what is in quarantine.
  void ask_again(bool with_quarantined) {
    s_.modes.try_again(moment_.now, with_quarantined || s_.search_again_at);
    PathIndexes paths;
    for (std::size_t i = 0; i < plan_.paths->size(); ++i) {
      const auto& quarantine = s_.quarantine[i];
      if (s_.modes.of(i) == PathMode::Get) continue;
      if (!quarantine || with_quarantined || s_.search_again_at || moment_.now >= quarantine->retry_at) {
        paths.push_back(i);
      }
    }
    // Every path is refused, and asking again was cut short: a subscription to nothing would not end that.
    if (paths.empty()) return ask_again(true);
    s_.search.reset();
    ask(std::move(paths), true);
  }

  void ask(PathIndexes paths, bool on_new_connection) {
    s_.phase = SessionPhase::Asking;
    s_.has_searched &= !on_new_connection;
    if (on_new_connection) s_.software.begin_connection();
    s_.asked = paths;
    s_.asked_at = moment_.now;
    s_.probed_at.reset();
    s_.has_message = false;
    s_.is_redump_due = false;
    PathIndexes sampled;
    std::copy_if(paths.begin(), paths.end(), std::back_inserter(sampled),
                 [&](std::size_t i) { return s_.modes.of(i) == PathMode::Sample; });
    add(Ask{std::move(paths), std::move(sampled), s_.keepalive, on_new_connection});
    watch_again(moment_.now);
  }

  void begin() {
    s_.phase = SessionPhase::Syncing;
    add(TellBegin{});
    watch_again(moment_.now);
  }

  void go_live() {
    s_.phase = SessionPhase::Live;
    s_.live_since = moment_.now;
    s_.said.clear();
    s_.backoff.reset(s_.short_lives);
    s_.search_again_at.reset();
    bool is_released = false;
    for (const std::size_t i : s_.asked) {
      is_released |= s_.modes.accept(i);
      if (!s_.quarantine[i]) continue;
      s_.quarantine[i].reset();
      is_released = true;
    }
    if (is_released) add(TellQuarantine{});
    say(LogLevel::Info, fmt::format("live, {} path{} subscribed", s_.asked.size(), s_.asked.size() == 1 ? "" : "s"));
    if (takes_less()) s_.software.want();
    ask_software();
  }

  // The attempt is over: tell, and wait.
  void fail(std::string_view kind, std::string reason) {
    if (s_.phase == SessionPhase::Live) end_life();
    give_up(kind, std::move(reason), s_.backoff.next(moment_.random));
  }

  void end_life() {
    const bool has_lasted = moment_.now >= s_.live_since + kLasting;
    s_.short_lives = has_lasted ? 0 : s_.short_lives + 1;
    if (!has_lasted) return;
    s_.backoff.reset();
    s_.full_answers = 0;
  }

  void give_up(std::string_view kind, std::string reason, Duration wait) {
    lose(kind, std::move(reason));
    s_.phase = SessionPhase::Waiting;
    s_.search.reset();
    add(RetryAfter{wait});
  }

  // A live stream begins again on a new connection, as soon as it is its turn.
  void begin_anew(std::string reason, std::string_view kind) {
    add(HangUp{});
    add(TellLost{std::move(reason), kind});
    s_.phase = SessionPhase::Waiting;
    add(RetryAfter{Duration::zero()});
  }

  void lose(std::string_view kind, std::string reason) {
    add(HangUp{});
    if (reason != s_.said) {
      s_.said = reason;
      say(LogLevel::Warning, fmt::format("{}; trying again with growing pauses", reason));
    }
    add(TellLost{std::move(reason), has_begun() ? kind : std::string_view()});
  }

  void refuse_login(const CallEnd& end) {
    ++s_.logins_refused;
    add(CountLoginRefused{});
    give_up("login", describe(end), login_wait(s_.logins_refused, moment_.random));
  }

  void leave_alone(const CallEnd& end) {
    if (s_.phase == SessionPhase::Live) end_life();
    ++s_.full_answers;
    give_up(end.limit.empty() ? "no_room" : "limit", describe(end), full_wait(s_.full_answers, moment_.random));
  }

  void calm_down() {
    s_.keepalive = std::min(s_.keepalive * 2, kLongestPingInterval);
    s_.probe_after = std::min(std::max(s_.probe_after * 2, kForgivenPings), kLongestPingInterval);
  }

  // The path alone was refused as what it was asked. True: there is a lesser mode, to be asked on this stream.
  bool fall(std::size_t path, const CallEnd& end) {
    if (!is_mode_refused(end) && !s_.modes.has_fallen(path)) {
      quarantine(path, end);
      return false;
    }
    const std::string_view asked = to_text(s_.modes.of(path));
    const PathMode mode = s_.modes.fall(path, end, moment_.now + kQuarantine).mode;
    say(LogLevel::Warning, fmt::format("the device does not take {} as {}: {}; asking for it as {}",
                                       model::to_text((*plan_.paths)[path]), asked, describe(end), to_text(mode)));
    if (s_.quarantine[path]) s_.quarantine[path].reset();
    add(TellQuarantine{});
    return mode == PathMode::Sample;
  }

  void quarantine(std::size_t path, const CallEnd& end) {
    s_.modes.forget(path);
    auto& entry = s_.quarantine[path];
    const auto since = entry ? entry->since : moment_.wall_now;
    entry = PathQuarantine{end.code, end.message, since, moment_.now + kQuarantine};
    say(LogLevel::Warning, fmt::format("the device refuses {}: {}; going on without it",
                                       model::to_text((*plan_.paths)[path]), describe(end)));
    add(TellQuarantine{});
  }

  // The whole list was refused: find out which of its paths.
  void refuse_paths(const CallEnd& end) {
    if (s_.search_again_at && moment_.now < *s_.search_again_at) return fail("refused", every_path_refused(end));
    const auto named = path_named_in(end.message, *plan_.paths, s_.asked);
    PathIndexes asked = s_.asked;
    // No path is the culprit: another search would find that again, and again, as fast as the device answers.
    if (s_.has_searched && !(asked.size() > 1 && named)) {
      return fail("refused", fmt::format("the device refuses together what it accepts in parts: {}", describe(end)));
    }
    if (has_begun()) add(TellLost{fmt::format("paths are refused: {}", describe(end)), "refused"});
    add(EndCall{});
    if (asked.size() > 1 && named) {
      quarantine(*named, end);
      std::erase(asked, *named);
      return ask(std::move(asked), false);
    }
    s_.phase = SessionPhase::Asking;
    s_.search.emplace(std::move(asked));
    if (s_.search->question() == s_.asked) return answer_search(end);  // a single path: that was the answer
    ask(s_.search->question(), false);
  }

  // The question of a search was accepted (no end) or refused.
  void answer_search(const std::optional<CallEnd>& refusal) {
    PathSearch& search = *s_.search;
    add(EndCall{});
    if (refusal) {
      const auto named = path_named_in(refusal->message, *plan_.paths, search.question());
      const auto path = search.answer_refused(named);
      if (path && fall(*path, *refusal)) search.ask_alone(*path);
    } else {
      search.answer_accepted();
    }
    if (!search.is_done()) return ask(search.question(), false);
    PathIndexes accepted = search.accepted();
    s_.search.reset();
    s_.has_searched = true;
    if (!accepted.empty()) return ask(std::move(accepted), false);
    s_.search_again_at = moment_.now + kSearchAgain;
    fail("refused", every_path_refused(refusal.value_or(CallEnd{})));
  }

  static std::string every_path_refused(const CallEnd& end) {
    const bool is_no_gnmi = end.code == GrpcCode::Unimplemented;
    return fmt::format("the device refuses every path: {}{}", describe(end),
                       is_no_gnmi ? " (is this the port of gNMI, and is gNMI enabled there?)" : "");
  }

  const SessionPlan& plan_;
  const SessionMoment& moment_;
  SessionStep out_;
  SessionState& s_;
};

}  // namespace

SessionStep step(const SessionPlan& plan, SessionState state, const SessionEvent& event,
                 const SessionMoment& moment) {
  Stepper stepper(plan, std::move(state), moment);
  std::visit(stepper, event);
  return std::move(stepper).finish();
}

bool wants_retry(const SessionState& state) {
  return state.phase == SessionPhase::Waiting || (state.phase == SessionPhase::Live && is_less(state));
}

}  // namespace dm::gnmi
