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

std::vector<std::string> merge_unfilled(const DeviceIntent& earlier, const DeviceIntent& later) {
  std::set<std::string> filled;
  for (const auto& entry : later.entries) filled.insert(model::schema_text(entry.path.parsed()));
  std::set<std::string> unfilled(earlier.unfilled_lists.begin(), earlier.unfilled_lists.end());
  unfilled.insert(later.unfilled_lists.begin(), later.unfilled_lists.end());
  std::vector<std::string> left;
  for (const std::string& list : unfilled) {
    if (!filled.contains(list)) left.push_back(list);
  }
  return left;
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
  merged.unfilled_lists = merge_unfilled(earlier, later);
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
  return a.device == b.device && a.lists == b.lists && a.unfilled_lists == b.unfilled_lists &&
         a.unmanaged == b.unmanaged &&
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
