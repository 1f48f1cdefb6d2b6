// The rounds in which the paths of mode GET are read, one after the other: which path is next, what a failed
// Get means for the others, how long to wait for the next round. Decided without I/O.
//
// A refused path is left alone like a refused subscription; a device that does not answer, or takes no login, is
// not asked for the rest of the round; refused logins make the rounds rare (lock-out policies count attempts).
// Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "gnmi/session_state.h"
#include "gnmi/transport.h"

namespace dm::gnmi {

class GetRounds {
 public:
  GetRounds(std::size_t paths, core::Duration interval) : interval_(interval), refused_(paths) {}

  // All paths but those that were refused less than kQuarantine ago.
  void begin(core::SteadyTime now);
  // What to read now; nullopt: the round is over.
  std::optional<std::size_t> next() const;

  // True if the path was in quarantine until now.
  bool answered();
  // The paths that are not read in this round because of it: the one that was asked, and perhaps all that follow.
  std::vector<std::size_t> failed(const CallEnd& end, const SessionMoment& moment);
  // From the end of a round to the next.
  core::Duration wait() const;

  // By a person or a reload: refused paths and logins are tried in the next round. False: there are none.
  bool forgive();

  // Per path. A quarantine lasts until the path was read.
  const std::vector<std::optional<PathQuarantine>>& refused() const { return refused_; }

 private:
  core::Duration interval_;
  std::vector<std::optional<PathQuarantine>> refused_;
  PathIndexes open_;       // of this round, the next one last
  int logins_refused_ = 0;  // in a row
};

}  // namespace dm::gnmi
