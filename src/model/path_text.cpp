#include "model/path_text.h"

#include "core/check.h"

namespace dm::model {

Path PathText::parsed() const {
  auto path = parse_path(text_);
  CHECK(path.has_value(), "a canonical text is a path");
  return *std::move(path);
}

}  // namespace dm::model
