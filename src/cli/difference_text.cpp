#include "cli/difference_text.h"

#include <nlohmann/json.hpp>

#include "api/json.h"
#include "cli/table.h"
#include "core/text.h"

namespace dm::cli {

std::string value_cell(const model::Value& value) {
  constexpr std::size_t kWidth = 60;
  return core::shorten(printable(model::to_display(value)), kWidth);
}

nlohmann::ordered_json difference_json(const model::Difference& difference) {
  return {{"path", difference.path_text},
          {"difference", model::to_text(difference.kind)},
          {"severity", model::to_text(difference.severity)},
          {"current_value", api::value_json(difference.current)},
          {"desired_value", api::value_json(difference.desired)}};
}

}  // namespace dm::cli
