#include "sim/device_model.h"

#include <algorithm>

namespace dm::sim {
namespace {

constexpr std::int64_t kDay = 86'400'000'000'000;
constexpr std::int64_t kStep = 37'000'001;  // between two leaves' times of change

}  // namespace

DeviceModel::DeviceModel(std::vector<LeafValue> leaves, std::int64_t now_ns) {
  std::int64_t changed = now_ns - kDay;
  for (LeafValue& leaf : leaves) {
    std::string text = model::to_text(leaf.path);
    leaves_.insert_or_assign(std::move(text), Held{std::move(leaf), changed += kStep});
  }
}

void DeviceModel::apply(const Message& message, std::int64_t now_ns) {
  for (const model::Path& gone : message.deletes) {
    std::erase_if(leaves_, [&](const auto& held) { return shows(gone, held.second.leaf.path); });
  }
  for (const LeafValue& leaf : message.updates) {
    Held& held = leaves_[model::to_text(leaf.path)];
    if (held.timestamp_ns != 0 && held.leaf == leaf) continue;
    held = {leaf, now_ns};
  }
}

const DeviceModel::Held* DeviceModel::find(const std::string& path) const {
  const auto found = leaves_.find(path);
  return found == leaves_.end() ? nullptr : &found->second;
}

model::Value DeviceModel::value(const std::string& path) const {
  const Held* held = find(path);
  return held == nullptr ? model::Value{} : held->leaf.value;
}

bool DeviceModel::has_at_or_below(const std::string& path) const {
  if (leaves_.contains(path)) return true;
  const auto next = leaves_.lower_bound(path + "/");
  return next != leaves_.end() && next->first.starts_with(path + "/");
}

bool shows(const model::Path& pattern, const model::Path& path) {
  return pattern.elements.empty() || model::covers(pattern, path);
}

}  // namespace dm::sim
