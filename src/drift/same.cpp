#include "drift/same.h"

#include <algorithm>
#include <string>
#include <vector>

namespace dm::drift {
namespace {

std::string joined(std::vector<std::string> parts, char open) {
  std::sort(parts.begin(), parts.end());
  std::string out(1, open);
  for (const std::string& part : parts) out.append(part).push_back(',');
  return out;
}

// A text that is equal for equal values, whatever the order of members.
std::string order_free_text(const model::Value& value) {
  std::vector<std::string> parts;
  if (const model::ValueList* list = value.list()) {
    for (const model::Value& member : *list) parts.push_back(order_free_text(member));
    return joined(std::move(parts), '[');
  }
  if (const model::ValueObject* object = value.object()) {
    for (const auto& [name, member] : *object) {
      parts.push_back(model::to_json(model::Value(name)) + ":" + order_free_text(member));
    }
    return joined(std::move(parts), '{');
  }
  return model::to_json(value);
}

}  // namespace

bool is_same_value(const model::Value& left, const model::Value& right) {
  return left == right || (left.data.index() == right.data.index() &&
                           order_free_text(left) == order_free_text(right));
}

bool is_same(const model::Drift& drift, const model::Difference& difference) {
  return drift.kind == difference.kind && is_same_value(drift.current, difference.current) &&
         is_same_value(drift.desired, difference.desired);
}

bool is_same(const model::Difference& left, const model::Difference& right) {
  return left.kind == right.kind && is_same_value(left.current, right.current) &&
         is_same_value(left.desired, right.desired);
}

}  // namespace dm::drift
