#include "cli/one_shot.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>

#include "app/device_specs.h"
#include "core/text.h"
#include "fleet/shard.h"

namespace dm::cli {
namespace {

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
    fmt::print(stderr, "device '{}' is not in the inventory: without names all of it is checked\n", name);
    is_known = false;
  }
  std::erase_if(specs.specs, [&](const fleet::DeviceSpec& spec) { return !is_named(names, spec.name); });
  std::erase_if(specs.problems, [&](const auto& problem) { return !is_named(names, problem.first); });
  return is_known;
}

std::vector<Checked> connect_and_compare(const LoadedSettings& loaded, std::vector<fleet::DeviceSpec> specs,
                                         const intent::Snapshot& snapshot, core::Duration timeout,
                                         const intent::Snapshot& preview) {
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
    if (auto ignored = shard.ignored(checked.device).get()) checked.ignored = std::move(*ignored);
  }
  if (preview == nullptr) return all;
  shard.set_intent(preview);
  for (Checked& checked : all) {
    if (auto differences = shard.differences(checked.device).get()) checked.in_preview = std::move(*differences);
  }
  return all;
}

}  // namespace

OneShot compare_once(const LoadedSettings& loaded, const intent::Snapshot& snapshot, const std::vector<std::string>& names,
                     const std::string& timeout_text, const intent::Snapshot& preview) {
  const auto timeout = core::parse_duration(timeout_text);
  if (!timeout) {
    fmt::print(stderr, "--timeout: {}\n", timeout.error().message);
    return {.devices = {}, .exit_code = 2};
  }
  app::DeviceSpecs specs = app::make_device_specs(loaded.settings, loaded.profiles, snapshot->inventory);
  for (const std::string& note : specs.notes) fmt::print(stderr, "warning: {}\n", note);
  if (!select(specs, names)) return {.devices = {}, .exit_code = 2};
  if (specs.specs.empty() && specs.problems.empty()) {
    fmt::print(stderr, "no device to check: the inventory is empty (inventory.devices, inventory.netbox.filter)\n");
    return {.devices = {}, .exit_code = 3};
  }
  for (fleet::DeviceSpec& spec : specs.specs) spec.monitor.boot_wait = {};  // who asks wants to know what is there now
  OneShot shot{.devices = connect_and_compare(loaded, std::move(specs.specs), snapshot, *timeout, preview), .exit_code = {}};
  for (const auto& [device, problem] : specs.problems) shot.devices.push_back({.device = device, .problem = problem});
  return shot;
}

}  // namespace dm::cli
