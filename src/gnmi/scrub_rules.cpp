#include "gnmi/scrub_rules.h"

#include <algorithm>

#include "core/text.h"
#include "model/path.h"
#include "schema/leaf_table.h"

namespace dm::gnmi {
namespace {

using schema::LeafKind;

constexpr std::string_view kSecretParts[] = {"password", "passwd", "secret",      "passphrase", "hash",    "md5",  "community", "psk",
                                             "token",    "credential", "private-key", "auth-key",   "key-string", "authentication-key",
                                             "certificate", "shared-key"};
constexpr std::string_view kFreeTexts[] = {"description", "contact", "location", "comment", "note", "label", "banner", "motd", "alias", "remark"};
constexpr std::string_view kCommonNames[] = {"default", "DEFAULT", "BGP", "STATIC", "static", "DIRECTLY_CONNECTED", "OSPF", "OSPF3", "ISIS", "PIM", "IGMP"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; }

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 64 && (is_letter(text.front()) || text.front() == '_') && std::all_of(text.begin(), text.end(), is_name_char);
}

template <class Words>
bool has_part(const Words& words, const std::string& text) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

ScrubRule rule_of_kind(LeafKind kind) {
  if (kind == LeafKind::Text) return ScrubRule::Name;
  return kind == LeafKind::Enum || kind == LeafKind::Identity ? ScrubRule::Word : ScrubRule::Plain;
}

}  // namespace

ScrubRule scrub_rule(const std::string& schema_text) {
  const schema::LeafType& type = schema::leaf_type(schema::find_leaf(schema_text));
  if (type.is_secret) return ScrubRule::Secret;
  const std::string name = core::to_lower(schema_text.substr(schema_text.rfind('/') + 1));
  if (type.kind == LeafKind::Unknown && has_part(kSecretParts, name)) return ScrubRule::Secret;
  const bool may_be_text = type.kind == LeafKind::Unknown || type.kind == LeafKind::Text;
  if (may_be_text && has_part(kFreeTexts, name)) return ScrubRule::Text;
  return rule_of_kind(type.kind);
}

ScrubRule scrub_rule_of_key(const std::string& list_schema_text, const std::string& key) {
  if (key == "afi-safi-name" || key == "identifier") return ScrubRule::Word;  // identities wherever OpenConfig has them
  const ScrubRule by_leaf = scrub_rule(list_schema_text + "/config/" + key);
  return by_leaf == ScrubRule::Plain ? rule_of_kind(schema::key_kind(list_schema_text, key)) : by_leaf;
}

bool is_schema_name(std::string_view name) {
  if (name == "*" || name == "...") return true;
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) return is_identifier(name);
  return is_identifier(name.substr(0, colon)) && is_identifier(name.substr(colon + 1));
}

bool is_enumerator(std::string_view text) { return is_schema_name(text); }

bool is_common_name(std::string_view text) { return std::find(std::begin(kCommonNames), std::end(kCommonNames), text) != std::end(kCommonNames); }

}  // namespace dm::gnmi
