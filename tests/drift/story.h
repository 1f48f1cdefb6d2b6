// A lifecycle with a clock that a test moves by hand: what it tells is written down line by line as
// "2500ms opened: +a=typo ~b=2", with + opened, ~ changed, - resolved, ! reminder.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drift/lifecycle.h"

namespace dm::drift::story {

using namespace std::chrono_literals;

inline constexpr core::WallTime kStart{std::chrono::seconds(1795132800)};  // 2026-11-20T00:00:00Z

inline model::Difference different(const std::string& path, model::Value current,
                                   model::Value desired = "good") {
  model::Difference difference;
  difference.path_text = path;
  difference.current = std::move(current);
  difference.desired = std::move(desired);
  difference.device_timestamp_ns = 1795132800'000'000'001;
  return difference;
}

inline char sign(model::EventAction action) {
  switch (action) {
    case model::EventAction::Opened:
      return '+';
    case model::EventAction::Changed:
      return '~';
    case model::EventAction::Resolved:
      return '-';
    case model::EventAction::Reminder:
      return '!';
  }
  return '?';
}

class Story {
 public:
  explicit Story(LifecycleRules rules = {}, std::vector<model::Drift> open = {})
      : lifecycle("leaf1", rules, std::move(open)) {}

  Now now() const { return {core::SteadyTime(elapsed), kStart + elapsed}; }

  // Moves the clock, polling at every deadline on the way, as a device's timer does.
  Story& at(core::Duration time) {
    for (auto due = lifecycle.next_deadline(); due && due->time_since_epoch() <= time;
         due = lifecycle.next_deadline()) {
      elapsed = std::max(elapsed, due->time_since_epoch());
      take(lifecycle.poll(now()));
      if (++polls > 1'000'000) break;  // a deadline that never passes
    }
    elapsed = time;
    take(lifecycle.poll(now()));
    return *this;
  }
  Story& is(const std::string& path, model::Value current) {
    lifecycle.observe(different(path, std::move(current)), now());
    return *this;
  }
  Story& is_good(const std::string& path) {
    lifecycle.observe_none(path, {.current = "good"}, now());
    return *this;
  }
  // The whole entry is gone.
  Story& is_missing(const std::string& entry) {
    model::Difference difference = different(entry, {});
    difference.kind = model::DifferenceKind::Missing;
    difference.is_entry = true;
    lifecycle.observe(difference, now());
    return *this;
  }
  Story& is_in_entry(const std::string& path) {
    lifecycle.observe_none(path, {.why = model::NoDifference::Why::InEntry}, now());
    return *this;
  }
  Story& commit() {
    lifecycle.commit(now());
    return *this;
  }
  Story& sync(const std::map<std::string, model::Value>& wrong, const std::string& unjudged = "") {
    std::vector<model::Difference> differences;
    for (const auto& [path, current] : wrong) differences.push_back(different(path, current));
    using Why = model::NoDifference::Why;
    const auto none = [&](const std::string& path) {
      return model::NoDifference{.why = path == unjudged ? Why::Unjudged : Why::Agrees, .current = "good"};
    };
    lifecycle.observe_all(differences, none, now());
    return *this;
  }
  Story& lose() {
    lifecycle.freeze();
    return *this;
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& [time, event] : events) {
      std::string line =
          std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
          "ms " + std::string(model::to_text(event.action)) + ":";
      for (const auto& item : event.differences) {
        // Of a resolution: what it was that ended.
        const bool is_over = item.action == model::EventAction::Resolved;
        const model::Drift& drift = is_over ? stored.at(item.drift.id) : item.drift;
        line += std::string(" ") + sign(item.action) + drift.path + "=" + model::to_display(drift.current);
      }
      out.push_back(line);
    }
    return out;
  }

  Lifecycle lifecycle;
  core::Duration elapsed{0};
  std::vector<std::pair<core::Duration, model::Event>> events;
  std::map<std::string, model::Drift> stored;  // by id, as the ledger would hold them
  std::size_t suspected = 0;
  int polls = 0;

 private:
  void take(Output output) {
    suspected += output.newly_suspected;
    for (const model::Drift& drift : output.drifts) stored[drift.id] = drift;
    for (model::Event& event : output.events) events.emplace_back(elapsed, std::move(event));
  }
};

}  // namespace dm::drift::story
