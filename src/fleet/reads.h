// How far the paths that are read one by one (mode GET, or not taken on a stream) are read on this stream: a path that was not read yet is not covered, and one
// whose last Get failed is covered by what was read before.
//
// Lives on the shard's loop.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/path.h"

namespace dm::fleet {

struct Read {
  model::Path pattern;
  bool is_read = false;      // on this stream
  std::string trouble;       // why the last Get failed; empty if it did not, or none was made
  bool is_intended = false;  // something is intended there

  bool is_pending() const { return !is_read && trouble.empty(); }
};

class Reads {
 public:
  explicit Reads(const std::vector<model::Path>& patterns) { set_paths(patterns); }

  void set_paths(const std::vector<model::Path>& patterns);  // what is known of those that stay is kept
  void begin_stream();
  // Null: not a path that is read.
  const Read* find(const model::Path& pattern) const;
  // True if the path was not read before on this stream. One that is not read any more is left alone.
  bool answered(const model::Path& pattern);
  void failed(const model::Path& pattern, std::string reason);
  template <class IsIntended>
  void set_intended(const IsIntended& is_intended) {
    for (Read& read : reads_) read.is_intended = is_intended(read.pattern);
  }

  const std::vector<Read>& all() const { return reads_; }
  bool is_pending() const;  // the first Get of some path is not over
  bool is_unread(const model::Path& pattern) const;
  // True if `pattern` is such a path for which nothing is intended: the device may refuse it.
  bool is_needless(const model::Path& pattern) const;
  // What of the intent is not compared, or by an old reading, for people; empty if nothing.
  std::string reason() const;

 private:
  std::vector<Read> reads_;
};

}  // namespace dm::fleet
