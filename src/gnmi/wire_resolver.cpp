#include "gnmi/wire_resolver.h"

#include <utility>

#include "gnmi/wire_path.h"
#include "gnmi/wire_proto.h"

namespace dm::gnmi {
namespace {

using Kind = ResolvedPath::Kind;

// Text of a path is never longer than its bytes except for escapes; what is so much longer on the wire
// than the longest path is not even built.
constexpr std::size_t kWireBytesPerPathByte = 4;

ResolvedPath none(Kind kind) { return {kind, {}, nullptr}; }

}  // namespace

PathResolver::PathResolver(const schema::Profile& profile, model::PathTable& paths, const core::Limits& limits,
                           std::shared_ptr<PathMemo> memo)
    : profile_(profile),
      paths_(paths),
      limits_(limits),
      memo_(memo ? std::move(memo) : std::make_shared<PathMemo>()) {}

bool PathResolver::is_sound_prefix(std::string_view prefix) {
  if (prefix == sound_prefix_) return true;
  if (!is_well_formed(ProtoKind::Path, prefix, kProtoDepth - 2)) return false;
  sound_prefix_.assign(prefix);
  return true;
}

// Paths beyond a limit and impossible ones are not remembered.
ResolvedPath PathResolver::learn(std::string_view prefix, std::string_view path) {
  if (!is_well_formed(ProtoKind::Path, path, kProtoDepth - 3)) return none(Kind::Corrupt);
  if (prefix.size() + path.size() > limits_.path_bytes * kWireBytesPerPathByte) return none(Kind::Refused);
  const auto joined = read_path(prefix, path);
  if (!joined) return none(Kind::Undecodable);
  ResolvedPath resolved = settle(*joined);
  if (resolved.kind != Kind::Known) return resolved;
  if (resolved.known.kind == KnownPath::Kind::Pattern) {
    memo_->insert_pattern(prefix, path, pattern_);
  } else {
    memo_->insert(prefix, path, resolved.known);
  }
  return resolved;
}

ResolvedPath PathResolver::settle(const model::Path& spelled) {
  const auto& elements = spelled.elements;
  if (elements.size() == 1 && elements[0].name == "*" && elements[0].keys.empty()) {
    return {Kind::Known, {KnownPath::Kind::Lost, 0}, nullptr};
  }
  if (elements.size() > limits_.path_depth || ++settled_ > limits_.leaves_per_device) return none(Kind::Refused);
  model::Path path = schema::canonicalise(profile_, spelled);
  const std::string text = model::to_text(path);
  if (path.elements.size() > limits_.path_depth || text.size() > limits_.path_bytes) return none(Kind::Refused);
  if (model::has_wildcard(path) || lacks_keys(path)) {
    pattern_ = std::move(path);
    return {Kind::Known, {KnownPath::Kind::Pattern, 0}, &pattern_};
  }
  model::PathId id = paths_.find(text);
  if (id == model::kNoPath) {
    if (paths_.size() >= limits_.paths_per_process) return none(Kind::Refused);
    id = paths_.intern(path);
  }
  const auto kind = path.elements.empty() ? KnownPath::Kind::Root : KnownPath::Kind::Exact;
  return {Kind::Known, {kind, model::index(id)}, nullptr};
}

}  // namespace dm::gnmi
