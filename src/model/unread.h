// Something a device said that cannot be held as it was said: what kind of thing, and what is unknown
// because of it.
//
// It exists, so it is never missing; it cannot be read, so it is never judged. Plain values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/path.h"
#include "model/path_table.h"

namespace dm::model {

enum class UnreadKind : std::uint8_t {
  // Not to be decoded.
  Form,        // any_val, ascii_val, proto_bytes
  Text,        // not UTF-8
  Json,        // no JSON, a number beyond 64 bits, lists in lists
  NestedList,  // a leaf-list with members that are no scalars
  NoValue,     // an update without a value
  ListKeys,    // entries of a list whose keys are unknown or were left out
  Place,       // an update of many places at once (wildcards, missing keys)
  Path,        // no path at all: impossible names, malformed UTF-8
  Message,     // the whole message is no protobuf
  // Beyond a limit.
  PathDepth,
  JsonDepth,
  PathBytes,
  PathKeys,
  ValueBytes,
  LeavesPerDevice,
  BytesPerDevice,
  PathsPerDevice,
  PathsPerProcess,
  DeletesPerMessage,
  DeletePatternsPerMessage,
};
inline constexpr std::size_t kUnreadKinds = 20;

// What it was and what to do about it, for people: "its value is larger than limits.value_bytes: ...".
std::string_view to_text(UnreadKind kind);
// The name of the limit in core/limits.h, or empty: it could not be decoded.
std::string_view limit_name(UnreadKind kind);

struct Unread {
  UnreadKind kind = UnreadKind::Form;
  PathId leaf = kNoPath;    // an opaque value stands at this leaf: only its value is unknown
  std::optional<Path> gap;  // nobody knows what is at, around or below; may hold wildcards; `/`: anywhere
};

// How often each kind was met.
using UnreadCounts = std::array<std::uint32_t, kUnreadKinds>;
std::uint64_t undecodable(const UnreadCounts& counts);
std::uint64_t refused(const UnreadCounts& counts);  // by limits

}  // namespace dm::model
