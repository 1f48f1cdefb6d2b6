// How a platform spells the paths we already know: raw prefix and path bytes -> the path they mean.
//
// The hot path's first step: an update whose spelling is known costs a hash, a look-up and a compare,
// and allocates nothing. Keyed by a seeded hash and confirmed by the bytes, so no peer can choose
// collisions or be taken for another. One memo may serve all devices of a shard that share a profile
// and a path table. Lives on the shard thread. Bounded: a full memo forgets everything and starts again
// (what is still sent is learned again at the price of one slow look-up each).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/path_table.h"

namespace dm::gnmi {

// What a spelling means.
struct KnownPath {
  enum class Kind : std::uint8_t {
    None,     // (empty slot)
    Exact,    // `value` is the PathId
    Root,     // `value` is the PathId of the whole tree: may be deleted, holds no value
    Pattern,  // wildcards or missing keys; `value` is an index into PathMemo::pattern()
    Lost,     // a hub's `/*`: the whole device
  };
  Kind kind = Kind::None;
  bool is_aliased = false;  // spelled by an alias of the profile: an older form
  std::uint32_t value = 0;
};

class PathMemo {
 public:
  // At most `most_paths` spellings; memory about 20 bytes and the spelling's own bytes each.
  explicit PathMemo(std::size_t most_paths = 1U << 22U);

  std::optional<KnownPath> find(std::string_view prefix, std::string_view path) const;
  // Spellings longer than kLongestSpelling are not kept.
  void insert(std::string_view prefix, std::string_view path, KnownPath known);  // not a Pattern
  void insert_pattern(std::string_view prefix, std::string_view path, KnownPath known, model::Path pattern);
  const model::Path& pattern(std::uint32_t index) const { return patterns_[index]; }
  std::size_t size() const { return used_; }
  // Prefix and path bytes that mean this path, at most `most`. Looks at everything.
  std::vector<std::pair<std::string_view, std::string_view>> spellings(std::uint32_t exact, std::size_t most) const;

  static constexpr std::size_t kLongestSpelling = 16U << 10U;

 private:
  struct Slot {
    std::uint32_t tag = 0;     // upper half of the hash
    std::uint32_t offset = 0;  // of prefix and path bytes in bytes_
    std::uint32_t value = 0;
    std::uint16_t prefix_length = 0;
    std::uint16_t path_length = 0;
    KnownPath::Kind kind = KnownPath::Kind::None;
    bool is_aliased = false;
  };
  std::uint64_t hash(std::string_view prefix, std::string_view path) const;
  bool make_room(std::string_view prefix, std::string_view path);
  void put(std::string_view prefix, std::string_view path, KnownPath known);
  void place(std::uint64_t hash, const Slot& slot);
  void grow();
  void forget();
  std::string_view prefix_of(const Slot& slot) const {
    return std::string_view(bytes_).substr(slot.offset, slot.prefix_length);
  }
  std::string_view path_of(const Slot& slot) const {
    return std::string_view(bytes_).substr(slot.offset + slot.prefix_length, slot.path_length);
  }

  std::size_t most_paths_;
  std::uint64_t seed_;
  std::uint64_t multiplier_;
  std::vector<Slot> slots_;  // a power of two, at most half full, linear probing
  std::size_t used_ = 0;
  std::string bytes_;
  std::vector<model::Path> patterns_;
};

}  // namespace dm::gnmi
