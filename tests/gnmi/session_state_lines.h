// A session without a network, for table tests: events in, actions out as lines.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "gnmi/session_state.h"

namespace dm::gnmi {

using Lines = std::vector<std::string>;

struct ToLine {
  std::string operator()(const Ask& a) const {
    return fmt::format("ask {}{}{}", fmt::join(a.paths, ","), a.on_new_connection ? "" : " on the same connection",
                       a.sampled.empty() ? "" : fmt::format(", {} as sample", fmt::join(a.sampled, ",")));
  }
  std::string operator()(const HangUp&) const { return "hang up"; }
  std::string operator()(const EndCall&) const { return "end call"; }
  std::string operator()(const RetryAfter& a) const { return "retry after " + core::to_text(a.wait); }
  std::string operator()(const WatchAfter& a) const { return "watch after " + core::to_text(a.wait); }
  std::string operator()(const RedumpAfter& a) const { return "new dump after " + core::to_text(a.wait); }
  std::string operator()(const ProbePeer&) const { return "probe"; }
  std::string operator()(const TellBegin&) const { return "begin"; }
  std::string operator()(const TellLost& a) const {
    return "lost: " + a.reason + (a.kind.empty() ? "" : fmt::format(" [{}]", a.kind));
  }
  std::string operator()(const AskSoftware&) const { return "ask for the software"; }
  std::string operator()(const TellSoftware& a) const { return a.is_changed ? "other software" : "software"; }
  std::string operator()(const TellQuarantine&) const { return "quarantine"; }
  std::string operator()(const CountLoginRefused&) const { return "login refused"; }
  std::string operator()(const Say& a) const { return "say: " + a.text; }
};

// A session without a network: events in, actions out as lines. Jitter is at its least (half).
struct Machine {
  SessionPlan plan;
  SessionState state;
  SessionMoment moment{core::SteadyTime(std::chrono::hours(1)), core::WallTime(std::chrono::seconds(1'800'000'000)), 0};

  explicit Machine(std::size_t paths = 4) : plan(make_plan(paths)), state(plan) {}

  static SessionPlan make_plan(std::size_t paths) {
    std::vector<model::Path> made;
    for (std::size_t i = 0; i < paths; ++i) made.push_back(*model::parse_path(fmt::format("/p{}", i)));
    return {.paths = std::make_shared<const std::vector<model::Path>>(std::move(made)), .backoff = {}};
  }

  Lines feed(const SessionEvent& event) {
    SessionStep decided = step(plan, state, event, moment);
    state = std::move(decided.state);
    Lines lines;
    for (const auto& action : decided.actions) lines.push_back(std::visit(ToLine{}, action));
    return lines;
  }
  // What is said and done apart from the watch timer.
  Lines feed_quietly(const SessionEvent& event) {
    Lines lines = feed(event);
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("watch") || line.starts_with("say"); });
    return lines;
  }
  void pass(core::Duration time) {
    moment.now += time;
    moment.wall_now += time;
  }
  void go_live() {
    feed(SessionStarted{});
    feed(CallAccepted{});
    feed(MessageRead{.is_sync = true});
  }
  SessionEvent watch(core::Duration silent_for) const { return WatchDue{moment.now - silent_for}; }
};

inline CallEnded ended(GrpcCode code, std::string message = "why") { return {{.code = code, .message = std::move(message), .hint = {}}}; }

}  // namespace dm::gnmi
