#include "intent/netbox/paging.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dm::intent::netbox {
namespace {

constexpr int kMostRestarts = 2;

// Keyset pages hold rising ids above the last one.
bool rises_from(std::uint64_t last, const std::vector<std::uint64_t>& ids) {
  return std::all_of(ids.begin(), ids.end(),
                     [&last](std::uint64_t id) { return id > std::exchange(last, id); });
}

}  // namespace

std::string Paging::parameters() const {
  if (style_ == PageStyle::Start) return fmt::format("limit={}&start={}", page_size_, last_ + 1);
  if (style_ == PageStyle::Offset)
    return fmt::format("limit={}&offset={}&ordering=id", page_size_, offset_);
  if (last_ == 0) return fmt::format("limit={}&ordering=id", page_size_);
  return fmt::format("limit={}&ordering=id&id__gt={}", page_size_, last_);
}

Paging::Step Paging::take(const PageFacts& page) {
  return style_ == PageStyle::Offset ? take_offset(page) : take_keyset(page);
}

Paging::Step Paging::restart() {
  if (restarts_++ >= kMostRestarts) return Step::GiveUp;
  last_ = after_;
  offset_ = 0;
  count_.reset();
  seen_.clear();
  return Step::Restart;
}

Paging::Step Paging::take_keyset(const PageFacts& page) {
  if (!rises_from(last_, page.ids)) {
    if (after_ > 0) return Step::GiveUp;  // by offset it would be the whole list
    style_ = PageStyle::Offset;
    last_ = after_;
    return Step::Restart;
  }
  const bool is_last = page.count ? page.ids.size() >= *page.count : !page.has_next;
  if (is_last) return Step::Complete;
  if (page.ids.empty()) return restart();  // rows were promised
  last_ = page.ids.back();
  return Step::Next;
}

Paging::Step Paging::take_offset(const PageFacts& page) {
  if (offset_ > 0 && page.count != count_) return restart();
  count_ = page.count;
  offset_ += page.ids.size();
  seen_.insert(page.ids.begin(), page.ids.end());
  const bool is_last = page.ids.empty() || (count_ ? offset_ >= *count_ : !page.has_next);
  if (!is_last) return Step::Next;
  return !count_ || seen_.size() == *count_ ? Step::Complete : restart();
}

}  // namespace dm::intent::netbox
