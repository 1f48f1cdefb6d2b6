// The rounds in which paths are read, one after the other: which path is next and how, what a failed reading means for
// the others, how long to wait for the next round. Decided without I/O.
//
// A path is read by Get; where the device does not implement Get, by Subscribe ONCE. A refused path is left alone like a
// refused subscription; a device that does not answer, or takes no login, is not asked for the rest of the round; refused
// logins make the rounds rare (lock-out policies count attempts). Paths are named by their index in Subscription::paths.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "gnmi/session_state.h"
#include "gnmi/transport.h"

namespace dm::gnmi {

// Why a path is read by Subscribe ONCE.
struct GetMissing {
  std::string message;
  core::SteadyTime retry_at{};
};

class GetRounds {
 public:
  GetRounds(std::vector<std::size_t> paths, core::Duration interval) : interval_(interval), paths_(std::move(paths)) {}

  // What is known of paths that stay is kept; one that is gone is asked for no more, also in the round under way.
  void set_paths(std::vector<std::size_t> paths);
  const std::vector<std::size_t>& paths() const { return paths_; }

  // All paths but those that were refused less than kQuarantine ago.
  void begin(core::SteadyTime now);
  // What to read now; nullopt: the round is over.
  std::optional<std::size_t> next() const;
  bool is_by_once(std::size_t path) const { return by_once_.contains(path); }

  // True if the path was in quarantine until now.
  bool answered();
  // The paths that are not read in this round because of it: the one that was asked, and perhaps all that follow. None: it
  // is asked in another way next.
  std::vector<std::size_t> failed(const CallEnd& end, const SessionMoment& moment);
  // From the end of a round to the next.
  core::Duration wait() const;

  // By a person or a reload: refused paths and logins, and Get, are tried in the next round. False: there are none.
  bool forgive();

  // A quarantine lasts until the path was read.
  const std::map<std::size_t, PathQuarantine>& refused() const { return refused_; }
  const std::map<std::size_t, GetMissing>& by_once() const { return by_once_; }

 private:
  core::Duration interval_;
  std::vector<std::size_t> paths_;
  std::map<std::size_t, PathQuarantine> refused_;
  std::map<std::size_t, GetMissing> by_once_;
  std::vector<std::size_t> open_;  // of this round, the next one last
  int logins_refused_ = 0;         // in a row
};

}  // namespace dm::gnmi
