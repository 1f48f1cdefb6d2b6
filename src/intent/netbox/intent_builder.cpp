#include "intent/netbox/intent_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace dm::intent::netbox {

using model::Path;
using model::Provenance;
using model::Rule;
using model::Value;

Path below(Path base, std::string_view relative, std::vector<model::PathKey> keys) {
  for (const std::string_view name : core::split(relative, '/'))
    base.elements.push_back({std::string(name), {}});
  std::sort(keys.begin(), keys.end());
  base.elements.back().keys = std::move(keys);
  return base;
}

Path interface_path(std::string_view name) {
  return below({}, "interfaces/interface", {{"name", std::string(name)}});
}

Path subinterface_path(std::string_view interface_name, std::uint64_t index) {
  return below(interface_path(interface_name), "subinterfaces/subinterface",
               {{"index", std::to_string(index)}});
}

Path instance_path(std::string_view vrf) {
  return below({}, "network-instances/network-instance", {{"name", std::string(vrf)}});
}

Path bgp_path(std::string_view vrf) {
  return below(
      below(instance_path(vrf), "protocols/protocol", {{"identifier", "BGP"}, {"name", "BGP"}}),
      "bgp");
}

void IntentBuilder::add(Path path, Rule rule, std::vector<Value> values, const Provenance& from) {
  const std::string text = model::to_text(path);
  const auto [slot, is_new] = leaves_.try_emplace(text);
  if (is_new) {
    slot->second = {std::move(path), rule, std::move(values), from};
  } else if (slot->second.rule != rule || slot->second.values != values) {
    warn(fmt::format("{} and {} disagree about {}; the first counts", slot->second.from.object,
                     from.object, text));
  }
}

void IntentBuilder::equal(Path path, Value value, const Provenance& from) {
  add(std::move(path), Rule::Equal, {std::move(value)}, from);
}
void IntentBuilder::absent(Path path, const Provenance& from) {
  add(std::move(path), Rule::Absent, {}, from);
}
void IntentBuilder::one_of(Path path, std::vector<Value> values, const Provenance& from) {
  add(std::move(path), Rule::OneOf, std::move(values), from);
}
void IntentBuilder::set(Path path, model::ValueList members, const Provenance& from) {
  add(std::move(path), Rule::Set, {Value(std::move(members))}, from);
}

void IntentBuilder::entry(Path path, const Provenance& from) {
  std::string text = model::to_text(path);
  entries_.try_emplace(std::move(text), model::EntryExpectation{std::move(path), from});
}

void IntentBuilder::unmanaged(Path path) {
  std::string text = model::to_text(path);
  unmanaged_.try_emplace(std::move(text), std::move(path));
}

void IntentBuilder::unfilled(std::string_view list) { unfilled_.emplace_back(list); }

void IntentBuilder::warn(std::string_view finding) {
  warnings_->push_back(fmt::format("{}: {}", device_, core::to_valid_utf8(finding)));
}

model::DeviceIntent IntentBuilder::finish() && {
  model::DeviceIntent intent;
  intent.device = std::move(device_);
  intent.leaves.reserve(leaves_.size());
  intent.entries.reserve(entries_.size());
  for (auto& [text, leaf] : leaves_) intent.leaves.push_back(std::move(leaf));
  for (auto& [text, entry] : entries_) intent.entries.push_back(std::move(entry));
  for (auto& [text, path] : unmanaged_) intent.unmanaged.push_back(std::move(path));
  std::sort(unfilled_.begin(), unfilled_.end());
  intent.unfilled_lists = std::move(unfilled_);
  return intent;
}

}  // namespace dm::intent::netbox
