// As what each path of one subscription is asked: as configured, or as the next lesser mode the device takes.
//
// ON_CHANGE falls to SAMPLE, SAMPLE to being read by Get (what a Get needs, the Getter sees to). Every so often, and on
// request, a fallen path is tried as configured again; its fallback stays known until the device has decided.
// Paths are named by their index in Subscription::requests. Pure; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "gnmi/transport.h"
#include "schema/profile.h"

namespace dm::gnmi {

struct PathFallback {
  schema::PathMode mode = schema::PathMode::Sample;  // or Get
  GrpcCode code = GrpcCode::Unknown;                 // of the refusal
  std::string message;
  core::SteadyTime retry_at{};
  bool is_on_trial = false;  // asked as configured meanwhile
};

class PathModes {
 public:
  // `configured`: OnChange or Sample of every path; null: all OnChange.
  explicit PathModes(std::shared_ptr<const std::vector<schema::PathMode>> configured) : configured_(std::move(configured)) {}

  // As what it is to be asked now; Get: not on the stream.
  schema::PathMode of(std::size_t path) const;
  bool has_fallen(std::size_t path) const;  // and is not on trial
  bool is_empty() const { return fallbacks_.empty(); }
  const std::map<std::size_t, PathFallback>& fallbacks() const { return fallbacks_; }

  // The device refused the path as what it was asked.
  const PathFallback& fall(std::size_t path, const CallEnd& refusal, core::SteadyTime retry_at);
  // Those that are due, or all, are asked as configured.
  void try_again(core::SteadyTime now, bool all);
  // The device took the path as what it was asked. True: that is the configured mode again.
  bool accept(std::size_t path);
  // The path cannot be asked at all.
  void forget(std::size_t path) { fallbacks_.erase(path); }

 private:
  schema::PathMode configured(std::size_t path) const;

  std::shared_ptr<const std::vector<schema::PathMode>> configured_;
  std::map<std::size_t, PathFallback> fallbacks_;
};

}  // namespace dm::gnmi
