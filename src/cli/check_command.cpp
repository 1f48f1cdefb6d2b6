#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "app/device_specs.h"
#include "app/intent_setup.h"
#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/table.h"
#include "core/text.h"
#include "fleet/shard.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCellWidth = 60;

struct Checked {
  std::string device;
  std::shared_ptr<const fleet::DeviceStatus> status;  // null: never started
  std::vector<model::Difference> differences;
  std::string problem;  // why there is no full verdict; empty if there is one
};

// A device has said what there is to say: it is live and each of its paths of mode get was asked for, or its
// first connection failed.
bool is_settled(const fleet::DeviceStatus& status) {
  return (status.freshness == model::Freshness::Live && !status.is_read_pending) ||
         (status.freshness != model::Freshness::Syncing && !status.last_error.empty());
}

void wait_until_settled(fleet::Shard& shard, std::size_t count, core::Duration timeout) {
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t views = 0;
  };
  const auto signal = std::make_shared<Signal>();
  shard.set_on_view([signal] {
    const std::lock_guard lock(signal->mutex);
    ++signal->views;
    signal->changed.notify_one();
  });
  const auto all_settled = [&] {
    const auto view = shard.view();
    return view->devices.size() >= count && std::all_of(view->devices.begin(), view->devices.end(),
                                                        [](const auto& device) { return is_settled(*device); });
  };
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::unique_lock lock(signal->mutex);
  while (!all_settled()) {
    const std::uint64_t seen = signal->views;
    if (!signal->changed.wait_until(lock, deadline, [&] { return signal->views != seen; })) return;
  }
}

std::string problem_of(const fleet::DeviceStatus& status) {
  if (status.freshness != model::Freshness::Live) {
    return status.last_error.empty() ? "did not finish its first dump in time" : status.last_error;
  }
  if (status.verdict == model::Verdict::Unknown || status.verdict == model::Verdict::Degraded) {
    return fmt::format("{}: {}", model::to_text(status.verdict), status.verdict_reason);
  }
  return {};
}

void print_table(const std::vector<Checked>& all) {
  const Style style = style_for_stdout();
  Table table({"DEVICE", "DIFFERENCE", "PATH", "CURRENT", "DESIRED"});
  std::size_t count = 0, good = 0;
  for (const Checked& checked : all) {
    for (const model::Difference& difference : checked.differences) {
      ++count;
      table.add({checked.device, style.yellow(model::to_text(difference.kind)), printable(difference.path_text),
                 core::shorten(printable(model::to_display(difference.current)), kCellWidth),
                 core::shorten(printable(model::to_display(difference.desired)), kCellWidth)});
    }
    if (checked.differences.empty() && checked.problem.empty()) ++good;
  }
  if (!table.empty()) fmt::print("{}\n", table.text(style));
  for (const Checked& checked : all) {
    if (!checked.problem.empty()) fmt::print("{}  {}\n", style.red(checked.device), printable(checked.problem));
  }
  const std::string summary = fmt::format("{} of {} devices are what they should be, {} differences", good, all.size(), count);
  fmt::print("{}\n", good == all.size() ? style.green(summary) : style.bold(summary));
}

void print_json(const std::vector<Checked>& all, const std::vector<std::string>& warnings) {
  Json devices = Json::array();
  for (const Checked& checked : all) {
    Json differences = Json::array();
    for (const model::Difference& difference : checked.differences) {
      differences.push_back({{"path", difference.path_text},
                             {"difference", model::to_text(difference.kind)},
                             {"severity", model::to_text(difference.severity)},
                             {"current_value", Json::parse(model::to_json(difference.current))},
                             {"desired_value", Json::parse(model::to_json(difference.desired))}});
    }
    devices.push_back({{"device", checked.device},
                       {"problem", checked.problem.empty() ? Json(nullptr) : Json(checked.problem)},
                       {"differences", differences}});
  }
  fmt::print("{}\n", Json{{"devices", devices}, {"warnings", warnings}}.dump(2, ' ', false, Json::error_handler_t::replace));
}

