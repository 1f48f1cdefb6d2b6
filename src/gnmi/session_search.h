// Which of the asked paths does a device refuse? One bad path fails the whole subscription, so halves
// are asked until every refused path has been refused alone. Pure.
//
// Costs at most two questions per path; about 2·log2(n) for one bad path among n. A server that names
// the path in its refusal (EOS: `failed to subscribe to /X: path invalid`) saves the search.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "model/path.h"

namespace dm::gnmi {

using PathIndexes = std::vector<std::size_t>;

class PathSearch {
 public:
  // `refused` were refused together.
  explicit PathSearch(PathIndexes refused);

  // What to ask next; empty when everything is known.
  const PathIndexes& question() const;
  bool is_done() const { return open_.empty(); }
  const PathIndexes& accepted() const { return accepted_; }

  void answer_accepted();
  // A path refused alone (or named by the device: `named` is part of the question) is returned; it is
  // out of the search from then on.
  std::optional<std::size_t> answer_refused(std::optional<std::size_t> named);
  // A path that was refused is asked again, otherwise.
  void ask_alone(std::size_t path) { open_.push_back({path}); }

 private:
  void split(PathIndexes group);

  std::vector<PathIndexes> open_;  // groups still to ask; the last is the question
  PathIndexes accepted_;
};

// The one of `asked` (indexes into `paths`) that the refusal names exactly, keys included.
std::optional<std::size_t> path_named_in(std::string_view message, const std::vector<model::Path>& paths,
                                         const PathIndexes& asked);

}  // namespace dm::gnmi
