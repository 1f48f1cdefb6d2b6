// What the bytes of a prefix and a path mean: a place of the tree, a pattern, a lost device, or nothing
// we keep. Known spellings come from the memo; unknown ones are built, made canonical and interned.
//
// Lives on the shard thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "gnmi/path_share.h"
#include "gnmi/wire_memo.h"
#include "model/path.h"
#include "model/path_table.h"
#include "model/unread.h"
#include "schema/profile.h"

namespace dm::gnmi {

struct ResolvedPath {
  enum class Kind {
    Known,
    Refused,      // beyond a limit
    Undecodable,  // no path at all
    Corrupt,      // not a Path message
  };
  Kind kind = Kind::Undecodable;
  KnownPath known;
  const model::Path* path = nullptr;  // of a Pattern, and what holds a path that is refused by itself; valid until
                                      // the next look-up
  model::UnreadKind why = model::UnreadKind::Path;  // of Refused and Undecodable

  // The path, if it names one place of the tree below the root.
  model::PathId exact() const {
    const bool is_exact = kind == Kind::Known && known.kind == KnownPath::Kind::Exact;
    return is_exact ? model::PathId{known.value} : model::kNoPath;
  }
  // What is unknown when nothing said there can be held; nullopt for what cannot be anybody's intent.
  std::optional<model::Path> gap() const;
};

class PathResolver {
 public:
  // `memo` and `share` may be null: ones of its own.
  PathResolver(const schema::Profile& profile, model::PathTable& paths, const core::Limits& limits,
               std::shared_ptr<PathMemo> memo, std::shared_ptr<PathShare> share);

  // The number of paths that take the slow way is limited for each message.
  void begin_message() { settled_ = 0; }
  // Devices of a new stream may spell differently (another software release).
  void begin_stream() { has_aliased_ = false; }
  // True when this device spelled something by an alias of the profile.
  bool has_aliased() const { return has_aliased_; }

  // The prefix must have been found well formed; the path is checked here.
  ResolvedPath resolve(std::string_view prefix, std::string_view path) {
    const auto known = memo_->find(prefix, path);
    if (!known) return learn(prefix, path);
    ResolvedPath resolved{.kind = ResolvedPath::Kind::Known, .known = *known};
    has_aliased_ |= known->is_aliased;
    if (known->kind == KnownPath::Kind::Pattern) resolved.path = &memo_->pattern(known->value);
    return resolved;
  }
  // The slow way, for a path in the device's spelling: canonical form, limits, path table.
  ResolvedPath settle(const model::Path& spelled);

  // A well-formed Path message? The last one found so is remembered: prefixes repeat.
  bool is_sound_prefix(std::string_view prefix);

 private:
  ResolvedPath learn(std::string_view prefix, std::string_view path);
  ResolvedPath beyond(model::UnreadKind why, const model::Path& spelled, std::size_t elements);

  const schema::Profile& profile_;
  model::PathTable& paths_;
  core::Limits limits_;
  std::shared_ptr<PathMemo> memo_;
  std::shared_ptr<PathShare> share_;
  std::size_t settled_ = 0;
  bool has_aliased_ = false;
  model::Path path_;  // of the last settle() that has no id to give
  std::string sound_prefix_;
};

}  // namespace dm::gnmi
