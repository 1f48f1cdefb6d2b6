#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/replay_setup.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "core/text.h"
#include "drift/event_json.h"
#include "fleet/replay.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCellWidth = 60;

// How fast the recorded clock runs: times as fast as it came; nullopt is as fast as possible.
using Speed = std::optional<double>;

core::Result<Speed> parse_speed(const std::string& text) {
  if (text == "max") return Speed();
  double speed = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), speed);
  if (failure == std::errc{} && end == text.data() + text.size() && speed >= 0.001 && speed <= 1e6) return Speed(speed);
  return core::Error{core::Code::InvalidArgument, fmt::format("--speed: '{}' is neither max nor a number like 1, 10 or 0.5", text)};
}

struct Replayed {
  std::string device;
  std::vector<std::string> files;
  fleet::DeviceStatus status;
  std::vector<model::Difference> differences;
  std::vector<fleet::LeafStatus> leaves;
  fleet::ReplayCounts counts;
  core::Duration elapsed{};
};

std::string problem_of(const Replayed& replayed) {
  const fleet::DeviceStatus& status = replayed.status;
  if (status.freshness != model::Freshness::Live) {
    return fmt::format("{} at the end: {}", model::to_text(status.freshness), status.freshness_reason);
  }
  if (status.verdict == model::Verdict::Unknown || status.verdict == model::Verdict::Degraded) {
    return fmt::format("{}: {}", model::to_text(status.verdict), status.verdict_reason);
  }
  return {};
}

std::string value_text(const fleet::LeafStatus& leaf) {
  return leaf.is_secret ? "\"********\"" : model::to_json(leaf.value);
}

// One line for each difference of an event, as soon as it is told.
void print_event(const model::Event& event, const Style& style) {
  for (const model::EventDifference& told : event.differences) {
    const model::Drift& drift = told.drift;
    const std::string action = fmt::format("{:8}", model::to_text(told.action));
    const auto shown = [](const model::Value& value) { return core::shorten(printable(model::to_display(value)), kCellWidth); };
    const std::string values = told.action == model::EventAction::Resolved
                                   ? fmt::format("is {}", shown(drift.current))
                                   : fmt::format("{}: is {}, should be {}", model::to_text(drift.kind), shown(drift.current), shown(drift.desired));
    fmt::print("{}  {}  {}  {}  {}\n", core::to_rfc3339(event.detected_at), event.device,
               told.action == model::EventAction::Resolved ? style.green(action) : style.yellow(action), printable(drift.path), values);
  }
  std::fflush(stdout);
}

std::string counts_text(const Replayed& replayed) {
  const fleet::ReplayCounts& counts = replayed.counts;
  std::string text = fmt::format("{} messages in {:.1f} s, {} stream{}", counts.messages,
                                 std::chrono::duration<double>(replayed.elapsed).count(), counts.streams, counts.streams == 1 ? "" : "s");
  if (counts.answers > 0) text += fmt::format(", {} Get answers", counts.answers);
  if (counts.bad_messages > 0) text += fmt::format(", {} messages that cannot be read", counts.bad_messages);
  if (counts.undecodable > 0) text += fmt::format(", {} values that cannot be read", counts.undecodable);
  if (counts.left_out > 0) text += fmt::format(", {} messages after the stream was lost left out", counts.left_out);
  return fmt::format("{}, {} leaves at the end", text, replayed.status.leaves);
}

