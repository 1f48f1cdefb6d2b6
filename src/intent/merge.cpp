#include "intent/merge.h"

#include <algorithm>
#include <set>

namespace dm::intent {
namespace {

using model::DeviceIntent;
using model::Path;

bool covers_any(const std::vector<Path>& patterns, const Path& path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&path](const Path& pattern) { return model::covers(pattern, path); });
}

// Items of both, by path text; the later one's stay, the earlier one's unless they are unmanaged
// now.
template <class Item>
std::vector<Item> merge_items(const std::vector<Item>& earlier, const std::vector<Item>& later,
                              const std::vector<Path>& unmanaged) {
  std::map<std::string, const Item*> by_path;
  for (const Item& item : earlier) {
    if (!covers_any(unmanaged, item.path)) by_path[model::to_text(item.path)] = &item;
  }
  for (const Item& item : later) by_path[model::to_text(item.path)] = &item;
  std::vector<Item> merged;
  merged.reserve(by_path.size());
  for (const auto& [text, item] : by_path) merged.push_back(*item);
  return merged;
}

// True if the later source says something at or below what the pattern leaves open.
bool is_said(const Path& pattern, const DeviceIntent& later) {
  const auto is_covered = [&pattern](const auto& item) {
    return model::covers(pattern, item.path);
  };
  return std::any_of(later.leaves.begin(), later.leaves.end(), is_covered) ||
         std::any_of(later.entries.begin(), later.entries.end(), is_covered);
}

std::vector<Path> merge_unmanaged(const DeviceIntent& earlier, const DeviceIntent& later) {
  std::map<std::string, Path> merged;
  for (const Path& pattern : earlier.unmanaged) {
    if (!is_said(pattern, later)) merged.try_emplace(model::to_text(pattern), pattern);
  }
  for (const Path& pattern : later.unmanaged) merged.try_emplace(model::to_text(pattern), pattern);
  std::vector<Path> patterns;
  for (auto& [text, pattern] : merged) patterns.push_back(std::move(pattern));
  return patterns;
}

std::vector<std::string> merge_unfilled(const DeviceIntent& earlier, const DeviceIntent& later) {
  std::set<std::string> filled;
  for (const auto& entry : later.entries) filled.insert(model::schema_text(entry.path));
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

std::map<std::string, DeviceIntent> merge(const std::vector<const Loaded*>& sources) {
  std::map<std::string, DeviceIntent> devices;
  for (const Loaded* source : sources) {
    for (const DeviceIntent& device : source->devices) {
      const auto [slot, is_new] = devices.try_emplace(device.device, device);
      if (!is_new) slot->second = merge(slot->second, device);
    }
  }
  return devices;
}

bool is_same(const DeviceIntent& a, const DeviceIntent& b) {
  return a.device == b.device && a.lists == b.lists && a.unfilled_lists == b.unfilled_lists &&
         a.unmanaged == b.unmanaged &&
         std::equal(a.leaves.begin(), a.leaves.end(), b.leaves.begin(), b.leaves.end(),
                    same_leaf) &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    same_entry);
}

}  // namespace dm::intent
