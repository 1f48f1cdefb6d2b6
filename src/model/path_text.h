// A path held as its canonical text: an eighth of the memory of a Path, which is made on request.
//
// Copies share it. What is kept of paths that are compared and looked up all the time and looked into only when something
// changes, such as those of the intent. Ordered by text. Value type; any thread.
#pragma once

#include <string>

#include "model/path.h"
#include "model/shared_text.h"

namespace dm::model {

class PathText {
 public:
  PathText() : text_(root()) {}                                    // the root
  PathText(const Path& path) : text_(tight(model::to_text(path))) {}  // NOLINT: implicit

  const std::string& text() const { return text_.str(); }
  // The path it was made from, which must have been one that parse_path() can give.
  Path parsed() const;

  // Shares the text with an equal path that was there before.
  void share(TextPool& pool) { text_ = pool.shared(text_); }

  bool operator==(const PathText&) const = default;
  auto operator<=>(const PathText&) const = default;

 private:
  static const SharedText& root();
  static std::string tight(std::string text) {
    text.shrink_to_fit();
    return text;
  }

  SharedText text_;
};

}  // namespace dm::model
