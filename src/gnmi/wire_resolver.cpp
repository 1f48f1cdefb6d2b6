#include "gnmi/wire_resolver.h"

#include <algorithm>
#include <utility>

#include "gnmi/wire_path.h"
#include "gnmi/wire_proto.h"

namespace dm::gnmi {
namespace {

using Kind = ResolvedPath::Kind;

// Text of a path is never longer than its bytes except for escapes; what is so much longer on the wire
// than the longest path is not even built.
constexpr std::size_t kWireBytesPerPathByte = 4;

ResolvedPath refused(model::UnreadKind why) { return {.kind = Kind::Refused, .why = why}; }

bool has_same_names(const model::Path& a, const model::Path& b) {
  return std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(),
                    [](const model::PathElement& x, const model::PathElement& y) { return x.name == y.name; });
}

}  // namespace

std::optional<model::Path> ResolvedPath::gap() const {
  if (path != nullptr) return *path;
  if (kind == Kind::Refused && why == model::UnreadKind::LeavesPerDevice) return model::Path{};
  const bool is_everywhere =
      kind == Kind::Known && (known.kind == KnownPath::Kind::Root || known.kind == KnownPath::Kind::Lost);
  return is_everywhere ? std::optional(model::Path{}) : std::nullopt;
}

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
  if (!is_well_formed(ProtoKind::Path, path, kProtoDepth - 3)) return {.kind = Kind::Corrupt};
  if (prefix.size() + path.size() > limits_.path_bytes * kWireBytesPerPathByte) {
    return refused(model::UnreadKind::PathBytes);
  }
  const auto joined = read_path(prefix, path);
  if (!joined) return {.kind = Kind::Undecodable};
  ResolvedPath resolved = settle(*joined);
  if (resolved.kind != Kind::Known) return resolved;
  if (resolved.known.kind == KnownPath::Kind::Pattern) {
    memo_->insert_pattern(prefix, path, resolved.known, path_);
  } else {
    memo_->insert(prefix, path, resolved.known);
  }
  return resolved;
}

ResolvedPath PathResolver::settle(const model::Path& spelled) {
  const auto& elements = spelled.elements;
  if (elements.size() == 1 && elements[0].name == "*" && elements[0].keys.empty()) {
    return {.kind = Kind::Known, .known = {.kind = KnownPath::Kind::Lost}};
  }
  if (elements.size() > limits_.path_depth) return refused(model::UnreadKind::PathDepth);
  if (++settled_ > limits_.leaves_per_device) return refused(model::UnreadKind::LeavesPerDevice);
  path_ = schema::canonicalise(profile_, spelled);
  const std::string text = model::to_text(path_);
  if (path_.elements.size() > limits_.path_depth) return refused(model::UnreadKind::PathDepth);
  if (text.size() > limits_.path_bytes) return refused(model::UnreadKind::PathBytes);
  KnownPath known{.kind = KnownPath::Kind::Pattern, .is_aliased = !has_same_names(spelled, path_)};
  has_aliased_ |= known.is_aliased;
  if (model::has_wildcard(path_) || lacks_keys(path_)) return {.kind = Kind::Known, .known = known, .path = &path_};
  model::PathId id = paths_.find(text);
  if (id == model::kNoPath) {
    if (paths_.size() >= limits_.paths_per_process) {
      return {.kind = Kind::Refused, .path = &path_, .why = model::UnreadKind::PathsPerProcess};
    }
    id = paths_.intern(path_);
  }
  known.kind = path_.elements.empty() ? KnownPath::Kind::Root : KnownPath::Kind::Exact;
  known.value = model::index(id);
  return {.kind = Kind::Known, .known = known};
}

}  // namespace dm::gnmi
