// What is known about each leaf of the compared models: type, set or ordered, secret. Defaults belong
// to the platform (schema/profile.h).
//
// Covers VLANs, interfaces (switched-vlan, LAG, addresses, SVIs, MTU), Arista VXLAN, EVPN, MLAG, BGP,
// network instances, LACP, hostname. A leaf that is not in it is compared as plain JSON values.
// Sources per group: OpenConfig and Arista YANG modules, named in leaf_groups*.cpp. Immutable.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/path.h"
#include "model/value.h"

namespace dm::schema {

enum class LeafKind {
  Unknown,
  Text,
  Bool,
  Unsigned,
  Signed,
  Decimal,    // decimal64, compared as a number
  Enum,
  Identity,   // identityref: the module prefix does not count
  Ip,         // IPv4 or IPv6 address
  IpPrefix,
  Mac,
  VlanSet,    // leaf-list of VLAN ids and ranges "lo..hi", compared as a set of ids
};
std::string_view to_text(LeafKind kind);

struct LeafType {
  std::string_view path;  // schema text, keys left out
  LeafKind kind = LeafKind::Unknown;
  bool is_list = false;     // leaf-list; compared as a set unless is_ordered
  bool is_ordered = false;  // ordered-by user
  bool is_secret = false;   // never compared, never shown
  bool is_config_elsewhere = false;  // configuration although in no `config` container
};

// Index 0 is the unknown leaf. A state leaf and a key leaf beside its entry's `config` have the type of
// their config twin; a leaf the table does not know but whose name says secret is a secret.
std::uint16_t find_leaf(std::string_view schema_text);
const LeafType& leaf_type(std::uint16_t index);
std::span<const LeafType> leaf_types();

// Key names of a list in schema order, empty if the list is not known.
// "/interfaces/interface" -> {"name"}.
std::span<const std::string_view> list_keys(std::string_view list_schema_text);

// The kind of a list's key: Identity keys lose their module, Ip keys are canonicalised.
LeafKind key_kind(std::string_view list_schema_text, std::string_view key_name);

// Puts key names and values into the canonical spelling: `neighbor_address` -> `neighbor-address`,
// identity without module, IPv6 as RFC 5952, numbers without leading zeros. Wildcards stay.
void canonicalise_keys(model::Path& path);

}  // namespace dm::schema
