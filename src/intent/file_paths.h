// The paths that an intent file may name, each kind with its rule. Pure.
//
// Canonical afterwards: module prefixes dropped, key values in the spelling of their type.
#pragma once

#include <string_view>

#include "core/result.h"
#include "model/path.h"

namespace dm::intent {

// A leaf: all keys of every list element, no wildcard, does not end in a list entry.
core::Result<model::Path> read_leaf_path(std::string_view text);
// A list entry: the same, but ends in a list element with its keys.
core::Result<model::Path> read_entry_path(std::string_view text);
// A subtree: wildcards and left-out keys mean all.
core::Result<model::Path> read_pattern(std::string_view text);
// A list: schema text without keys, as `lists` wants it.
core::Result<std::string> read_list_path(std::string_view text);

}  // namespace dm::intent
