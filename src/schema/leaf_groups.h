// The leaves and lists of the compared models, written as groups: what hangs below one or more places.
// Data for schema/leaf_table.h; nobody else needs it. Immutable.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string_view>

#include "schema/leaf_table.h"

namespace dm::schema {

enum LeafFlag : unsigned {
  kSingle = 0,
  kSet = 1,         // leaf-list
  kOrdered = 2,     // leaf-list, ordered-by user
  kSecret = 4,
  kElsewhere = 8,   // configuration outside `config`
};

struct LeafRow {
  std::string_view below;  // relative to each place of the group
  LeafKind kind;
  unsigned flags = kSingle;
};

struct LeafGroup {
  std::span<const std::string_view> places;
  std::span<const LeafRow> leaves;
};

struct ListRow {
  std::string_view path;
  std::array<std::string_view, 2> keys;           // the second may be empty
  std::array<LeafKind, 2> kinds{LeafKind::Text, LeafKind::Text};
};

std::span<const LeafGroup> interface_groups();         // leaf_groups_interfaces.cpp
std::span<const LeafGroup> network_instance_groups();  // leaf_groups_instances.cpp
std::span<const LeafGroup> bgp_groups();               // leaf_groups_bgp.cpp
std::span<const LeafGroup> platform_groups();          // leaf_groups_platform.cpp
std::span<const ListRow> list_rows();                  // list_rows.cpp

}  // namespace dm::schema
