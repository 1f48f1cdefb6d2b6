// How a list that is longer than one answer is read: what to ask next, and when all of it has come. Pure.
//
// Pages follow the ids of the rows received; `next`, whose host and scheme may be wrong and would carry the
// token away, is only looked at for being there. A server that ignores the keyset parameters (NetBox ignores
// what it does not know and answers with the first page again) is found out by its ids; then the list is read
// by offset, and is whole only if every row that `count` promised has come, each once, and the count stood still.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace dm::intent::netbox {

enum class PageStyle {
  Start,      // start=N: NetBox 4.6 and later
  IdGreater,  // id__gt=N&ordering=id: all versions
  Offset,     // offset=N&ordering=id
};

// One answer, as far as paging is concerned.
struct PageFacts {
  std::optional<std::uint64_t> count;  // of this query; null with `start`
  bool has_next = false;
  std::vector<std::uint64_t> ids;
};

class Paging {
 public:
  // `after`: only rows with larger ids.
  Paging(PageStyle style, std::size_t page_size, std::uint64_t after = 0)
      : style_(style), page_size_(page_size), after_(after), last_(after) {}

  // Of the next page: "limit=500&ordering=id&id__gt=17".
  std::string parameters() const;

  enum class Step {
    Next,      // keep the rows, ask for the next page
    Complete,  // keep the rows: that was all
    Restart,   // drop all rows of the list and begin again: it moved, or another style is needed
    GiveUp,    // it never stands still
  };
  Step take(const PageFacts& page);

 private:
  Step restart();
  Step take_keyset(const PageFacts& page);
  Step take_offset(const PageFacts& page);

  PageStyle style_;
  std::size_t page_size_;
  std::uint64_t after_;
  std::uint64_t last_;  // keyset: the largest id so far
  std::size_t offset_ = 0;
  std::optional<std::uint64_t> count_;
  std::unordered_set<std::uint64_t> seen_;  // by offset only
  int restarts_ = 0;
};

}  // namespace dm::intent::netbox
