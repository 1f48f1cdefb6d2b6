// JSON and JSON_IETF values: one leaf's value, or a whole subtree taken apart into its leaves.
//
// Member names lose their module prefix; annotations (`@…`, RFC 7952) are skipped; `[null]` is a leaf of
// type empty and reads as true; an array of scalars is a leaf-list; an array of objects is a list whose
// key names come from the schema. 64-bit numbers in quotes stay text: the leaf's type decides. Source:
// RFC 7951. Lives on the shard thread; keeps its parsing buffers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "model/path.h"
#include "model/unread.h"
#include "schema/profile.h"

namespace dm::gnmi {

enum class JsonShape {
  Bad,         // no JSON, a number beyond 64 bits, or arrays in arrays
  TooDeep,     // beyond limits.json_depth
  Null,        // no value
  Leaf,        // a scalar, an array of scalars, or [null]
  EmptyArray,  // a leaf-list or a list without members
  Tree,        // an object, or an array of objects
};

class JsonValue {
 public:
  JsonValue(const schema::Profile& profile, const core::Limits& limits);
  ~JsonValue();
  JsonValue(const JsonValue&) = delete;
  JsonValue& operator=(const JsonValue&) = delete;

  // The text is copied; what follows speaks of the last one parsed.
  JsonShape parse(std::string_view text);

  // Some devices wrap the value of a path in an object whose only member is named as the path's last element, a list
  // entry in an array of one (SONiC: `…/config` is {"openconfig-interfaces:config": {…}}). Then what follows speaks of
  // what is inside; the shape is that of what it now speaks of. `at` is as the device spells it.
  JsonShape unwrap(const model::Path& at);

  // Leaf or EmptyArray: appends the encoded value.
  void encode(std::string& out) const;

  // Paths are as the device spells them; what is handed over is valid only inside the call.
  struct Sinks {
    std::function<void(const model::Path&, std::string_view encoded)> leaf;  // empty for null
    // Json, ValueBytes: the leaf's value. ListKeys: the list. Path, PathDepth: what holds the member that
    // is left out. LeavesPerDevice: the base, once for each part left out.
    std::function<void(const model::Path&, model::UnreadKind)> unread;
  };
  // Tree: every leaf below `base`, keys of lists filled in from the members.
  void flatten(const model::Path& base, const Sinks& sinks) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::gnmi
