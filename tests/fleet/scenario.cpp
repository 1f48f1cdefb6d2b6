#include "fleet/scenario.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>

#include "fleet/playback.h"
#include "model/value.h"
#include "schema/profile.h"

namespace dm::fleet {
namespace {

constexpr core::WallTime kStart{std::chrono::seconds(1795132800)};  // 2026-11-20T00:00:00Z

model::Value to_value(const YAML::Node& node) {
  if (!node || node.IsNull()) return {};
  if (node.IsSequence()) {
    model::ValueList list;
    for (const auto& member : node) list.push_back(to_value(member));
    return list;
  }
  const std::string text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  if (text == "true" || text == "false") return text == "true";
  char* end = nullptr;
  const long long number = std::strtoll(text.c_str(), &end, 10);
  if (!text.empty() && *end == '\0') return static_cast<std::int64_t>(number);
  return text;
}

model::Path to_path(const std::string& text) {
  auto path = model::parse_path(text);
  if (!path) throw std::runtime_error(path.error().message);
  return *path;
}

model::Expectation to_expectation(const std::string& path, const YAML::Node& node) {
  model::Expectation expectation{.path = to_path(path), .from = {"file", "scenario", ""}};
  if (!node.IsMap()) {
    expectation.values = {to_value(node)};
  } else if (node["absent"]) {
    expectation.rule = model::Rule::Absent;
  } else if (node["set"]) {
    expectation.rule = model::Rule::Set;
    expectation.values = {to_value(node["set"])};
  } else if (node["one_of"]) {
    expectation.rule = model::Rule::OneOf;
    for (const auto& member : node["one_of"]) expectation.values.push_back(to_value(member));
  } else {
    throw std::runtime_error("an expectation is a value, {absent: true}, {set: [...]} or {one_of: [...]}");
  }
  return expectation;
}

model::ListPolicy to_policy(const std::string& text) {
  if (text == "authoritative") return model::ListPolicy::Authoritative;
  if (text == "authoritative-if-documented") return model::ListPolicy::AuthoritativeIfDocumented;
  if (text == "at-least") return model::ListPolicy::AtLeast;
  throw std::runtime_error("unknown list policy " + text);
}

class Player {
 public:
  explicit Player(const YAML::Node& file)
      : file_(file), log_(core::LogLevel::Error, core::LogFormat::Text), paths_(schema::classify) {
    const auto loaded = schema::load_profile(file["profile"].as<std::string>("arista-eos"));
    if (!loaded.profile) throw std::runtime_error(loaded.errors.front());
    profile_ = loaded.profile;
    MonitorSpec spec{.device = "dut", .profile = profile_};
    Areas areas;
    for (const schema::ProfilePath& path : profile_->paths) {
      areas[path.area].push_back(path.path);
      if (path.mode == schema::PathMode::Get) reads_.push_back(path.path);
    }
    spec.areas = std::make_shared<const Areas>(std::move(areas));
    spec.reads = std::make_shared<const std::vector<model::Path>>(reads_);
    std::vector<model::Path> samples;
    if (file["boot_wait"]) spec.boot_wait = *core::parse_duration(file["boot_wait"].as<std::string>());
    for (const auto& path : file["samples"]) samples.push_back(to_path(path.as<std::string>()));
    spec.samples = std::make_shared<const std::vector<model::Path>>(std::move(samples));
    read_rules(file["rules"], spec, kStart);
    core::Limits limits;
    if (const auto bounds = file["limits"]) {
      if (const auto leaves = bounds["leaves_per_device"]) limits.leaves_per_device = leaves.as<std::size_t>();
      if (const auto bytes = bounds["bytes_per_device"]) limits.bytes_per_device = bytes.as<std::size_t>();
    }
    playback_ = std::make_unique<Playback>(Monitor::Context{log_, metrics_, paths_, limits}, spec, kStart,
                                           [this](const model::Event& event) { told_.push_back(to_told(event)); });
    monitor_ = &playback_->monitor();
    monitor_->set_intent(read_intent(file), "no intent", now());
  }

  ScenarioResult play() {
    ScenarioResult result{.name = file_["name"].as<std::string>()};
    for (const auto& step : file_["steps"]) take(step, result.failures);
    playback_->run_until(std::chrono::hours(24));
    compare(result.failures);
    return result;
  }

 private:
  drift::Now now() const { return playback_->now(); }

