#include "compare/rules.h"

#include "core/text.h"

namespace dm::compare {

bool holds(const Condition& condition, const model::Difference& difference) {
  const auto fits = [](const std::optional<std::string>& glob, const model::Value& value) {
    return !glob || core::matches_glob(*glob, model::to_display(value));
  };
  return (!condition.difference || *condition.difference == difference.kind) && fits(condition.current, difference.current) &&
         fits(condition.desired, difference.desired);
}

}  // namespace dm::compare