bool is_named(const std::vector<std::string>& names, const std::string& device) {
  return names.empty() || std::find(names.begin(), names.end(), device) != names.end();
}

// Keeps the named devices; none named means all. False: a name is unknown (said on standard error).
bool select(app::DeviceSpecs& specs, const std::vector<std::string>& names) {
  bool is_known = true;
  for (const std::string& name : names) {
    const bool is_listed = std::any_of(specs.specs.begin(), specs.specs.end(),
                                       [&](const fleet::DeviceSpec& spec) { return spec.name == name; });
    if (is_listed || specs.problems.contains(name)) continue;
    fmt::print(stderr, "device '{}' is not in the inventory: `drift-monitor check` without names checks all of it\n", name);
    is_known = false;
  }
  std::erase_if(specs.specs, [&](const fleet::DeviceSpec& spec) { return !is_named(names, spec.name); });
  std::erase_if(specs.problems, [&](const auto& problem) { return !is_named(names, problem.first); });
  return is_known;
}

// Connects to the devices, waits for their first dumps, compares.
std::vector<Checked> compare_once(const LoadedSettings& loaded, std::vector<fleet::DeviceSpec> specs,
                                  const intent::Snapshot& snapshot, core::Duration timeout) {
  const core::SystemClock clock;
  core::Logger log(core::LogLevel::Error, loaded.settings.log.format);
  metrics::Registry metrics;
  std::vector<Checked> all;
  for (const fleet::DeviceSpec& spec : specs) all.push_back({.device = spec.name});
  fleet::Shard shard({.clock = clock, .log = log, .metrics = metrics, .limits = loaded.settings.limits, .commit = nullptr});
  shard.set_intent(snapshot);
  shard.set_devices(std::move(specs), {});
  wait_until_settled(shard, all.size(), timeout);
  const auto view = shard.view();
  for (Checked& checked : all) {
    for (const auto& status : view->devices) {
      if (status->name == checked.device) checked.status = status;
    }
    checked.problem = checked.status ? problem_of(*checked.status) : "was not reached in time";
    if (auto differences = shard.differences(checked.device).get()) checked.differences = std::move(*differences);
  }
  return all;
}

int exit_code_of(const std::vector<Checked>& all) {
  const auto has_drift = [](const Checked& checked) { return !checked.differences.empty(); };
  if (std::any_of(all.begin(), all.end(), has_drift)) return 1;
  const auto has_problem = [](const Checked& checked) { return !checked.problem.empty(); };
  return std::any_of(all.begin(), all.end(), has_problem) ? 3 : 0;
}

}  // namespace

int check_devices(const std::string& config_file, const std::vector<std::string>& devices, OutputForm form,
                  const std::string& timeout_text) {
  const auto timeout = core::parse_duration(timeout_text);
  if (!timeout) {
    fmt::print(stderr, "--timeout: {}\n", timeout.error().message);
    return 2;
  }
  const auto loaded = load_settings(config_file);
  if (!loaded) return 2;
  const auto snapshot = read_intent(*loaded);
  if (!snapshot) return exit_code_of(snapshot.error());
  app::DeviceSpecs specs = app::make_device_specs(loaded->settings, loaded->profiles, (*snapshot)->inventory);
  for (const std::string& note : specs.notes) fmt::print(stderr, "warning: {}\n", note);
  if (!select(specs, devices)) return 2;
  if (specs.specs.empty() && specs.problems.empty()) {
    fmt::print(stderr, "no device to check: the inventory is empty (inventory.devices, inventory.netbox.filter)\n");
    return 3;
  }
  std::vector<Checked> all = compare_once(*loaded, std::move(specs.specs), *snapshot, *timeout);
  for (const auto& [device, problem] : specs.problems) all.push_back({.device = device, .problem = problem});
  std::vector<std::string> warnings = loaded->settings.warnings;
  warnings.insert(warnings.end(), (*snapshot)->warnings.begin(), (*snapshot)->warnings.end());
  form == OutputForm::Json ? print_json(all, warnings) : print_table(all);
  return exit_code_of(all);
}

}  // namespace dm::cli