  static void read_rules(const YAML::Node& rules, MonitorSpec& spec, core::WallTime start) {
    if (!rules) return;
    const auto duration = [&](const char* name, core::Duration& into) {
      if (rules[name]) into = *core::parse_duration(rules[name].as<std::string>());
    };
    duration("hold", spec.lifecycle.hold);
    duration("group_window", spec.lifecycle.group_window);
    duration("reminder", spec.lifecycle.reminder);
    spec.rules.strict = rules["strict"].as<bool>(false);
    for (const auto& path : rules["strict_paths"]) spec.rules.strict_paths.push_back(to_path(path.as<std::string>()));
    for (const auto& list : rules["lists"]) spec.rules.lists[list.first.as<std::string>()] = to_policy(list.second.as<std::string>());
    for (const auto& rule : rules["ignore"]) {
      compare::Ignore ignore{.rule = spec.rules.ignore.size(), .pattern = to_path((rule.IsMap() ? rule["path"] : rule).as<std::string>())};
      if (rule.IsMap()) read_condition(rule, start, ignore);
      spec.rules.ignore.push_back(std::move(ignore));
    }
    for (const auto& rule : rules["severity"]) {
      const auto text = rule.second.as<std::string>();
      spec.rules.severity.push_back({spec.rules.severity.size(), to_path(rule.first.as<std::string>()),
                                     text == "critical" ? model::Severity::Critical
                                     : text == "info"   ? model::Severity::Info
                                                        : model::Severity::Warning});
    }
  }

  static void read_condition(const YAML::Node& rule, core::WallTime start, compare::Ignore& ignore) {
    if (const auto until = rule["until"]) ignore.until = start + *core::parse_duration(until.as<std::string>());
    if (const auto current = rule["current"]) ignore.when.current = current.as<std::string>();
    if (const auto desired = rule["desired"]) ignore.when.desired = desired.as<std::string>();
    if (const auto kind = rule["difference"]) {
      for (const auto one : {model::DifferenceKind::Missing, model::DifferenceKind::Unexpected, model::DifferenceKind::Different}) {
        if (kind.as<std::string>() == model::to_text(one)) ignore.when.difference = one;
      }
      if (!ignore.when.difference) throw YAML::Exception(kind.Mark(), "no difference is called so");
    }
  }

  std::shared_ptr<const model::DeviceIntent> read_intent(const YAML::Node& from) {
    auto intent = std::make_shared<model::DeviceIntent>();
    intent->device = "dut";
    for (const auto& leaf : from["intent"]) intent->leaves.push_back(to_expectation(leaf.first.as<std::string>(), leaf.second));
    for (const auto& entry : from["entries"]) intent->entries.push_back({to_path(entry.as<std::string>()), {"file", "scenario", ""}});
    for (const auto& list : from["lists"]) intent->lists[list.first.as<std::string>()] = to_policy(list.second.as<std::string>());
    for (const auto& path : from["unmanaged"]) intent->unmanaged.push_back(to_path(path.as<std::string>()));
    for (const auto& list : from["unfilled_lists"]) intent->not_compared[list.as<std::string>()] = "said by the scenario";
    for (const auto& path : from["strict_below"]) intent->strict.push_back(to_path(path.as<std::string>()));
    return intent;
  }

  void fill(const YAML::Node& deletes, const YAML::Node& sets) {
    batch_.clear();
    for (const auto& path : deletes) {
      const model::Path parsed = to_path(path.as<std::string>());
      if (model::has_wildcard(parsed)) {
        batch_.pattern_deletes.push_back(parsed);
      } else {
        batch_.exact_deletes.push_back(paths_.intern(schema::canonicalise(*profile_, parsed)));
      }
    }
    for (const auto& leaf : sets) {
      const auto offset = static_cast<std::uint32_t>(batch_.bytes.size());
      model::encode(to_value(leaf.second), batch_.bytes);
      batch_.sets.push_back({paths_.intern(schema::canonicalise(*profile_, to_path(leaf.first.as<std::string>()))), offset,
                             static_cast<std::uint32_t>(batch_.bytes.size()) - offset});
    }
    batch_.timestamp_ns = now().wall.time_since_epoch().count();
  }

  // What the device says and nobody can read: leaves whose value is opaque, places, a whole message.
  void say_unreadable(const YAML::Node& step) {
    batch_.clear();
    for (const auto& leaf : step["unreadable"]) {
      const auto offset = static_cast<std::uint32_t>(batch_.bytes.size());
      model::encode_opaque(batch_.bytes);
      batch_.sets.push_back({paths_.intern(to_path(leaf.as<std::string>())), offset, 1});
      batch_.lose(model::UnreadKind::ValueBytes, batch_.sets.back().path, std::nullopt);
    }
    for (const auto& place : step["gap"]) {
      batch_.lose(model::UnreadKind::ListKeys, model::kNoPath, to_path(place.as<std::string>()));
    }
    monitor_->apply(batch_, now());
    if (step["bad_message"]) monitor_->lose_message(now());
  }

  // The answer of a Get, or why there is none.
  void read(const YAML::Node& get) {
    const auto path = std::find(reads_.begin(), reads_.end(), to_path(get["path"].as<std::string>()));
    if (path == reads_.end()) throw std::runtime_error("the profile reads no such path by Get");
    if (get["failed"]) return monitor_->fail_answer(*path, get["failed"].as<std::string>());
    fill({}, get["set"]);
    batch_.complete = *path;
    monitor_->apply_answer(*path, batch_, now());
  }

