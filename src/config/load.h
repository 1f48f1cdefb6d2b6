// Configuration file + environment -> Settings, with every mistake at once.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/types.h"

namespace dm::config {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

struct Load {
  std::optional<Settings> settings;  // absent if there are errors
  std::vector<std::string> errors;   // "file:line:column: message", in file order
  // Each effective value for `config show`: dotted key, value (secrets masked), where it came from
  // ("default", "environment NETBOX_URL", "drift-monitor.yaml:12").
  struct Shown {
    std::string key, value, origin;
  };
  std::vector<Shown> shown;
};

// `file` empty: from the environment alone (product.md section 4). Reads secret files.
Load load(const std::string& file, const Environment& environment);
// One rule as it would stand under compare.ignore: "{ path: ..., device: 'leaf*' }".
// Error InvalidArgument: every mistake, with its place.
core::Result<IgnoreRule> parse_ignore_rule(std::string_view yaml);
Load load_text(std::string_view yaml, const std::string& file_name, const Environment& environment);

}  // namespace dm::config
