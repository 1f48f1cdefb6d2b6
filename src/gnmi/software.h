// What a device says it runs: the answer to Capabilities, as far as it identifies the software.
//
// The fingerprint is of gNMI version, encodings and models (name, organization, version), each as a set: neither order nor
// repetition counts. A short hash: it tells two versions apart, and proves nothing. Source: gNMI specification 3.2.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

namespace dm::gnmi {

struct Software {
  std::string gnmi_version;  // printable, as the device says it; may be empty
  std::size_t models = 0;
  std::string fingerprint;   // 16 hex digits
  bool operator==(const Software&) const = default;
};

// Of a serialised CapabilityResponse. Error Corrupt: it is none.
core::Result<Software> read_software(std::string_view response);

// "gNMI 0.7.0, 9 models, fingerprint 0123456789abcdef"
std::string to_text(const Software& software);

}  // namespace dm::gnmi
