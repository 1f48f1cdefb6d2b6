#include "model/path_text.h"

#include "core/check.h"

namespace dm::model {

const SharedText& PathText::root() {
  static const SharedText kRoot("/");
  return kRoot;
}

Path PathText::parsed() const {
  auto path = parse_path(text_.str());
  CHECK(path.has_value(), "a canonical text is a path");
  return *std::move(path);
}

}  // namespace dm::model
