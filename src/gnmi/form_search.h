// In which form of a request does a device speak of paths of which it said nothing? Decided without I/O.
//
// Some servers take a path in a form they do not like and never say anything of it (lemming: another origin, a list without
// keys). So each silent path is asked once in each of the profile's forms, first in the one in force: if that brings
// leaves, the device was only late. A path that is empty in every form may really be empty; it is looked for again after
// growing waits, kFirstWait to kLongestWait. Paths are named by their index in Subscription::paths, forms by theirs in the
// profile, 0 the first. Pure; any thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "gnmi/transport.h"

namespace dm::gnmi {

class FormSearch {
 public:
  static constexpr core::Duration kFirstWait = std::chrono::minutes(10);
  static constexpr core::Duration kLongestWait = std::chrono::hours(6);

  struct Question {
    std::size_t path = 0, form = 0;
    bool operator==(const Question&) const = default;
  };

  explicit FormSearch(std::size_t forms) : forms_(forms) {}

  // A pass begins: the silent paths, and the form in which each is asked on the stream.
  void begin(const std::map<std::size_t, std::size_t>& silent);
  // What to ask now; nullopt: the pass is over.
  std::optional<Question> next() const;
  void answered(bool has_leaves);
  // Refused questions are as good as empty; a device that does not answer at all ends the pass.
  void failed(const CallEnd& end);
  // Of this pass: paths that another form than the one in force brings leaves of, and those that came out empty but are
  // taken in that form too: what appears there later would not be heard of otherwise.
  const std::map<std::size_t, std::size_t>& found() const { return found_; }
  // The last pass is over, and brought nothing.
  bool is_without_answer() const { return passes_ > 0 && open_.empty() && !is_cut_; }
  // From the end of a pass to the next.
  core::Duration wait() const;

 private:
  void close(std::size_t path);
  void spread();

  std::size_t forms_;
  std::map<std::size_t, std::size_t> in_force_;
  std::map<std::size_t, std::size_t> found_;
  std::vector<Question> empty_;  // taken, and without leaves
  std::vector<Question> open_;  // the next one last
  int passes_ = 0;              // in a row that found nothing
  bool is_cut_ = false;         // the last one was not asked to its end
};

}  // namespace dm::gnmi
