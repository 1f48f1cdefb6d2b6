// Whatever a device does, in any order: the session's decisions keep their promises. The input is what
// happens; only what can happen does (no answer without a call, no timer that was not set).
#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "gnmi/session_state.h"
#include "input.h"

namespace dm::gnmi {
namespace {

using std::chrono::milliseconds;

// What the session's I/O would hold, as the actions leave it.
class World {
 public:
  World(const SessionPlan& plan, fuzz::Input& input) : plan_(plan), in_(input), state_(plan) {}

  bool is_called() const { return is_called_; }
  bool is_waiting() const { return retry_at_.has_value(); }
  bool is_watching() const { return watch_at_.has_value(); }
  bool is_started() const { return is_started_; }
  bool is_asked_for_software() const { return is_asked_for_software_; }

  void feed(const SessionEvent& event) {
    const bool is_stop = std::holds_alternative<SessionStopped>(event);
    if (std::holds_alternative<SessionStarted>(event)) is_started_ = true;
    if (std::holds_alternative<CallEnded>(event)) is_called_ = false;
    if (std::holds_alternative<RetryDue>(event)) retry_at_.reset();
    if (std::holds_alternative<WatchDue>(event)) watch_at_.reset();
    if (std::holds_alternative<SoftwareHeard>(event)) is_asked_for_software_ = false;
    SessionStep decided = step(plan_, std::move(state_), event, {now_, core::WallTime(now_.time_since_epoch()), in_.byte() * 0x0101010101010101U});
    state_ = std::move(decided.state);
    for (const SessionAction& action : decided.actions) std::visit([this](const auto& each) { perform(each); }, action);
    if (is_stop) stop(decided.actions);
    look();
  }
  void pass(core::Duration time) { now_ += time; }
  core::SteadyTime now() const { return now_; }
  core::SteadyTime retry_at() const { return *retry_at_; }
  core::SteadyTime watch_at() const { return *watch_at_; }
  void hear() { last_heard_ = now_; }
  core::SteadyTime last_heard() const { return last_heard_; }
  const SessionState& state() const { return state_; }

 private:
  void perform(const Ask& ask) {
    CHECK(!is_called_, "two calls at a time");
    CHECK(ask.on_new_connection || is_connected_, "a call on a connection that is closed");
    CHECK(!ask.paths.empty(), "a question about nothing");
    CHECK(std::is_sorted(ask.paths.begin(), ask.paths.end()), "paths are asked in the plan's order");
    CHECK(std::adjacent_find(ask.paths.begin(), ask.paths.end()) == ask.paths.end(), "a path is asked for twice");
    CHECK(ask.paths.back() < plan_.paths->size(), "a path nobody wants");
    CHECK(ask.keepalive >= plan_.keepalive && ask.keepalive <= std::max(plan_.keepalive, kLongestPingInterval), "PINGs out of bounds");
    // A search ends: so many questions without a pause are more than any takes.
    questions_ = ask.on_new_connection ? 1 : questions_ + 1;
    CHECK(questions_ <= 10 * (plan_.paths->size() + 1), "a search without an end");
    is_called_ = is_connected_ = true;
    has_begun_ = false;
    last_heard_ = now_;
    retry_at_.reset();
  }
  void perform(const HangUp&) { is_called_ = is_connected_ = is_asked_for_software_ = false, watch_at_.reset(); }
  void perform(const EndCall&) { is_called_ = false; }
  void perform(const RetryAfter& retry) {
    CHECK(!is_called_, "waits for its next attempt while one is under way");
    CHECK(retry.wait >= core::Duration::zero() && retry.wait <= std::chrono::hours(1), "a wait out of bounds");
    retry_at_ = now_ + retry.wait;
  }
  void perform(const WatchAfter& watch) {
    CHECK(watch.wait >= milliseconds(1) && watch.wait <= std::chrono::hours(5), "a watch out of bounds");
    watch_at_ = now_ + watch.wait;
  }
  void perform(const ProbePeer&) { CHECK(is_called_, "a probe of nobody"); }
  void perform(const AskSoftware&) {
    CHECK(is_called_ && state_.phase == SessionPhase::Live, "asked beside no stream");
    CHECK(!is_asked_for_software_, "asked twice what it runs");
    is_asked_for_software_ = true;
  }
  void perform(const TellBegin&) {
    CHECK(is_called_ && !has_begun_, "a stream begins twice, or without a call");
    has_begun_ = true;
  }
  void perform(const TellLost& lost) {
    CHECK(!lost.reason.empty(), "lost without a reason");
    CHECK(has_begun_ || lost.kind.empty(), "a stream is counted as lost that never began");
    has_begun_ = false;
  }
  template <class Action>
  void perform(const Action&) {}  // whatever else: nothing to hold
  void perform(const Say& say) { CHECK(!say.text.empty(), "nothing to say"); }