  void take(const YAML::Node& step, std::vector<std::string>& failures) {
    playback_->run_until(*core::parse_duration(step["at"].as<std::string>()));
    if (step["lost"]) monitor_->stream_lost(step["lost"].as<std::string>(), now());
    if (step["begin"]) {
      monitor_->stream_begins(now());
      fill({}, step["begin"]);
      monitor_->apply(batch_, now());
    }
    if (step["unreadable"] || step["gap"] || step["bad_message"]) say_unreadable(step);
    if (step["sync"]) {
      if (!step["begin"]) monitor_->stream_begins(now());
      fill({}, step["sync"]);
      monitor_->apply(batch_, now());
      batch_.clear();
      batch_.sync = true;
      monitor_->apply(batch_, now());
    }
    if (step["set"] || step["delete"]) {
      fill(step["delete"], step["set"]);
      monitor_->apply(batch_, now());
    }
    if (step["atomic"]) {
      fill({}, step["atomic"]["set"]);
      batch_.atomic_prefix = paths_.intern(to_path(step["atomic"]["prefix"].as<std::string>()));
      monitor_->apply(batch_, now());
    }
    if (step["commit"]) {
      batch_.clear();
      batch_.commit_done = true;
      monitor_->apply(batch_, now());
    }
    if (step["get"]) read(step["get"]);
    if (step["intent"] || step["entries"]) monitor_->set_intent(read_intent(step), "no intent", now());
    if (step["no_intent"]) monitor_->set_intent(nullptr, step["no_intent"].as<std::string>(), now());
    if (step["quarantine"]) {
      std::vector<model::Path> paths;
      for (const auto& path : step["quarantine"]) paths.push_back(to_path(path.as<std::string>()));
      monitor_->set_quarantined(paths, now());
    }
    if (step["verdict"]) {
      DeviceStatus status;
      monitor_->describe(status);
      const std::string is{model::to_text(status.verdict)};
      const auto wanted = step["verdict"].as<std::string>();
      if (is != wanted) failures.push_back(fmt::format("at {}: verdict is {}, expected {}", step["at"].as<std::string>(), is, wanted));
    }
  }

  static ToldEvent to_told(const model::Event& event) {
    ToldEvent told{.action = std::string(model::to_text(event.action))};
    for (const model::EventDifference& difference : event.differences) {
      const model::Drift& drift = difference.drift;
      told.differences.push_back({std::string(model::to_text(drift.kind)), drift.path, model::to_json(drift.current),
                                  model::to_json(drift.desired), std::string(model::to_text(drift.severity))});
    }
    std::sort(told.differences.begin(), told.differences.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return told;
  }

  static std::string line(const ToldEvent& event) {
    std::string text = event.action + ":";
    for (const ToldDifference& d : event.differences) text += " " + d.kind + " " + d.path;
    return text;
  }

  // Expected: a list of {action, differences: ["kind path" ...], current: [...], desired: [...], severity: [...]}.
  void compare(std::vector<std::string>& failures) const {
    const YAML::Node events = file_["expect"]["events"];
    if (!events.IsSequence()) {
      failures.emplace_back("expect.events is missing");
      return;
    }
    for (std::size_t i = 0; i < std::max(events.size(), told_.size()); ++i) {
      const std::string is = i < told_.size() ? line(told_[i]) : "(nothing)";
      std::string wanted = "(nothing)";
      if (i < events.size()) {
        wanted = events[i]["action"].as<std::string>() + ":";
        for (const auto& d : events[i]["differences"]) wanted += " " + d.as<std::string>();
      }
      if (is != wanted) {
        failures.push_back(fmt::format("event {}: is '{}', expected '{}'", i + 1, is, wanted));
        continue;
      }
      check_values(events[i]["current"], told_[i], &ToldDifference::current, failures);
      check_values(events[i]["desired"], told_[i], &ToldDifference::desired, failures);
      check_values(events[i]["severity"], told_[i], &ToldDifference::severity, failures);
    }
  }

  static void check_values(const YAML::Node& wanted, const ToldEvent& event, std::string ToldDifference::*field,
                           std::vector<std::string>& failures) {
    for (std::size_t i = 0; wanted && i < wanted.size(); ++i) {
      const std::string is = event.differences.at(i).*field;
      if (is != wanted[i].as<std::string>()) {
        failures.push_back(fmt::format("{}: value is {}, expected {}", event.differences[i].path, is, wanted[i].as<std::string>()));
      }
    }
  }

  YAML::Node file_;
  core::Logger log_;
  metrics::Registry metrics_;
  model::PathTable paths_;
  std::shared_ptr<const schema::Profile> profile_;
  std::vector<model::Path> reads_;
  std::unique_ptr<Playback> playback_;
  Monitor* monitor_ = nullptr;  // of the playback
  model::UpdateBatch batch_;
  std::vector<ToldEvent> told_;
};

}  // namespace

ScenarioResult play_scenario(const std::string& file) {
  try {
    return Player(YAML::LoadFile(file)).play();
  } catch (const std::exception& error) {
    return {.name = file, .failures = {error.what()}};
  }
}

}  // namespace dm::fleet
