// Row 21: the VLANs that a device can have by the scope of their group, as NetBox' own `available_on_device` has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_face.h"
#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;
using testing::HasSubstr;

std::string vlan_path(int vid) {
  return "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=" + std::to_string(vid) + "]";
}

// sw1 in rack 9, in room 5 of building 4 of site 1, whose region 2 lies in region 1 and whose site group is 7.
struct PlacedLab : Lab {
  PlacedLab() {
    options.names.vlans_may_exist = config::VlansMayExist::Site;
    device().location = brief(5, "room");
    device().rack = brief(9, "rack");
    tables.locations = {{4, {}}, {5, brief(4, "building")}, {6, {}}};
    SiteRow& own = site(1, "dc1");
    own.region = brief(2, "city");
    own.group = brief(7, "edge");
    tables.regions = {{1, {}}, {2, brief(1, "country")}, {3, brief(1, "country")}};
    tables.site_groups = {{7, {}}, {8, {}}};
  }
  // A VLAN in a group of this scope.
  VlanRow& scoped(std::uint64_t vid, const std::string& scope_type, std::uint64_t scope_id) {
    VlanGroupRow group;
    group.id = vid;
    group.name = "group" + std::to_string(vid);
    group.scope_type = scope_type;
    group.scope_id = scope_id;
    tables.vlan_groups.push_back(group);
    VlanRow& row = vlan(vid, vid, "v" + std::to_string(vid));
    row.group = brief(vid, group.name);
    return row;
  }
  bool may_exist(int vid) const { return at(vlan_path(vid) + "/config/vlan-id") == one_of({Value(), vid}); }
};

TEST(VlanScopes, AGroupCountsForEverythingBelowItsScope) {
  PlacedLab lab;
  lab.scoped(11, "dcim.region", 2);
  lab.scoped(12, "dcim.region", 1);  // above
  lab.scoped(13, "dcim.sitegroup", 7);
  lab.scoped(14, "dcim.site", 1);
  lab.scoped(15, "dcim.location", 5);
  lab.scoped(16, "dcim.location", 4);  // above
  lab.scoped(17, "dcim.rack", 9);
  lab.scoped(18, "", 0);  // of all places
  lab.map();
  for (int vid = 11; vid <= 18; ++vid) EXPECT_TRUE(lab.may_exist(vid)) << vid;
}

TEST(VlanScopes, AGroupOfAnotherPlaceDoesNotCount) {
  PlacedLab lab;
  lab.scoped(11, "dcim.region", 3);
  lab.scoped(12, "dcim.sitegroup", 8);
  lab.scoped(13, "dcim.site", 2);
  lab.scoped(14, "dcim.location", 6);
  lab.scoped(15, "dcim.rack", 8);
  lab.scoped(16, "virtualization.cluster", 1);
  lab.map();
  for (int vid = 11; vid <= 16; ++vid) EXPECT_FALSE(lab.may_exist(vid)) << vid;
}

TEST(VlanScopes, TheVlansOwnSiteCountsBesides) {
  PlacedLab lab;
  lab.scoped(11, "dcim.site", 2).site = Lab::brief(1, "dc1");
  lab.scoped(12, "dcim.site", 1).site = Lab::brief(2, "dc2");
  lab.scoped(13, "", 0).site = Lab::brief(2, "dc2");
  lab.map();
  EXPECT_TRUE(lab.may_exist(11));
  EXPECT_TRUE(lab.may_exist(12));
  EXPECT_FALSE(lab.may_exist(13));
}

TEST(VlanScopes, WhereGroupsOrPlacesCannotBeReadOnlyTheSiteCounts) {
  PlacedLab lab;
  lab.scoped(11, "dcim.site", 2);
  lab.tables.vlan_groups.clear();
  lab.map();
  EXPECT_TRUE(lab.may_exist(11));  // as before the groups were looked at

  PlacedLab other;
  other.scoped(12, "dcim.region", 1);
  other.scoped(13, "dcim.region", 2);
  other.tables.regions.clear();
  other.map();
  EXPECT_FALSE(other.may_exist(12));
  EXPECT_TRUE(other.may_exist(13));
}

TEST(VlanScopes, ARingOfPlacesEnds) {
  PlacedLab lab;
  lab.tables.regions = {{1, Lab::brief(2, "city")}, {2, Lab::brief(1, "country")}};
  lab.scoped(11, "dcim.region", 1);
  lab.map();
  EXPECT_TRUE(lab.may_exist(11));
}

TEST(VlanScopes, TellTheVlanOfAnSviAndOfAnotherPlace) {
  PlacedLab lab;
  lab.interface("Vlan40", "virtual");
  lab.scoped(1, "dcim.location", 6).vid = 40;
  lab.scoped(2, "dcim.location", 4).vid = 40;
  lab.scoped(3, "", 0).vid = 40;
  lab.map();
  EXPECT_EQ(lab.at(vlan_path(40) + "/config/name"), equal("v2"));
  EXPECT_EQ(lab.warnings(), "");

  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "access";
  port.untagged_vlan = Lab::vlan_brief(60, 60);
  lab.scoped(60, "dcim.location", 6);
  lab.map();
  EXPECT_EQ(lab.at(vlan_path(60) + "/config/name"), equal("v60"));
  EXPECT_THAT(lab.warnings(), HasSubstr("belongs to another place, by the scope of its group (group60) [vlan_of_another_site ipam.vlan:60]"));
}

TEST(VlanScopes, DecideWhereAVlanForAllVtepsIsWanted) {
  PlacedLab lab;
  lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.1/32");
  lab.scoped(50, "dcim.location", 4).tags = {Lab::brief(1, "all-vteps")};
  lab.scoped(60, "dcim.location", 6).tags = {Lab::brief(1, "all-vteps")};
  lab.map();
  EXPECT_TRUE(lab.has_entry(vlan_path(50)));
  EXPECT_FALSE(lab.has_entry(vlan_path(60)));
}

TEST(VlanScopes, ReadTheRecordedGroups) {
  const auto page = read_page<VlanGroupRow>(testing_support::netbox_file("paged50/ipam_vlan-groups_p1.json"));
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->rows.size(), 3U);
  EXPECT_EQ(page->rows[0].scope_type, "dcim.site");
  EXPECT_EQ(page->rows[0].scope_id, 1U);
  EXPECT_THAT(page->rows[0].wrong_fields, testing::IsEmpty());
}

}  // namespace
}  // namespace dm::intent::netbox
