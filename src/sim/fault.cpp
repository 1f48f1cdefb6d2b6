#include "sim/fault.h"

#include <map>

#include "core/text.h"
#include "sim/json_value.h"

namespace dm::sim {
namespace {

const std::map<std::string, FaultKind>& kinds() {
  static const std::map<std::string, FaultKind> table{{"ok", FaultKind::None},
                                                      {"status", FaultKind::Status},
                                                      {"hang", FaultKind::Hang},
                                                      {"drop", FaultKind::Drop},
                                                      {"withhold", FaultKind::Withhold}};
  return table;
}

core::Error wrong(const std::string& what) { return {core::Code::InvalidArgument, what}; }

}  // namespace

core::Result<FaultPlan> FaultPlan::from_json(std::string_view json) {
  const Json order = Json::parse(json, nullptr, false);
  if (!order.is_object()) return wrong("a JSON object expected");
  FaultPlan plan;
  const std::int64_t status = int_member(order, "status", 0);
  const std::string mode = text_member(order, "mode", status == 0 ? "" : "status");
  const auto kind = kinds().find(mode);
  if (kind == kinds().end()) return wrong("mode: one of ok, status, hang, drop, withhold expected");
  if (kind->second == FaultKind::Status && (status < 200 || status > 599)) return wrong("status: 200 to 599 expected");
  plan.fault_ = {kind->second, static_cast<int>(status), text_member(order, "retry_after")};
  plan.path_ = text_member(order, "path", "*");
  if (order.contains("times")) plan.times_ = int_member(order, "times", 1);
  plan.percent_ = static_cast<int>(int_member(order, "percent", 100));
  plan.random_.seed(static_cast<std::uint32_t>(int_member(order, "seed", 1)));
  return plan;
}

Fault FaultPlan::next(std::string_view path) {
  if (fault_.kind == FaultKind::None || !core::matches_glob(path_, path)) return {};
  if (times_ && *times_ <= 0) return {};
  if (std::uniform_int_distribution<int>(0, 99)(random_) >= percent_) return {};
  if (times_) --*times_;
  return fault_;
}

std::string FaultPlan::describe() const {
  for (const auto& [name, kind] : kinds()) {
    if (kind != fault_.kind) continue;
    return name + (kind == FaultKind::Status ? " " + std::to_string(fault_.status) : "") +
           (times_ ? ", " + std::to_string(*times_) + " more" : "");
  }
  return "ok";
}

}  // namespace dm::sim
