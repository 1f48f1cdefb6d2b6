// What recordings have for a profile: how a profile is tried without the device.
//
// Every message and every answer to a Get is read as the service would read it with this profile; per path of the
// profile it is counted what came, and what came that no path asks for, that no table knows, or that an alias had to
// rename is listed by schema path. Pure but for reading the files; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/result.h"
#include "schema/profile.h"

namespace dm::gnmi {

struct PathSurvey {
  std::string path;  // of the profile, canonical
  schema::PathMode mode = schema::PathMode::OnChange;
  std::string area;
  std::size_t leaves = 0;         // different ones
  std::size_t config_leaves = 0;  // of these, configuration: only that is compared
  std::size_t unknown = 0;        // configuration of these that the leaf table does not know: compared as plain values
  std::size_t at_default = 0;     // leaves whose last value is the profile's default
  bool is_refused = false;        // by the device, when it was recorded
  std::string failure;            // of the last Get, if none was answered
  // Where nothing came: the schema path that came and shares most names with it, or empty.
  std::string nearest;
  bool is_silent() const { return leaves == 0 && mode != schema::PathMode::Off; }
};

struct Survey {
  std::vector<PathSurvey> paths;
  // Schema path -> how many leaves.
  std::map<std::string, std::size_t> not_asked_for;   // no path of the profile covers it
  std::map<std::string, std::size_t> unknown_leaves;  // configuration the leaf table does not know
  std::map<std::string, std::size_t> unknown_lists;   // "list[key]": keys are taken as they come
  std::map<std::string, std::size_t> renamed;         // "from -> to", by an alias
  std::map<std::string, std::size_t> other_origins;   // a tree of its own, never compared
  std::uint64_t messages = 0, answers = 0, bad_messages = 0, undecodable = 0, syncs = 0;
  std::vector<std::string> troubles;  // files that break off, streams that were lost
};

// Error NotFound, Corrupt: a file that cannot be read at all.
core::Result<Survey> survey(const schema::Profile& profile, const std::vector<std::string>& files, const core::Limits& limits);

}  // namespace dm::gnmi
