// What of this stream could not be read, beyond single leaves: places about which nobody can say what is
// there. A new stream begins without any.
//
// Bounded: many places become one, everywhere. Lives on the shard's loop.
#pragma once

#include <string>
#include <vector>

#include "model/path.h"
#include "model/unread.h"

namespace dm::fleet {

class Gaps {
 public:
  static constexpr std::size_t kMost = 64;

  void clear();
  // True if it was not known already.
  bool add(const model::Path& place, model::UnreadKind why);

  const std::vector<model::Path>& places() const { return places_; }
  bool is_everywhere() const;
  // Why the first of them is unknown, for people.
  std::string reason() const;

 private:
  std::vector<model::Path> places_;
  model::UnreadKind why_ = model::UnreadKind::Message;
};

}  // namespace dm::fleet
