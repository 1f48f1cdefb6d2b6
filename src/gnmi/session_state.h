// When to ask a device, what its answers mean, when to give up on a silent one: decided without I/O.
//
// step(state, event) → {state, actions}; the Session performs the actions. All rules of reconnecting
// live here: slow waits for devices that have no room for us, growing jittered waits that only a sync resets (and that grow on while streams end soon after
// it: a device that always fails with a message of its dump costs a whole dump each time), slow logins, the search for refused
// paths and for what the device takes instead of them, asking for everything as configured when other software runs, the deadline of the first dump, a new dump after something that could
// not be read, and the watch over silent peers. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/backoff.h"
#include "core/clock.h"
#include "core/log.h"
#include "gnmi/path_modes.h"
#include "gnmi/session_search.h"
#include "gnmi/software_watch.h"
#include "gnmi/transport.h"
#include "model/path.h"

namespace dm::gnmi {

// Refused paths and modes are asked again on a connection made so long after the refusal.
inline constexpr core::Duration kQuarantine = std::chrono::hours(1);
// A device that refuses every path is searched again so long after; until then one question says enough.
inline constexpr core::Duration kSearchAgain = std::chrono::minutes(10);
// A probe is answered within half of stale_after, but a busy switch gets at least this.
inline constexpr core::Duration kLeastGrace = std::chrono::seconds(5);
// gRPC servers forgive one PING in five minutes while nothing is sent (gRPC "Keepalive", grpc#9902).
inline constexpr core::Duration kForgivenPings = std::chrono::seconds(310);
// A stream that ends sooner after its sync counts as a failed attempt.
inline constexpr core::Duration kLasting = std::chrono::minutes(1);
// A new dump is asked for so long after something that could not be read or held; doubling while that happens again and again.
inline constexpr core::Duration kFirstRedump = std::chrono::seconds(10);
inline constexpr core::Duration kLongestRedump = std::chrono::hours(1);
inline constexpr core::Duration kLongestPingInterval = std::chrono::hours(2);

// What does not change during a session.
struct SessionPlan {
  std::shared_ptr<const std::vector<model::Path>> paths;  // in the request's form; the same for many devices
  std::shared_ptr<const std::vector<schema::PathMode>> modes = nullptr;  // OnChange or Sample of each; null: all OnChange
  core::Duration stale_after = std::chrono::seconds(60);
  core::Duration sync_deadline = std::chrono::seconds(120);
  core::Duration keepalive{};  // 0: none
  core::BackoffPolicy backoff;
};

enum class SessionPhase {
  Idle,     // not started, stopped, or nothing to subscribe to
  Waiting,  // for the next attempt
  Asking,   // the subscription is sent, nothing came yet (all of a search is spent here)
  Syncing,  // the first dump is coming
  Live,
};

struct PathQuarantine {
  GrpcCode code = GrpcCode::Unknown;
  std::string message;
  core::WallTime since{};
  core::SteadyTime retry_at{};
};

struct SessionState {
  explicit SessionState(const SessionPlan& plan)
      : backoff(plan.backoff),
        keepalive(plan.keepalive),
        probe_after(plan.stale_after),
        quarantine(plan.paths->size()),
        modes(plan.modes) {}

