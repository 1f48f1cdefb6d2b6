#include "model/unread.h"

#include "core/check.h"

namespace dm::model {
namespace {

std::uint64_t sum(const UnreadCounts& counts, bool of_limits) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (limit_name(static_cast<UnreadKind>(i)).empty() != of_limits) total += counts[i];
  }
  return total;
}

}  // namespace

std::string_view to_text(UnreadKind kind) {
  switch (kind) {
    case UnreadKind::Form:
      return "its value is an any_val, ascii_val or proto_bytes, which cannot be compared; ask for another encoding in the "
             "profile";
    case UnreadKind::Text: return "its text is not UTF-8";
    case UnreadKind::Json: return "its value is no JSON that can be read (broken, a number beyond 64 bits, or lists in lists)";
    case UnreadKind::NestedList: return "its value is a list of something else than plain values";
    case UnreadKind::NoValue: return "it came without a value";
    case UnreadKind::ListKeys: return "the keys of its list entries are unknown or were left out";
    case UnreadKind::Place: return "its path names many places at once (wildcards, or lists without keys)";
    case UnreadKind::Path: return "its path cannot be read";
    case UnreadKind::Message: return "a message is no valid SubscribeResponse";
    case UnreadKind::PathDepth: return "its path is deeper than limits.path_depth; raise it if the path is wanted";
    case UnreadKind::JsonDepth: return "its value is JSON nested deeper than limits.json_depth; raise it if the value is wanted";
    case UnreadKind::PathBytes: return "its path is longer than limits.path_bytes; raise it if the path is wanted";
    case UnreadKind::PathKeys: return "its path has more keys than limits.path_keys; raise it if the path is wanted";
    case UnreadKind::ValueBytes: return "its value is larger than limits.value_bytes; raise it to have the value compared";
    case UnreadKind::LeavesPerDevice:
      return "there are more leaves than limits.leaves_per_device; raise it, or subscribe to less in gnmi.paths";
    case UnreadKind::BytesPerDevice:
      return "its leaves take more memory than limits.bytes_per_device; raise it, or subscribe to less in gnmi.paths";
    case UnreadKind::PathsPerDevice:
      return "it named more new paths since the start than limits.paths_per_device; raise it and restart, or subscribe to less "
             "in gnmi.paths";
    case UnreadKind::PathsPerProcess:
      return "the path table is full (limits.paths_per_process); raise it and restart, or subscribe to less in gnmi.paths";
    case UnreadKind::DeletesPerMessage:
      return "a message deletes more paths than limits.deletes_per_message; raise it if this device does so in good faith";
    case UnreadKind::DeletePatternsPerMessage:
      return "a message deletes more patterns than limits.delete_patterns_per_message; raise it if this device does so in "
             "good faith";
  }
  CHECK(false, "unknown kind");
}

std::string_view limit_name(UnreadKind kind) {
  switch (kind) {
    case UnreadKind::PathDepth: return "path_depth";
    case UnreadKind::JsonDepth: return "json_depth";
    case UnreadKind::PathBytes: return "path_bytes";
    case UnreadKind::PathKeys: return "path_keys";
    case UnreadKind::ValueBytes: return "value_bytes";
    case UnreadKind::LeavesPerDevice: return "leaves_per_device";
    case UnreadKind::BytesPerDevice: return "bytes_per_device";
    case UnreadKind::PathsPerDevice: return "paths_per_device";
    case UnreadKind::PathsPerProcess: return "paths_per_process";
    case UnreadKind::DeletesPerMessage: return "deletes_per_message";
    case UnreadKind::DeletePatternsPerMessage: return "delete_patterns_per_message";
    default: return {};
  }
}

std::uint64_t undecodable(const UnreadCounts& counts) { return sum(counts, false); }
std::uint64_t refused(const UnreadCounts& counts) { return sum(counts, true); }

}  // namespace dm::model