void print_table(const std::vector<Replayed>& all, bool with_leaves) {
  const Style style = style_for_stdout();
  for (const Replayed& replayed : all) {
    if (with_leaves) {
      Table leaves({"PATH", "VALUE", "VERDICT"});
      for (const fleet::LeafStatus& leaf : replayed.leaves) leaves.add({printable(leaf.path), printable(value_text(leaf)), leaf.verdict});
      fmt::print("\n{}", leaves.text(style));
    }
    Table table({"DEVICE", "DIFFERENCE", "PATH", "CURRENT", "DESIRED"});
    for (const model::Difference& difference : replayed.differences) {
      table.add({replayed.device, style.yellow(model::to_text(difference.kind)), printable(difference.path_text),
                 core::shorten(printable(model::to_display(difference.current)), kCellWidth),
                 core::shorten(printable(model::to_display(difference.desired)), kCellWidth)});
    }
    if (!table.empty()) fmt::print("\n{}", table.text(style));
    const std::string problem = problem_of(replayed);
    const std::string verdict = !problem.empty()                  ? style.red(printable(problem))
                                : replayed.differences.empty() ? style.green("is what it should be")
                                                               : style.bold(fmt::format("{} differences", replayed.differences.size()));
    fmt::print("\n{}  {}\n  {}\n", replayed.device, verdict, counts_text(replayed));
  }
}

Json difference_json(const model::Difference& difference) {
  return {{"path", difference.path_text},
          {"difference", model::to_text(difference.kind)},
          {"severity", model::to_text(difference.severity)},
          {"current_value", Json::parse(model::to_json(difference.current))},
          {"desired_value", Json::parse(model::to_json(difference.desired))}};
}

Json device_json(const Replayed& replayed) {
  Json differences = Json::array(), leaves = Json::array();
  for (const model::Difference& difference : replayed.differences) differences.push_back(difference_json(difference));
  for (const fleet::LeafStatus& leaf : replayed.leaves) {
    leaves.push_back({{"path", leaf.path}, {"value", Json::parse(value_text(leaf))}, {"verdict", leaf.verdict}});
  }
  const std::string problem = problem_of(replayed);
  const fleet::ReplayCounts& counts = replayed.counts;
  return {{"device", replayed.device},
          {"recordings", replayed.files},
          {"problem", problem.empty() ? Json(nullptr) : Json(problem)},
          {"verdict", model::to_text(replayed.status.verdict)},
          {"freshness", model::to_text(replayed.status.freshness)},
          {"messages", counts.messages},
          {"streams", counts.streams},
          {"get_answers", counts.answers},
          {"bad_messages", counts.bad_messages},
          {"undecodable", counts.undecodable},
          {"left_out", counts.left_out},
          {"differences", std::move(differences)},
          {"leaves", std::move(leaves)}};
}

class Player {
 public:
  Player(const ReplayOptions& options, const config::Settings& settings, Speed speed, const std::optional<Signals>& signals)
      : options_(options), settings_(settings), speed_(speed), signals_(signals) {}

  // Error: nothing could be played. A broken file is played as far as it goes, and said.
  core::Result<Replayed> play(const RecordedDevice& device, const intent::Snapshot& snapshot) {
    auto spec = replay_spec(device, settings_, options_.profile);
    if (!spec) return spec.error();
    fleet::Replay::Settings settings{.spec = spec->monitor, .intent = nullptr, .unknown_reason = {}, .limits = settings_.limits};
    std::tie(settings.intent, settings.unknown_reason) = intent_of(device.name, snapshot);
    fleet::Replay replay(log_, metrics_, std::move(settings),
                         {.on_event = [&](const model::Event& event) { tell(event, *spec); },
                          .on_wait = [this](core::Duration since_start) { return wait_until(since_start); }});
    begun_at_ = std::chrono::steady_clock::now();
    play_files(device, replay);
    Replayed done{.device = device.name, .files = device.files, .status = {}, .differences = {}, .leaves = {}, .counts = {}, .elapsed = replay.elapsed()};
    replay.finish();
    done.counts = replay.counts();
    if (const fleet::Monitor* monitor = replay.monitor()) {
      monitor->describe(done.status);
      done.differences = monitor->differences();
      if (options_.with_leaves || options_.form == OutputForm::Json) done.leaves = monitor->leaves();
    }
    return done;
  }

