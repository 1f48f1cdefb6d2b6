#include "gnmi/wire_memo.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

namespace dm::gnmi {
namespace {

constexpr std::size_t kFirstSlots = 64;
constexpr std::size_t kMostBytes = 1U << 30U;  // of all spellings; offsets are 32 bits

__extension__ using Wide = unsigned __int128;

// Both halves of the product mixed: every input bit reaches every output bit.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

std::uint64_t load(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

// Sixteen bytes a step. The secret multiplier keeps a peer from steering either factor to a constant.
std::uint64_t absorb(std::uint64_t state, std::uint64_t secret, std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left > 16; at += 16, left -= 16) {
    state = fold(state ^ load(at, 8), secret ^ load(at + 8, 8));
  }
  const std::size_t low = std::min<std::size_t>(left, 8);
  const std::uint64_t first = low == 0 ? 0 : load(at, low);
  const std::uint64_t second = left > 8 ? load(at + 8, left - 8) : 0;
  return fold(state ^ first, secret ^ second) + bytes.size();
}

std::uint64_t random_word() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace

PathMemo::PathMemo(std::size_t most_paths)
    : most_paths_(most_paths), seed_(random_word()), multiplier_(random_word() | 1U) {}

std::uint64_t PathMemo::hash(std::string_view prefix, std::string_view path) const {
  const std::uint64_t state = absorb(absorb(seed_, multiplier_, prefix), multiplier_, path);
  return fold(state, multiplier_);
}

std::optional<KnownPath> PathMemo::find(std::string_view prefix, std::string_view path) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint64_t wanted = hash(prefix, path);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = wanted & mask; slots_[at].kind != KnownPath::Kind::None; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.tag == static_cast<std::uint32_t>(wanted >> 32U) && path_of(slot) == path &&
        prefix_of(slot) == prefix) {
      return KnownPath{slot.kind, slot.is_aliased, slot.value};
    }
  }
  return std::nullopt;
}

void PathMemo::insert(std::string_view prefix, std::string_view path, KnownPath known) {
  if (make_room(prefix, path)) put(prefix, path, known);
}

void PathMemo::insert_pattern(std::string_view prefix, std::string_view path, KnownPath known,
                              model::Path pattern) {
  if (!make_room(prefix, path)) return;
  known.value = static_cast<std::uint32_t>(patterns_.size());
  patterns_.push_back(std::move(pattern));
  put(prefix, path, known);
}

bool PathMemo::make_room(std::string_view prefix, std::string_view path) {
  if (prefix.size() + path.size() > kLongestSpelling) return false;
  if (used_ >= most_paths_ || bytes_.size() > kMostBytes) forget();
  if (2 * (used_ + 1) > slots_.size()) grow();
  return true;
}

void PathMemo::put(std::string_view prefix, std::string_view path, KnownPath known) {
  Slot slot;
  slot.offset = static_cast<std::uint32_t>(bytes_.size());
  slot.value = known.value;
  slot.prefix_length = static_cast<std::uint16_t>(prefix.size());
  slot.path_length = static_cast<std::uint16_t>(path.size());
  slot.kind = known.kind;
  slot.is_aliased = known.is_aliased;
  bytes_.append(prefix);
  bytes_.append(path);
  place(hash(prefix, path), slot);
  ++used_;
}

std::vector<std::pair<std::string_view, std::string_view>> PathMemo::spellings(std::uint32_t exact, std::size_t most) const {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (const Slot& slot : slots_) {
    if (slot.kind != KnownPath::Kind::Exact || slot.value != exact) continue;
    if (found.size() == most) break;
    found.emplace_back(prefix_of(slot), path_of(slot));
  }
  return found;
}

void PathMemo::place(std::uint64_t hash_value, const Slot& slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash_value & mask;
  while (slots_[at].kind != KnownPath::Kind::None) at = (at + 1) & mask;
  slots_[at] = slot;
  slots_[at].tag = static_cast<std::uint32_t>(hash_value >> 32U);
}

void PathMemo::grow() {
  const std::vector<Slot> old = std::move(slots_);
  slots_.assign(std::max(kFirstSlots, old.size() * 2), Slot{});
  for (const Slot& slot : old) {
    if (slot.kind != KnownPath::Kind::None) place(hash(prefix_of(slot), path_of(slot)), slot);
  }
}

void PathMemo::forget() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  used_ = 0;
  bytes_.clear();
  patterns_.clear();
}

}  // namespace dm::gnmi
