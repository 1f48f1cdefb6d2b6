// NetBox's change log followed by id, without losing what is committed late. Pure.
//
// Ids are handed out before the commit, so a row with a smaller id may show up after one with a larger id: during
// a 40 s bulk edit a cursor that only asks for "larger than the last one" lost 78 of 92 rows for good. So the ids
// that were skipped stay under watch, for longer than any request lasts, and are asked for again. A row says which
// object is dirty, nothing else: what it is now has to be read from the object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "intent/netbox/tables.h"

namespace dm::intent::netbox {

class ChangeCursor {
 public:
  // How long a skipped id is waited for: NetBox ends a request after 120 s, its background jobs later.
  static constexpr core::Duration kWatch = std::chrono::minutes(10);
  // Gaps beyond this are not followed one by one: is_lost().
  static constexpr std::size_t kMostGaps = 1000;

  // `newest`: the newest rows there are, in any order; ids missing between them are watched too, and where they are
  // all of the log, also those below the lowest.
  static ChangeCursor start(const std::vector<ChangeRow>& newest, core::SteadyTime now, bool is_whole_log = false);

  // What to ask: one query each. Together they answer with rows that take() has not seen.
  struct Query {
    std::uint64_t after = 0;                // larger ids only
    std::optional<std::uint64_t> before;    // smaller ids only
    std::vector<std::uint64_t> ids;         // only these; then the others are unset
  };
  std::vector<Query> queries() const;

  // Rows in any order, seen ones among them or not; returns those that are new. Then gives up the gaps that are
  // older than kWatch.
  std::vector<ChangeRow> take(const std::vector<ChangeRow>& rows, core::SteadyTime now);

  // Too many gaps to follow: read everything and start again.
  bool is_lost() const { return gaps_.size() > kMostGaps; }
  std::uint64_t last() const { return last_; }
  std::size_t watched_ids() const;

 private:
  struct Gap {
    std::uint64_t last = 0;  // the key is the first
    core::SteadyTime since{};
  };
  bool fill(std::uint64_t id);  // false: not in a gap

  std::uint64_t last_ = 0;  // the largest id seen
  std::map<std::uint64_t, Gap> gaps_;
};

}  // namespace dm::intent::netbox