  SessionPhase phase = SessionPhase::Idle;
  core::Backoff backoff;
  core::SteadyTime live_since{};  // of the call under way, once it is Live
  int short_lives = 0;            // streams in a row that synced and did not last
  core::Duration keepalive;    // grows when the peer calls it too eager
  core::Duration probe_after;  // likewise
  std::vector<std::optional<PathQuarantine>> quarantine;  // per path of the plan
  PathModes modes;
  std::map<std::size_t, std::size_t> forms;               // per path, in which of the profile's forms it is asked; 0 is left out
  SoftwareWatch software;
  std::optional<core::SteadyTime> search_again_at;        // set while every path is refused
  PathIndexes asked;                   // of the call under way
  std::optional<PathSearch> search;
  bool has_searched = false;           // on this connection: what is asked now was accepted in parts
  core::SteadyTime asked_at{};
  std::optional<core::SteadyTime> probed_at;
  bool has_message = false;  // a good one, of the call under way
  int logins_refused = 0;    // in a row
  int full_answers = 0;      // in a row: no room on the device, or an answer beyond our limits
  int redumps = 0;           // in a row, because of what could not be read or held
  core::SteadyTime last_redump{};
  bool is_redump_due = false;
  std::string said;          // the last reason logged; repeated ones are not
};

// Events.
struct SessionStarted {};
struct SessionStopped {};
struct RetryWanted {};  // by a person or a reload
struct RetryDue {};
struct CallAccepted {};  // response headers
struct MessageRead {     // decoded without error
  bool is_sync = false;
  bool is_device_lost = false;
  bool has_lost_deletes = false;  // what the device deleted is not known
};
struct DumpWanted {};  // what the device said could not be read or held, and only a dump says it again
struct RedumpDue {};
struct FormsFound {  // forms in which the device speaks of paths, found beside the stream
  std::map<std::size_t, std::size_t> forms;
};
struct CallEnded {
  CallEnd end;
};
struct SoftwareWanted {};  // something beside the stream is not taken as configured
struct SoftwareHeard {
  Software software;
};
struct SoftwareRefused {};  // to us: the login, or what it may do
struct WatchDue {
  core::SteadyTime last_heard;
};
using SessionEvent = std::variant<SessionStarted, SessionStopped, RetryWanted, RetryDue, CallAccepted,
                                  MessageRead, DumpWanted, RedumpDue, FormsFound, CallEnded, WatchDue, SoftwareWanted,
                                  SoftwareHeard, SoftwareRefused>;

// Actions, to be performed in order.
struct Ask {  // open a subscription for these paths
  PathIndexes paths;
  PathIndexes sampled;  // those of them to be asked as SAMPLE
  core::Duration keepalive{};
  bool on_new_connection = true;
};
struct HangUp {};   // end the call, if any, and close the connection
struct EndCall {};  // end the call, keep the connection
struct RetryAfter {
  core::Duration wait;
};
struct WatchAfter {
  core::Duration wait;
};
struct RedumpAfter {  // forgotten with the call
  core::Duration wait;
};
struct ProbePeer {};
struct TellBegin {};
struct TellLost {
  std::string reason;
  std::string_view kind;  // of a small fixed set, for metrics; empty: no stream had begun
};
struct AskSoftware {};  // beside the stream
struct TellSoftware {   // what the device runs
  bool is_changed = false;  // since the last one: nothing that was refused need be refused now
};
struct TellQuarantine {};  // the refused paths, or a mode in force, changed
struct CountLoginRefused {};
struct Say {
  core::LogLevel level = core::LogLevel::Info;
  std::string text;
};
using SessionAction = std::variant<Ask, HangUp, EndCall, RetryAfter, WatchAfter, RedumpAfter, ProbePeer, TellBegin,
                                   TellLost, AskSoftware, TellSoftware, TellQuarantine, CountLoginRefused, Say>;

struct SessionMoment {
  core::SteadyTime now;
  core::WallTime wall_now;
  std::uint64_t random = 0;  // for jitter
};

struct SessionStep {
  SessionState state;
  std::vector<SessionAction> actions;
};

SessionStep step(const SessionPlan& plan, SessionState state, const SessionEvent& event,
                 const SessionMoment& moment);

// False when MessageRead with nothing set would change nothing: the common case while Live.
inline bool needs_message(const SessionState& state) {
  return state.phase != SessionPhase::Live || !state.has_message;
}

// True while the messages of the call are the device's tree, not answers to a search.
inline bool is_following(const SessionState& state) {
  return !state.search && (state.phase == SessionPhase::Asking || state.phase == SessionPhase::Syncing ||
                           state.phase == SessionPhase::Live);
}

// True if RetryWanted would begin a new connection.
bool wants_retry(const SessionState& state);

}  // namespace dm::gnmi
