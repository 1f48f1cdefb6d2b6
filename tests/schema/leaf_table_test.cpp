#include "schema/leaf_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "schema/equality.h"
#include "schema/lab.h"
#include "schema/leaf_groups.h"

namespace dm::schema {
namespace {

using enum LeafKind;
using testing::ElementsAre;

const LeafType& type_of(std::string_view schema_text) { return leaf_type(find_leaf(schema_text)); }

std::string schema_of(const std::string& path) { return model::schema_text(*model::parse_path(path)); }

TEST(LeafTable, KnowsTheLeavesOfTheFourAreas) {
  const std::pair<const char*, LeafKind> kLeaves[] = {
      {"/network-instances/network-instance/vlans/vlan/config/vlan-id", Unsigned},
      {"/network-instances/network-instance/vlans/vlan/config/mac-learning", Bool},
      {"/interfaces/interface/config/type", Identity},
      {"/interfaces/interface/ethernet/config/mac-address", Mac},
      {"/interfaces/interface/aggregation/switched-vlan/config/trunk-vlans", VlanSet},
      {"/interfaces/interface/routed-vlan/ipv6/addresses/address/config/ip", Ip},
      {"/interfaces/interface/arista-vxlan/vlan-to-vnis/vlan-to-vni/config/vni", Unsigned},
      {"/network-instances/network-instance/protocols/protocol/bgp/global/config/as", Unsigned},
      {"/network-instances/network-instance/protocols/protocol/bgp/peer-groups/peer-group/transport/config/local-address", Ip},
      {"/arista/eos/mlag/config/dual-primary-detection-delay", Decimal},
  };
  for (const auto& [path, kind] : kLeaves) EXPECT_EQ(to_text(type_of(path).kind), to_text(kind)) << path;
}

TEST(LeafTable, FindsTheStateTwinAndTheKeyBesideConfig) {
  const auto config = find_leaf("/network-instances/network-instance/vlans/vlan/config/vlan-id");

  EXPECT_NE(config, 0);
  EXPECT_EQ(find_leaf("/network-instances/network-instance/vlans/vlan/state/vlan-id"), config);
  EXPECT_EQ(find_leaf("/network-instances/network-instance/vlans/vlan/vlan-id"), config);
}

TEST(LeafTable, DoesNotKnowTheRest) {
  for (const char* path : {"", "/", "x", "/interfaces/interface/state/counters/in-octets", "/interfaces/interface/nonsense",
                           "/interfaces/interface/config", "/interfaces/interface"}) {
    EXPECT_EQ(find_leaf(path), 0) << path;
  }
  EXPECT_EQ(leaf_type(0).kind, Unknown);
}

TEST(LeafTable, MarksSecretsAlsoOutsideTheTable) {
  EXPECT_TRUE(type_of("/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/config/auth-password").is_secret);
  EXPECT_TRUE(type_of("/system/aaa/authentication/users/user/config/password-hashed").is_secret);
  EXPECT_FALSE(type_of("/system/config/hostname").is_secret);
}

TEST(LeafTable, MarksRouteTargetsAsConfigurationElsewhere) {
  const LeafType& target = type_of("/network-instances/network-instance/protocols/protocol/bgp/global/evpn/import-target");

  EXPECT_TRUE(target.is_config_elsewhere);
  EXPECT_TRUE(target.is_list);
  EXPECT_FALSE(target.is_ordered);
}

TEST(LeafTable, OnlyPoliciesAreOrdered) {
  std::set<std::string> ordered;
  for (const LeafType& type : leaf_types()) {
    if (type.is_ordered) ordered.emplace(type.path.substr(type.path.rfind('/') + 1));
  }

  EXPECT_THAT(ordered, ElementsAre("export-policy", "import-policy"));
}

TEST(LeafTable, EveryListHasItsKeysAmongItsLeaves) {
  for (const ListRow& row : list_rows()) {
    const bool is_old_shape = row.path.find("arista-vxlan/config/") != std::string_view::npos ||
                              row.path.find("arista-vxlan/state/") != std::string_view::npos;
    if (is_old_shape || row.path.ends_with("members/member")) continue;  // no config of their own
    for (const std::string_view key : list_keys(row.path)) {
      EXPECT_EQ(type_of(std::string(row.path) + "/config/" + std::string(key)).kind, key_kind(row.path, key))
          << row.path << " " << key;
    }
  }
}

// What a device sends must fit its kind: a value that stays text in a number's place was mistyped here.
TEST(LeafTable, FitsEveryValueOfTheLab) {
  for (const std::string& device : lab_devices()) {
    for (const LabLeaf& leaf : lab_leaves(device)) {
      const LeafType& type = type_of(schema_of(leaf.path));
      const model::Value value = canonical(type, leaf.value);
      if (type.kind == Unsigned) {
        EXPECT_TRUE(std::holds_alternative<std::uint64_t>(value.data)) << leaf.path;
      }
      if (type.kind == Bool) {
        EXPECT_TRUE(std::holds_alternative<bool>(value.data)) << leaf.path;
      }
      EXPECT_EQ(value.list() != nullptr, type.is_list || leaf.value.list() != nullptr) << leaf.path;
    }
  }
}

TEST(LeafTable, KnowsEveryConfigLeafOfTheLab) {
  std::set<std::string> unknown;
  for (const std::string& device : lab_devices()) {
    for (const LabLeaf& leaf : lab_leaves(device)) {
      const std::string schema = schema_of(leaf.path);
      const bool is_config = schema.find("/config/") != std::string::npos || schema.find("/evpn/") != std::string::npos;
      if (is_config && find_leaf(schema) == 0) unknown.insert(schema);
    }
  }

  EXPECT_THAT(unknown, testing::IsEmpty());
}

TEST(ListKeys, KnowsEveryListOfTheLab) {
  for (const std::string& device : lab_devices()) {
    for (const LabLeaf& leaf : lab_leaves(device)) {
      const model::Path path = *model::parse_path(leaf.path);
      std::string schema;
      for (const model::PathElement& element : path.elements) {
        schema += "/" + element.name;
        ASSERT_EQ(list_keys(schema).size(), element.keys.size()) << leaf.path;
      }
    }
  }
}

TEST(ListKeys, KeepsSchemaOrderAndKnowsNothingElse) {
  EXPECT_THAT(list_keys("/network-instances/network-instance/protocols/protocol"), ElementsAre("identifier", "name"));
  EXPECT_THAT(list_keys("/interfaces"), ElementsAre());
  EXPECT_EQ(key_kind("/interfaces/interface", "nonsense"), Unknown);
  EXPECT_EQ(key_kind("/interfaces", "name"), Unknown);
}

TEST(CanonicaliseKeys, SpellsEachKind) {
  const std::pair<const char*, const char*> kPaths[] = {
      {"/network-instances/network-instance[name=default]/protocols/protocol[identifier=oc-pol:BGP][name=a:b]",
       "/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=a:b]"},
      {"/interfaces/interface[name=Vlan1]/routed-vlan/ipv6/addresses/address[ip=2001:DB8::0:1]",
       "/interfaces/interface[name=Vlan1]/routed-vlan/ipv6/addresses/address[ip=2001:db8::1]"},
      {"/network-instances/network-instance[name=a]/vlans/vlan[vlan_id=0040]",
       "/network-instances/network-instance[name=a]/vlans/vlan[vlan-id=40]"},
      {"/network-instances/network-instance[name=*]/vlans/vlan[vlan-id=*]",
       "/network-instances/network-instance[name=*]/vlans/vlan[vlan-id=*]"},
      {"/nobody/knows[ip=2001:DB8::1]", "/nobody/knows[ip=2001:DB8::1]"},
      {"eos_native:/interfaces/interface[name=0040]", "eos_native:/interfaces/interface[name=0040]"},
  };
  for (const auto& [written, wanted] : kPaths) {
    model::Path path = *model::parse_path(written);
    canonicalise_keys(path);
    EXPECT_EQ(model::to_text(path), wanted);
  }
}

}  // namespace
}  // namespace dm::schema
