// The lab on disk: devices/NAME.json, changes.json (manual changes by name), netbox/.
//
// Everything is read at start; afterwards a Lab is immutable.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "sim/message.h"

namespace dm::sim {

struct LabDevice {
  std::string name;
  std::string address;  // in the real lab
  std::vector<LeafValue> leaves;
};

// A manual change, made on the pristine device.
struct Change {
  std::string id, device;
  std::vector<std::string> cli;
  std::string why;
  std::vector<Message> messages, revert;
};

struct Lab {
  std::string directory;
  std::vector<LabDevice> devices;  // by name
  std::vector<Change> changes;     // in file order

  const LabDevice* device(std::string_view name) const;
  const Change* change(std::string_view id) const;
};

// Error NotFound or InvalidArgument names the file.
core::Result<Lab> load_lab(const std::string& directory);
core::Result<LabDevice> load_device(const std::string& file);

// Reads {"messages":[{"update":[{path,type,value}],"delete":[path],"delay_ms":n}]}, or the list alone, or
// one message alone. A missing `type` is taken from the value.
core::Result<std::vector<Message>> parse_messages(std::string_view json);
core::Result<LabDevice> parse_device(std::string_view json);

}  // namespace dm::sim
