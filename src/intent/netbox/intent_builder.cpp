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

namespace {

// Most mistakes make something wrong or unwatched; these two only make less compared.
model::Severity severity_of(model::FindingKind kind) {
  const bool is_small = kind == model::FindingKind::TaggedWithoutVlans || kind == model::FindingKind::Unreadable;
  return is_small ? model::Severity::Info : model::Severity::Warning;
}

}  // namespace

void IntentBuilder::add(Path path, Rule rule, std::vector<Value> values, const Provenance& from) {
  const std::string text = model::to_text(path);
  const auto [slot, is_new] = leaves_.try_emplace(text);
  if (is_new) {
    slot->second = {std::move(path), rule, std::move(values), from};
  } else if (slot->second.rule != rule || slot->second.values != values) {
    find(model::FindingKind::Contradiction, from,
         fmt::format("{} and {} disagree about {}; the first counts", slot->second.from.object.str(),
                     from.object.str(), text));
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

void IntentBuilder::unmanaged(Path pattern) {
  std::string text = model::to_text(pattern);
  unmanaged_.try_emplace(std::move(text), std::move(pattern));
}

void IntentBuilder::strict(Path pattern) {
  std::string text = model::to_text(pattern);
  strict_.try_emplace(std::move(text), std::move(pattern));
}

void IntentBuilder::complete(std::string_view list) {
  lists_[std::string(list)] = model::ListPolicy::Authoritative;
}

void IntentBuilder::not_compared(std::string_view what, std::string why) {
  not_compared_.try_emplace(std::string(what), std::move(why));
}

void IntentBuilder::find(model::FindingKind kind, const Provenance& at, std::string_view message) {
  findings_->push_back({.kind = kind,
                        .severity = severity_of(kind),
                        .source = {},
                        .device = device_,
                        .object = at.object,
                        .url = at.url,
                        .message = core::to_valid_utf8(message)});
}

model::DeviceIntent IntentBuilder::finish() && {
  model::DeviceIntent intent;
  intent.device = std::move(device_);
  intent.leaves.reserve(leaves_.size());
  intent.entries.reserve(entries_.size());
  const auto is_unmanaged = [this](const model::PathText& text) {
    if (unmanaged_.empty()) return false;
    const Path path = text.parsed();
    return std::any_of(unmanaged_.begin(), unmanaged_.end(),
                       [&path](const auto& pattern) { return model::covers(pattern.second, path); });
  };
  for (auto& [text, leaf] : leaves_) {
    if (!is_unmanaged(leaf.path)) intent.leaves.push_back(std::move(leaf));
  }
  for (auto& [text, entry] : entries_) {
    if (!is_unmanaged(entry.path)) intent.entries.push_back(std::move(entry));
  }
  for (auto& [text, pattern] : unmanaged_) intent.unmanaged.push_back(std::move(pattern));
  for (auto& [text, pattern] : strict_) intent.strict.push_back(std::move(pattern));
  for (const auto& [list, policy] : lists_) {
    if (!not_compared_.contains(list)) intent.lists.emplace(list, policy);
  }
  intent.not_compared = std::move(not_compared_);
  return intent;
}

}  // namespace dm::intent::netbox
