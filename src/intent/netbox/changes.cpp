#include "intent/netbox/changes.h"

#include <algorithm>
#include <utility>

namespace dm::intent::netbox {
namespace {

constexpr std::uint64_t kSmallGap = 8;        // up to here its ids are asked for one by one
constexpr std::size_t kIdsPerQuery = 100;

}  // namespace

ChangeCursor ChangeCursor::start(const std::vector<ChangeRow>& newest, core::SteadyTime now, bool is_whole_log) {
  ChangeCursor cursor;
  if (newest.empty()) return cursor;
  const auto lowest = std::min_element(newest.begin(), newest.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  cursor.last_ = is_whole_log ? 0 : lowest->id;
  (void)cursor.take(newest, now);
  return cursor;
}

std::vector<ChangeCursor::Query> ChangeCursor::queries() const {
  std::vector<Query> queries{{last_, std::nullopt, {}}};
  Query by_id;
  const auto flush = [&] {
    if (!by_id.ids.empty()) queries.push_back(std::exchange(by_id, {}));
  };
  for (const auto& [first, gap] : gaps_) {
    if (gap.last - first >= kSmallGap) {
      queries.push_back({first - 1, gap.last + 1, {}});
      continue;
    }
    for (std::uint64_t id = first; id <= gap.last; ++id) {
      by_id.ids.push_back(id);
      if (by_id.ids.size() == kIdsPerQuery) flush();
    }
  }
  flush();
  return queries;
}

bool ChangeCursor::fill(std::uint64_t id) {
  auto found = gaps_.upper_bound(id);
  if (found == gaps_.begin()) return false;
  --found;
  const std::uint64_t first = found->first;
  const Gap gap = found->second;
  if (id > gap.last) return false;
  gaps_.erase(found);
  if (id > first) gaps_[first] = {id - 1, gap.since};
  if (id < gap.last) gaps_[id + 1] = gap;
  return true;
}

std::vector<ChangeRow> ChangeCursor::take(const std::vector<ChangeRow>& rows, core::SteadyTime now) {
  std::vector<ChangeRow> fresh;
  for (const ChangeRow& row : rows) {
    if (row.id > last_) {
      if (row.id > last_ + 1) gaps_[last_ + 1] = {row.id - 1, now};
      last_ = row.id;
      fresh.push_back(row);
    } else if (fill(row.id)) {
      fresh.push_back(row);
    }
  }
  std::erase_if(gaps_, [now](const auto& gap) { return now - gap.second.since > kWatch; });
  return fresh;
}

std::size_t ChangeCursor::watched_ids() const {
  std::size_t count = 0;
  for (const auto& [first, gap] : gaps_) count += gap.last - first + 1;
  return count;
}

}  // namespace dm::intent::netbox
