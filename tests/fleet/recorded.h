// The recorded streams of tests/data/gnmi as their text twins tell them: for tests that replay.
#pragma once

#include <gnmi.pb.h>

#include <map>
#include <string>
#include <vector>

#include "core/clock.h"

namespace dm::fleet::testing {

struct TwinMessage {
  core::Duration at{};  // after the request
  ::gnmi::SubscribeResponse response;
};
struct Twin {
  std::vector<TwinMessage> messages;
  core::Duration end{};
  std::string end_code;  // "Unavailable", ...
};

// Names of the recordings that have a twin, sorted.
std::vector<std::string> twin_names();
Twin read_twin(const std::string& name);

// The leaves a device has after the first `count` messages, as text: applied message by message, deletes first. For
// scalar values and leaf-lists.
std::map<std::string, std::string> leaves_after(const Twin& twin, std::size_t count);

// The recording's .pb with the twin's arrival times and end as notes, written to `file`; the clock starts at `start`.
void write_with_times(const std::string& name, const Twin& twin, core::WallTime start, const std::string& file);

}  // namespace dm::fleet::testing
