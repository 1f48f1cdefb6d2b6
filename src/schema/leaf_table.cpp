#include "schema/leaf_table.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "core/check.h"
#include "core/text.h"
#include "schema/equality.h"
#include "schema/leaf_groups.h"

namespace dm::schema {
namespace {

constexpr std::uint16_t kUnknownLeaf = 0;
constexpr std::uint16_t kSecretLeaf = 1;  // any leaf outside the table whose name says secret

// Names under which models keep passwords and keys; such a leaf is never compared and never shown.
constexpr std::string_view kSecretNames[] = {"auth-password",   "password",   "password-hashed",
                                             "auth-key",        "secret",     "secret-key",
                                             "secret-key-hashed", "shared-secret", "pre-shared-key",
                                             "hello-authentication-key", "keychain-key", "md5-auth-password"};

// The groups multiplied out, found by schema text.
class Table {
 public:
  Table() {
    types_.push_back({});
    types_.push_back({.path = {}, .kind = LeafKind::Text, .is_secret = true});
    for (const auto groups : {interface_groups(), network_instance_groups(), bgp_groups(), platform_groups()}) {
      for (const LeafGroup& group : groups) add(group);
    }
    for (const ListRow& row : list_rows()) lists_.emplace(row.path, &row);
  }

  std::span<const LeafType> types() const { return types_; }

  std::uint16_t find(std::string_view path) const {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? kUnknownLeaf : found->second;
  }

  const ListRow* list(std::string_view path) const {
    const auto found = lists_.find(path);
    return found == lists_.end() ? nullptr : found->second;
  }

 private:
  void add(const LeafGroup& group) {
    for (const std::string_view place : group.places) {
      for (const LeafRow& row : group.leaves) {
        const std::string& path = paths_.emplace_back(std::string(place).append("/").append(row.below));
        const bool is_new = by_path_.emplace(path, static_cast<std::uint16_t>(types_.size())).second;
        CHECK(is_new, "leaf twice in the leaf table");
        types_.push_back({.path = path,
                          .kind = row.kind,
                          .is_list = (row.flags & (kSet | kOrdered)) != 0,
                          .is_ordered = (row.flags & kOrdered) != 0,
                          .is_secret = (row.flags & kSecret) != 0,
                          .is_config_elsewhere = (row.flags & kElsewhere) != 0});
      }
    }
  }

  std::deque<std::string> paths_;  // stable: the other members hold views of them
  std::vector<LeafType> types_;
  std::unordered_map<std::string_view, std::uint16_t> by_path_;
  std::unordered_map<std::string_view, const ListRow*> lists_;
};

const Table& table() {
  static const Table kTable;
  return kTable;
}

bool has_key(const ListRow& list, std::string_view name) {
  return !name.empty() && (list.keys[0] == name || list.keys[1] == name);
}

// `.../vlan/state/name` -> `.../vlan/config/name`; the innermost `state` counts.
std::uint16_t find_config_twin(std::string_view path) {
  constexpr std::string_view kState = "/state/";
  const std::size_t at = path.rfind(kState);
  if (at == std::string_view::npos) return kUnknownLeaf;
  std::string twin(path.substr(0, at));
  twin.append("/config/").append(path.substr(at + kState.size()));
  return table().find(twin);
}

// `.../vlan/vlan-id` -> `.../vlan/config/vlan-id`.
std::uint16_t find_key_leaf(std::string_view path, std::size_t last_slash) {
  const std::string_view entry = path.substr(0, last_slash), name = path.substr(last_slash + 1);
  const ListRow* list = table().list(entry);
  if (list == nullptr || !has_key(*list, name)) return kUnknownLeaf;
  return table().find(std::string(entry).append("/config/").append(name));
}

std::string canonical_key(LeafKind kind, const std::string& value) {
  if (kind == LeafKind::Text || kind == LeafKind::Unknown) return value;
  const model::Value canonical_value = canonical({.path = {}, .kind = kind}, model::Value(value));
  if (const std::string* text = canonical_value.text()) return *text;
  if (const auto* number = std::get_if<std::uint64_t>(&canonical_value.data)) return std::to_string(*number);
  return value;
}

std::string canonical_key_name(const ListRow& list, const std::string& name) {
  if (has_key(list, name)) return name;
  std::string dashed = name;
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  return has_key(list, dashed) ? dashed : name;
}

LeafKind kind_of_key(const ListRow& list, std::string_view name) {
  if (list.keys[0] == name) return list.kinds[0];
  return list.keys[1] == name ? list.kinds[1] : LeafKind::Unknown;
}

}  // namespace

std::string_view to_text(LeafKind kind) {
  switch (kind) {
    case LeafKind::Unknown: return "unknown";
    case LeafKind::Text: return "text";
    case LeafKind::Bool: return "bool";
    case LeafKind::Unsigned: return "unsigned";
    case LeafKind::Signed: return "signed";
    case LeafKind::Decimal: return "decimal";
    case LeafKind::Enum: return "enum";
    case LeafKind::Identity: return "identity";
    case LeafKind::Ip: return "ip";
    case LeafKind::IpPrefix: return "ip-prefix";
    case LeafKind::Mac: return "mac";
    case LeafKind::VlanSet: return "vlan-set";
  }
  CHECK(false, "unknown leaf kind");
}

std::uint16_t find_leaf(std::string_view schema_text) {
  if (const auto found = table().find(schema_text); found != kUnknownLeaf) return found;
  const std::size_t last_slash = schema_text.rfind('/');
  if (last_slash == std::string_view::npos) return kUnknownLeaf;
  if (const auto twin = find_config_twin(schema_text); twin != kUnknownLeaf) return twin;
  if (const auto key = find_key_leaf(schema_text, last_slash); key != kUnknownLeaf) return key;
  const std::string_view name = schema_text.substr(last_slash + 1);
  const bool is_secret = std::find(std::begin(kSecretNames), std::end(kSecretNames), name) != std::end(kSecretNames);
  return is_secret ? kSecretLeaf : kUnknownLeaf;
}

const LeafType& leaf_type(std::uint16_t index) {
  CHECK(index < table().types().size(), "leaf type index out of range");
  return table().types()[index];
}

std::span<const LeafType> leaf_types() { return table().types(); }

std::span<const std::string_view> list_keys(std::string_view list_schema_text) {
  const ListRow* list = table().list(list_schema_text);
  if (list == nullptr) return {};
  return std::span(list->keys).first(list->keys[1].empty() ? 1 : 2);
}

LeafKind key_kind(std::string_view list_schema_text, std::string_view key_name) {
  const ListRow* list = table().list(list_schema_text);
  return list == nullptr ? LeafKind::Unknown : kind_of_key(*list, key_name);
}

void canonicalise_keys(model::Path& path) {
  if (!path.origin.empty()) return;
  std::string schema;
  for (model::PathElement& element : path.elements) {
    schema.append("/").append(element.name);
    if (element.keys.empty()) continue;
    const ListRow* list = table().list(schema);
    if (list == nullptr) continue;
    for (model::PathKey& key : element.keys) {
      key.name = canonical_key_name(*list, key.name);
      key.value = canonical_key(kind_of_key(*list, key.name), key.value);
    }
    std::sort(element.keys.begin(), element.keys.end());
  }
}

}  // namespace dm::schema
