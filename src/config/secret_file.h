// A secret that lives in a file of its own (Docker and Kubernetes mount them).
#pragma once

#include <string>

#include "core/result.h"

namespace dm::config {

// The file's text without the line end that editors put behind it; at most 64 KiB.
// Error: the file cannot be read, is empty, too large, or holds a NUL. The secret is in no message.
core::Result<std::string> read_secret_file(const std::string& file);

// Error if the file cannot be opened for reading.
core::Status check_readable(const std::string& file);

}  // namespace dm::config
