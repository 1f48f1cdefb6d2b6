// What only a start can take over, as it was when the service started: for one clear line at a reload instead of a
// silent no-op. Value type.
#pragma once

#include <string>
#include <vector>

#include "config/types.h"

namespace dm::app {

class AtStart {
 public:
  explicit AtStart(const config::Settings& settings);

  // Keys that differ from what runs.
  std::vector<std::string> needs_restart(const config::Settings& now) const;
  // The address that is really listened on.
  const std::string& listen() const { return api_.listen; }

 private:
  std::string store_path_;
  config::Api api_;
  core::LogFormat log_format_;
  core::Limits limits_;
};

}  // namespace dm::app
