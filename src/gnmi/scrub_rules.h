// Which words of a recording say something about somebody, by the place they stand in.
//
// Nothing is kept because it looks harmless but for what no place can make harmful (is_plain): a text is kept where
// the leaf table says what it is, and replaced everywhere else. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace dm::gnmi {

enum class ScrubRule {
  Secret,   // numbers are replaced too
  Text,     // free text, or nobody knows what
  Name,     // of a VLAN, an instance, a host, a group, a policy: replaced on request
  Word,     // an enumeration or identity: kept as far as it looks like one
  Plain,    // a number, an address, or not in the leaf table: only what is plain is kept
};

// Of a leaf, by its schema text without modules: "/interfaces/interface/config/description".
ScrubRule scrub_rule(const std::string& schema_text);
// Of a list's key, by the list's schema text.
ScrubRule scrub_rule_of_key(const std::string& list_schema_text, const std::string& key);

// A name that a schema gives, not a person: an identifier, perhaps behind a module; wildcards too.
bool is_schema_name(std::string_view name);
// An enumeration's or identity's value.
bool is_enumerator(std::string_view text);
// A name every device has: default, BGP, ...
bool is_common_name(std::string_view text);

}  // namespace dm::gnmi
