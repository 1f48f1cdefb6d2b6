#include "intent/merge.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace dm::intent {
namespace {

using model::DeviceIntent;
using model::Path;

bool covers_any(const std::vector<Path>& patterns, const model::PathText& text) {
  if (patterns.empty()) return false;
  const Path path = text.parsed();
  return std::any_of(patterns.begin(), patterns.end(),
                     [&path](const Path& pattern) { return model::covers(pattern, path); });
}

// Items of both, by path text; the later one's stay, the earlier one's unless they are unmanaged
// now.
template <class Item>
std::vector<Item> merge_items(const std::vector<Item>& earlier, const std::vector<Item>& later,
                              const std::vector<Path>& unmanaged) {
  std::map<std::string_view, const Item*> by_path;
  for (const Item& item : earlier) {
    if (!covers_any(unmanaged, item.path)) by_path[item.path.text()] = &item;
  }
  for (const Item& item : later) by_path[item.path.text()] = &item;
  std::vector<Item> merged;
  merged.reserve(by_path.size());
  for (const auto& [text, item] : by_path) merged.push_back(*item);
  return merged;
}

std::vector<Path> paths_of(const DeviceIntent& intent) {
  std::vector<Path> paths;
  paths.reserve(intent.leaves.size() + intent.entries.size());
  for (const auto& leaf : intent.leaves) paths.push_back(leaf.path.parsed());
  for (const auto& entry : intent.entries) paths.push_back(entry.path.parsed());
  return paths;
}

std::vector<Path> merge_unmanaged(const DeviceIntent& earlier, const DeviceIntent& later) {
  std::map<std::string, Path> merged;
  const std::vector<Path> said = earlier.unmanaged.empty() ? std::vector<Path>() : paths_of(later);
  for (const Path& pattern : earlier.unmanaged) {
    // What the later source says something about, at or below the pattern, is managed again.
    const bool is_said = std::any_of(said.begin(), said.end(), [&pattern](const Path& path) {
      return model::covers(pattern, path);
    });
    if (!is_said) merged.try_emplace(model::to_text(pattern), pattern);
  }
  for (const Path& pattern : later.unmanaged) merged.try_emplace(model::to_text(pattern), pattern);
  std::vector<Path> patterns;
  for (auto& [text, pattern] : merged) patterns.push_back(std::move(pattern));
  return patterns;
}

// An entry fills its list; a leaf, itself.
std::map<std::string, std::string> merge_not_compared(const DeviceIntent& earlier, const DeviceIntent& later) {
  std::map<std::string, std::string> left = earlier.not_compared;
  left.insert(later.not_compared.begin(), later.not_compared.end());
  if (left.empty()) return left;
  for (const auto& entry : later.entries) left.erase(model::schema_text(entry.path.parsed()));
  for (const auto& leaf : later.leaves) left.erase(model::schema_text(leaf.path.parsed()));
  return left;
}

void append(std::vector<Path>& into, const std::vector<Path>& more) {
  for (const Path& path : more) {
    if (std::find(into.begin(), into.end(), path) == into.end()) into.push_back(path);
  }
}

bool same_leaf(const model::Expectation& a, const model::Expectation& b) {
  return a.rule == b.rule && a.path == b.path && a.values == b.values && a.from == b.from;
}

bool same_entry(const model::EntryExpectation& a, const model::EntryExpectation& b) {
  return a.path == b.path && a.from == b.from;
}

}  // namespace

DeviceIntent merge(const DeviceIntent& earlier, const DeviceIntent& later) {
  DeviceIntent merged;
  merged.device = earlier.device;
  merged.leaves = merge_items(earlier.leaves, later.leaves, later.unmanaged);
  merged.entries = merge_items(earlier.entries, later.entries, later.unmanaged);
  merged.lists = earlier.lists;
  for (const auto& [list, policy] : later.lists) merged.lists[list] = policy;
  merged.not_compared = merge_not_compared(earlier, later);
  merged.strict = earlier.strict;
  append(merged.strict, later.strict);
  merged.unmanaged = merge_unmanaged(earlier, later);
  return merged;
}

std::map<std::string, std::shared_ptr<const DeviceIntent>> merge(
    const std::vector<const Loaded*>& sources) {
  std::map<std::string, std::shared_ptr<const DeviceIntent>> devices;
  for (const Loaded* source : sources) {
    for (const auto& device : source->devices) {
      const auto [slot, is_new] = devices.try_emplace(device->device, device);
      if (is_new) continue;
      slot->second = std::make_shared<const DeviceIntent>(merge(*slot->second, *device));
    }
  }
  return devices;
}

bool is_same(const DeviceIntent& a, const DeviceIntent& b) {
  if (&a == &b) return true;
  return a.device == b.device && a.lists == b.lists && a.not_compared == b.not_compared &&
         a.unmanaged == b.unmanaged && a.strict == b.strict &&
         std::equal(a.leaves.begin(), a.leaves.end(), b.leaves.begin(), b.leaves.end(),
                    same_leaf) &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    same_entry);
}

void keep_unchanged(const Loaded& earlier, Loaded& next) {
  std::map<std::string_view, const std::shared_ptr<const DeviceIntent>*> known;
  for (const auto& device : earlier.devices) known[device->device] = &device;
  for (auto& device : next.devices) {
    const auto old = known.find(device->device);
    if (old != known.end() && is_same(**old->second, *device)) device = *old->second;
  }
}

}  // namespace dm::intent
