// What a recording is replayed with: whose it is, by which profile and rules it is judged, and what is intended.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "config/types.h"
#include "core/result.h"
#include "fleet/device.h"
#include "gnmi/recording_note.h"
#include "intent/cache.h"

namespace dm::cli {

// The recordings of one device, in the order they were named, and the start of the first.
struct RecordedDevice {
  std::string name;
  std::vector<std::string> files;
  gnmi::RecordingStart start;  // empty: recorded by another program
};

// Groups the files by device: `device` for all if given, else what each says, else its file name without folder and
// extension. Error NotFound, Corrupt: a file cannot be read at all.
core::Result<std::vector<RecordedDevice>> group_recordings(const std::vector<std::string>& files, const std::string& device,
                                                           const core::Limits& limits);

// The configuration's settings, or the defaults; intent files replace its intent. nullopt: mistakes were printed.
std::optional<config::Settings> replay_settings(const ReplayOptions& options);

// How the device is judged: the configuration's settings for it, with the recorded profile and paths unless
// `profile` names another. Error InvalidArgument: the profile.
core::Result<fleet::DeviceSpec> replay_spec(const RecordedDevice& device, config::Settings settings, const std::string& profile);

// Null: the settings name no source. What was found on the way, and why it could not be read, is printed.
core::Result<intent::Snapshot> replay_intent(const config::Settings& settings);

}  // namespace dm::cli
