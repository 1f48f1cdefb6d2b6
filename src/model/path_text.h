// A path held as its canonical text: an eighth of the memory of a Path, which is made on request.
//
// What is kept of paths that are compared and looked up all the time and looked into only when something
// changes, such as those of the intent. Ordered by text. Value type; any thread.
#pragma once

#include <string>

#include "model/path.h"

namespace dm::model {

class PathText {
 public:
  PathText() = default;                                                       // the root
  PathText(const Path& path) : text_(model::to_text(path)) { text_.shrink_to_fit(); }  // NOLINT: implicit

  const std::string& text() const { return text_; }
  // The path it was made from, which must have been one that parse_path() can give.
  Path parsed() const;

  bool operator==(const PathText&) const = default;
  auto operator<=>(const PathText&) const = default;

 private:
  std::string text_ = "/";
};

}  // namespace dm::model
