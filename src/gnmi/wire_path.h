// gNMI Path messages into model::Path: prefix and path joined, origins of the OpenConfig tree made
// one, the deprecated `element` strings understood, and what cannot be a path refused.
//
// Sources: gNMI specification 2.2.2, 2.7 (origin), gnmi-path-conventions. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "model/path.h"

namespace dm::gnmi {

// The path that well-formed Path messages `prefix` and `path` name together, in the device's own
// spelling (aliases and key spellings are schema::canonicalise's). nullopt: a name that no text form
// can tell apart (empty, `/`, brackets, malformed UTF-8), or a wrong `element`.
std::optional<model::Path> read_path(std::string_view prefix, std::string_view path);

// True for a name that may stand in a path: not empty, valid UTF-8, none of `/ [ ] =`.
bool is_name(std::string_view name);

// True when a known list on the way lacks keys: such a path names several entries.
bool lacks_keys(const model::Path& path);

// "", openconfig, openconfig-* and rfc7951 are one tree: the empty origin.
std::string_view one_tree(std::string_view origin);

}  // namespace dm::gnmi
