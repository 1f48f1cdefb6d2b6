// `${NAME}` and `${NAME:-default}` in a configuration file.
//
// `{ url: ${URL}, key: ${KEY:-} }` is no YAML as it stands: a brace or comma ends a plain value there.
// So references are hidden from YAML first, byte for byte (positions stay), and expanded in the values
// YAML found. What a variable holds is therefore never read as YAML. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "config/load.h"
#include "core/result.h"

namespace dm::config {

// The text with every `${...}` on one line spelled in control characters. Error InvalidArgument: the
// text holds such characters already.
core::Result<std::string> hide_references(std::string_view yaml);
std::string show_references(std::string_view text);

// The value with its references replaced. `$${` is a literal `${`; a variable that is set but empty
// takes its default, like one that is not set.
// Error InvalidArgument: a variable without default is not set, or a reference is malformed.
core::Result<std::string> expand(std::string_view text, const Environment& environment);

}  // namespace dm::config