  void stop(const std::vector<SessionAction>& actions) {
    CHECK(actions.size() == 1 && std::holds_alternative<HangUp>(actions[0]), "something is done after the stop");
    is_started_ = has_begun_ = false;
    retry_at_.reset();
  }
  void look() const {
    const bool is_idle = state_.phase == SessionPhase::Idle;
    CHECK(is_idle == (!is_started_ || plan_.paths->empty()), "idle although it should follow, or the reverse");
    CHECK(is_called_ || !state_.search, "a search without a question");
    if (is_idle) {
      CHECK(!is_called_ && !retry_at_, "idle, yet at work");
    } else if (state_.phase == SessionPhase::Waiting) {
      CHECK(!is_called_ && retry_at_, "waits, and nothing will wake it");
    } else {
      CHECK(is_called_ && watch_at_, "follows without a call, or nobody watches it");
    }
    CHECK(has_begun_ == (state_.phase == SessionPhase::Syncing || state_.phase == SessionPhase::Live), "begun, and nobody was told, or the reverse");
  }

  const SessionPlan& plan_;
  fuzz::Input& in_;
  SessionState state_;
  core::SteadyTime now_{std::chrono::hours(1)};
  core::SteadyTime last_heard_{std::chrono::hours(1)};
  std::optional<core::SteadyTime> retry_at_, watch_at_;
  bool is_started_ = false, is_called_ = false, is_connected_ = false, has_begun_ = false;
  bool is_asked_for_software_ = false;
  std::size_t questions_ = 0;
};

CallEnd an_end(fuzz::Input& in) {
  CallEnd end;
  end.code = static_cast<GrpcCode>(in.pick(17));
  const std::size_t flags = in.pick(8);
  end.is_too_many_pings = (flags & 1U) != 0;
  if ((flags & 2U) != 0) end.message = "failed to subscribe to /p" + std::to_string(in.pick(8)) + ": path invalid";
  if ((flags & 4U) != 0) end.limit = "grpc_message_bytes";
  return end;
}

void take_step(World& world, fuzz::Input& in) {
  switch (in.pick(10)) {
    case 0:
      return world.feed(SessionStarted{});
    case 1:
      if (in.pick(4) != 0) return;  // rarely: nothing happens behind it
      return world.feed(SessionStopped{});
    case 2:
      return world.feed(RetryWanted{});
    case 3:
      if (!world.is_waiting()) return;
      world.pass(std::max(core::Duration::zero(), core::Duration(world.retry_at() - world.now())));
      return world.feed(RetryDue{});
    case 4:
      if (!world.is_called()) return;
      world.hear();
      return world.feed(CallAccepted{});
    case 5: {
      if (!world.is_called()) return;
      world.hear();
      const std::size_t what = in.pick(8);
      return world.feed(MessageRead{what == 1 || what == 2, what == 3, what == 4});
    }
    case 6:
      if (!world.is_called()) return;
      return world.feed(CallEnded{an_end(in)});
    case 7:
      if (!world.is_watching()) return;
      world.pass(std::max(core::Duration::zero(), core::Duration(world.watch_at() - world.now())));
      return world.feed(WatchDue{world.last_heard()});
    case 8:
      world.pass(std::chrono::seconds(in.number() % 7200));
      return;
    default:
      if (!world.is_called()) return;
      world.hear();
      if (world.is_asked_for_software()) world.feed(SoftwareHeard{{"0.7.0", in.pick(3), std::string()}});
  }
}

}  // namespace
}  // namespace dm::gnmi

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dm::gnmi;
  dm::fuzz::Input input(data, size);
  std::vector<dm::model::Path> paths;
  for (std::size_t i = input.pick(9); i > 0; --i) paths.push_back(*dm::model::parse_path("/p" + std::to_string(paths.size())));
  SessionPlan plan{.paths = std::make_shared<const std::vector<dm::model::Path>>(std::move(paths)), .backoff = {}};
  if (input.pick(2) == 1) plan.keepalive = std::chrono::minutes(5);
  World world(plan, input);
  while (!input.is_empty()) take_step(world, input);
  return 0;
}
