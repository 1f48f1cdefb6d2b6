#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>

#include "app/device_specs.h"
#include "app/version.h"
#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "gnmi/stream_recorder.h"

namespace dm::cli {
namespace {

// The device as `run` would see it. NetBox is asked only for a device whose address the configuration does not say.
core::Result<fleet::DeviceSpec> find_device(const LoadedSettings& loaded, const std::string& name) {
  const auto& configured = loaded.settings.inventory.devices;
  const bool is_known = std::any_of(configured.begin(), configured.end(), [&](const config::Device& device) {
    return device.name == name && !device.address.empty();
  });
  std::vector<model::InventoryDevice> inventory;
  if (!is_known) {
    const auto snapshot = read_intent(loaded);
    if (!snapshot) return snapshot.error();
    inventory = (*snapshot)->inventory;
  }
  app::DeviceSpecs specs = app::make_device_specs(loaded.settings, loaded.profiles, inventory);
  for (const std::string& note : specs.notes) fmt::print(stderr, "warning: {}\n", note);
  for (fleet::DeviceSpec& spec : specs.specs) {
    if (spec.name == name) return std::move(spec);
  }
  const auto problem = specs.problems.find(name);
  if (problem != specs.problems.end()) return core::Error{core::Code::Unavailable, fmt::format("{}: {}", name, problem->second)};
  return core::Error{core::Code::InvalidArgument, fmt::format("device '{}' is not in the inventory", name)};
}

std::string summary(const gnmi::RecorderCounts& counts) {
  std::string text = fmt::format("{} messages ({} bytes), {} stream{}", counts.messages, counts.bytes, counts.streams,
                                 counts.streams == 1 ? "" : "s");
  if (counts.answers > 0) text += fmt::format(", {} Get answers", counts.answers);
  if (counts.bad_messages > 0) text += fmt::format(", {} messages that cannot be read", counts.bad_messages);
  return text;
}

}  // namespace

int record_device(const RecordOptions& options) {
  Signals signals({SIGTERM, SIGINT, SIGHUP});
  std::optional<core::Duration> duration;
  if (!options.duration.empty()) {
    const auto parsed = core::parse_duration(options.duration);
    if (!parsed) {
      fmt::print(stderr, "--duration: {}\n", parsed.error().message);
      return 2;
    }
    duration = *parsed;
  }
  const auto loaded = load_settings(options.config_file);
  if (!loaded) return 2;
  auto spec = find_device(*loaded, options.device);
  if (!spec) {
    fmt::print(stderr, "{}\n", printable(spec.error().message));
    return exit_code_of(spec.error());
  }
  auto file = gnmi::RecordingWriter::create(options.output);
  if (!file) {
    fmt::print(stderr, "{}\n", file.error().message);
    return exit_code_of(file.error());
  }

  const core::SystemClock clock;
  core::Logger log(core::LogLevel::Error, loaded->settings.log.format);
  metrics::Registry metrics;
  net::Loop loop;
  bool has_failed = false;
  gnmi::StreamRecorder recorder(
      {loop, clock, log, metrics}, spec->monitor.profile, std::move(spec->session), std::string(app::kVersion), std::move(*file),
      {.on_news = [&](const std::string& news) { fmt::print(stderr, "{}: {}\n", options.device, printable(news)); },
       .on_failure =
           [&](const core::Error& error) {
             fmt::print(stderr, "{}\n", error.message);
             has_failed = true;
             loop.stop();
           }});
  fmt::print(stderr, "recording {} to {} ({})\n", options.device, options.output,
             duration ? "for " + core::to_text(*duration) : "until Ctrl-C");
  net::Timer limit(loop);
  signals.listen([&](int) {
    loop.stop();
    return false;
  });
  loop.post([&] {
    recorder.start();
    if (duration) limit.after(*duration, [&] { loop.stop(); });
  });
  loop.run();
  signals.stop_listening();
  recorder.end();
  fmt::print(stderr, "{}: {}\n", options.output, summary(recorder.counts()));
  if (has_failed) return 3;
  if (recorder.counts().syncs == 0) fmt::print(stderr, "{} never finished its first dump\n", options.device);
  return recorder.counts().syncs == 0 ? 3 : 0;
}

}  // namespace dm::cli
