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

// Of the elements in front, how many have at most so many keys together.
std::size_t elements_within(const std::vector<model::PathElement>& elements, std::size_t most_keys) {
  std::size_t keys = 0;
  const auto first_beyond = std::find_if(elements.begin(), elements.end(), [&](const model::PathElement& element) {
    keys += element.keys.size();
    return keys > most_keys;
  });
  return static_cast<std::size_t>(first_beyond - elements.begin());
}

bool has_same_names(const model::Path& a, const model::Path& b) {
  return std::equal(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(),
                    [](const model::PathElement& x, const model::PathElement& y) { return x.name == y.name; });
}

}  // namespace

std::optional<model::Path> ResolvedPath::gap() const {
  if (path != nullptr) return *path;
  const bool is_everywhere = kind == Kind::Refused ||
      (kind == Kind::Known && (known.kind == KnownPath::Kind::Root || known.kind == KnownPath::Kind::Lost));
  return is_everywhere ? std::optional(model::Path{}) : std::nullopt;
}

PathResolver::PathResolver(const schema::Profile& profile, model::PathTable& paths, const core::Limits& limits,
                           std::shared_ptr<PathMemo> memo, std::shared_ptr<PathShare> share)
    : profile_(profile),
      paths_(paths),
      limits_(limits),
      memo_(memo ? std::move(memo) : std::make_shared<PathMemo>()),
      share_(share ? std::move(share) : std::make_shared<PathShare>()) {}

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
  if (elements.size() > limits_.path_depth) return beyond(model::UnreadKind::PathDepth, spelled, limits_.path_depth);
  const std::size_t few_keys = elements_within(elements, limits_.path_keys);
  if (few_keys < elements.size()) return beyond(model::UnreadKind::PathKeys, spelled, few_keys);
  if (++settled_ > limits_.leaves_per_device) return refused(model::UnreadKind::LeavesPerDevice);
  path_ = schema::canonicalise(profile_, spelled);
  const std::string text = model::to_text(path_);
  if (path_.elements.size() > limits_.path_depth) return beyond(model::UnreadKind::PathDepth, spelled, limits_.path_depth);
  if (text.size() > limits_.path_bytes) return beyond(model::UnreadKind::PathBytes, spelled, elements.size() - 1);
  KnownPath known{.kind = KnownPath::Kind::Pattern, .is_aliased = !has_same_names(spelled, path_)};
  has_aliased_ |= known.is_aliased;
  if (model::has_wildcard(path_) || lacks_keys(path_)) return {.kind = Kind::Known, .known = known, .path = &path_};
  model::PathId id = paths_.find(text);
  if (id == model::kNoPath) {
    if (share_->paths >= limits_.paths_per_device) return refused(model::UnreadKind::PathsPerDevice);
    if (paths_.total() >= limits_.paths_per_process) return refused(model::UnreadKind::PathsPerProcess);
    const std::size_t before = paths_.size();
    id = paths_.intern(path_);
    share_->paths += paths_.size() - before;
  }
  known.kind = path_.elements.empty() ? KnownPath::Kind::Root : KnownPath::Kind::Exact;
  known.value = model::index(id);
  return {.kind = Kind::Known, .known = known};
}

// What holds the path that is refused: its first elements, as many as can be named.
ResolvedPath PathResolver::beyond(model::UnreadKind why, const model::Path& spelled, std::size_t elements) {
  const auto first = spelled.elements.begin();
  model::Path holder{spelled.origin, {first, first + static_cast<std::ptrdiff_t>(elements)}};
  path_ = schema::canonicalise(profile_, holder);
  while (!path_.elements.empty() && (path_.elements.size() > limits_.path_depth || model::to_text(path_).size() > limits_.path_bytes)) {
    path_.elements.pop_back();
  }
  return {.kind = Kind::Refused, .path = &path_, .why = why};
}

}  // namespace dm::gnmi
