// Connecting to devices once, to compare them with their intent: what `check` and `rules test` have in common.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/settings.h"
#include "fleet/ignored.h"
#include "fleet/status.h"
#include "model/difference.h"

namespace dm::cli {

struct Checked {
  std::string device;
  std::shared_ptr<const fleet::DeviceStatus> status;  // null: never started
  std::vector<model::Difference> differences;
  std::vector<fleet::Ignored::Hidden> ignored;  // what rules of compare.ignore hide
  std::string problem;  // why there is no full verdict; empty if there is one
  std::vector<model::Difference> in_preview;  // against the other intent, if there is one
};

struct OneShot {
  std::vector<Checked> devices;
  std::optional<int> exit_code;  // set: there was nothing to compare, and why was said on standard error
};

// Connects to the named devices (none named: all), waits for their first dumps at most `timeout` (a duration as text),
// compares. With a `preview` the same leaves are compared with that intent, too.
OneShot compare_once(const LoadedSettings& loaded, const intent::Snapshot& snapshot, const std::vector<std::string>& names,
                     const std::string& timeout, const intent::Snapshot& preview = nullptr);

}  // namespace dm::cli