  const Json& events() const { return events_; }
  bool is_stopped() const { return is_stopped_; }

 private:
  static std::pair<std::shared_ptr<const model::DeviceIntent>, std::string> intent_of(const std::string& device,
                                                                                       const intent::Snapshot& snapshot) {
    if (!snapshot) return {nullptr, "no intent was given (--intent FILE or --config FILE)"};
    const auto found = snapshot->devices.find(device);
    if (found != snapshot->devices.end()) return {found->second, {}};
    return {nullptr, fmt::format("nothing is intended for '{}' (--device names another)", device)};
  }

  void play_files(const RecordedDevice& device, fleet::Replay& replay) {
    for (const std::string& file : device.files) {
      auto reader = gnmi::RecordingReader::open(file, settings_.limits);
      const auto played = reader ? replay.play(*reader) : core::Result<bool>(reader.error());
      if (!played) fmt::print(stderr, "warning: {}; what was before it is played\n", played.error().message);
      if (played && !*played) return;
    }
  }

  bool wait_until(core::Duration since_start) {
    if (!signals_) return true;
    const auto due = begun_at_ + std::chrono::duration_cast<core::Duration>(since_start / *speed_);
    const core::Duration wait = due - std::chrono::steady_clock::now();
    is_stopped_ = wait > core::Duration::zero() && signals_->wait_for(wait);
    return !is_stopped_;
  }

  void tell(const model::Event& told, const fleet::DeviceSpec& spec) {
    if (options_.form == OutputForm::Table) return print_event(told, style_for_stdout());
    model::Event event = told;
    event.profile = spec.monitor.profile->name;
    event.labels = spec.labels;
    events_.push_back(Json::parse(drift::to_json(event, spec.event_bytes, settings_.limits.differences_per_event).body));
  }

  const ReplayOptions& options_;
  const config::Settings& settings_;
  const Speed speed_;
  const std::optional<Signals>& signals_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  std::chrono::steady_clock::time_point begun_at_;
  Json events_ = Json::array();
  bool is_stopped_ = false;
};

int exit_code_of(const std::vector<Replayed>& all) {
  if (std::any_of(all.begin(), all.end(), [](const Replayed& each) { return !each.differences.empty(); })) return 1;
  return std::any_of(all.begin(), all.end(), [](const Replayed& each) { return !problem_of(each).empty(); }) ? 3 : 0;
}

}  // namespace

int replay_recordings(const ReplayOptions& options) {
  const auto fail = [](const core::Error& error) {
    fmt::print(stderr, "{}\n", printable(error.message));
    return 2;
  };
  const auto speed = parse_speed(options.speed);
  if (!speed) return fail(speed.error());
  const auto settings = replay_settings(options);
  if (!settings) return 2;
  const auto devices = group_recordings(options.recordings, options.device, settings->limits);
  if (!devices) return fail(devices.error());
  const auto snapshot = replay_intent(*settings);
  if (!snapshot) return exit_code_of(snapshot.error());
  std::optional<Signals> signals;  // at max there is nothing to wait for: a signal ends it as any command
  if (*speed) signals.emplace(std::initializer_list<int>{SIGTERM, SIGINT});
  Player player(options, *settings, *speed, signals);
  std::vector<Replayed> all;
  for (const RecordedDevice& device : *devices) {
    auto replayed = player.play(device, *snapshot);
    if (!replayed) return fail(replayed.error());
    all.push_back(std::move(*replayed));
    if (player.is_stopped()) break;
  }
  if (options.form == OutputForm::Table) {
    print_table(all, options.with_leaves);
  } else {
    Json list = Json::array();
    for (const Replayed& replayed : all) list.push_back(device_json(replayed));
    fmt::print("{}\n", Json{{"devices", std::move(list)}, {"events", player.events()}}.dump(2, ' ', false, Json::error_handler_t::replace));
  }
  return exit_code_of(all);
}

}  // namespace dm::cli
