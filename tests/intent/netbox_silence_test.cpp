// NetBox says little: each kind of silence makes less compared, is told with its reason, and nothing is guessed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox/lists.h"
#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;

// A leaf with everything documented, and a tag that calls its lists complete.
struct FullLab : Lab {
  FullLab() {
    Brief complete = brief(1, "drift:complete");
    device().tags = {complete};
    device().custom_fields["asn"] = Value(65001);
    address(interface("Loopback0", "virtual"), "10.0.250.1/32");
    address(interface("Loopback1", "virtual"), "10.0.255.1/32");
    InterfaceRow& port = interface("Ethernet1");
    port.mode = "access";
    port.untagged_vlan = vlan_brief(1, 40);
    vlan(1, 40, "red").l2vpn = brief(9, "red");
    l2vpn(9, 110040);
    vrf(1, "gold").custom_fields["l3vni"] = Value(100001);
    interface("Ethernet2").vrf = brief(1, "gold");
    address(tables.interfaces.back(), "10.9.0.1/31").vrf = brief(1, "gold");
    session("10.0.0.2", 65000);
  }
  const model::DeviceIntent& intent() const { return *loaded.devices.at(0); }
  std::size_t expected_below(const std::string& part) const {
    const auto is_below = [&part](const auto& item) { return item.path.text().find(part) != std::string::npos; };
    return static_cast<std::size_t>(std::count_if(intent().leaves.begin(), intent().leaves.end(), is_below) +
                                    std::count_if(intent().entries.begin(), intent().entries.end(), is_below));
  }
  // Nothing is said of the list, so no entry of it is an extra one.
  void expect_silent(std::string_view list, const std::string& why) const {
    EXPECT_THAT(intent().not_compared, Contains(Pair(std::string(list), HasSubstr(why))));
    EXPECT_THAT(intent().lists, Not(Contains(Key(std::string(list)))));
    for (const auto& entry : intent().entries) EXPECT_NE(model::schema_text(entry.path.parsed()), list);
  }
};

TEST(NetBoxSilence, NothingIsSilentWhereAllIsDocumented) {
  FullLab lab;
  lab.map();
  for (const std::string_view list : {kInterfaceList, kVlanList, kVlanVniList, kVrfVniList, kInstanceList, kNeighborList}) {
    EXPECT_THAT(lab.intent().not_compared, Not(Contains(Key(std::string(list))))) << list;
  }
}

TEST(NetBoxSilence, WithoutL2vpnsNoVniIsExpectedAndNoneIsExtra) {
  FullLab lab;
  lab.tables.l2vpns.clear();
  lab.tables.vlans[0].l2vpn = {};
  lab.map();
  lab.expect_silent(kVlanVniList, "no L2VPN of a VXLAN type");
  EXPECT_EQ(lab.expected_below("vlan-to-vni"), 0U);
  EXPECT_EQ(lab.expected_below("/arista/eos/evpn"), 0U);
  EXPECT_GT(lab.expected_below("/vlans/vlan[vlan-id=40]"), 0U);
}

TEST(NetBoxSilence, WithoutAPrimaryAddressTheDeviceIsComparedOnceItsAddressIsConfigured) {
  FullLab lab;
  lab.device().primary_ip = {};
  lab.map();
  ASSERT_EQ(lab.loaded.inventory.size(), 1U);
  EXPECT_EQ(lab.loaded.inventory[0].address, "");
  EXPECT_GT(lab.intent().leaves.size(), 10U);
  EXPECT_THAT(lab.warnings(), HasSubstr("it cannot be reached [device dcim.device:1]"));
}

TEST(NetBoxSilence, WithoutVlansOnInterfacesNoVlanIsExpectedAndNoneIsExtra) {
  FullLab lab;
  lab.tables.interfaces[2].mode = "";
  lab.tables.interfaces[2].untagged_vlan = {};
  lab.map();
  lab.expect_silent(kVlanList, "no interface in NetBox names a VLAN");
  EXPECT_EQ(lab.expected_below("/vlans/"), 0U);
  EXPECT_EQ(lab.expected_below("switched-vlan"), 0U);
}

TEST(NetBoxSilence, WithoutTheBgpPluginNoNeighborIsExpectedAndNoneIsExtra) {
  FullLab lab;
  lab.tables.sessions.clear();
  lab.tables.has_bgp = false;
  lab.map();
  lab.expect_silent(kNeighborList, "NetBox has no netbox-bgp");
  EXPECT_EQ(lab.expected_below("/neighbors/"), 0U);
  EXPECT_EQ(lab.expected_below("/peer-groups/"), 0U);
  EXPECT_EQ(lab.expected_below("/global/config/as"), 1U);  // the custom field says it
}

TEST(NetBoxSilence, WithoutAnyL3VniOrVrfNoneIsExpected) {
  FullLab lab;
  lab.tables.vrfs[0].custom_fields.clear();
  lab.map();
  lab.expect_silent(kVrfVniList, "custom field l3vni");

  lab.tables.interfaces.back().vrf = {};
  lab.tables.addresses.back().vrf = {};
  lab.tables.vrfs.clear();
  lab.map();
  EXPECT_THAT(lab.intent().not_compared, Contains(Pair(std::string(kInstanceList), HasSubstr("into a VRF"))));
  EXPECT_EQ(lab.expected_below("network-instance[name=gold]"), 0U);
}

TEST(NetBoxSilence, WithoutAddressesNoAddressIsExpectedAndNoneIsExtra) {
  FullLab lab;
  lab.tables.addresses.clear();
  lab.map();
  for (const std::string_view list : kIpv4Lists) lab.expect_silent(list, "NetBox documents no address of this device");
  for (const std::string_view list : kIpv6Lists) lab.expect_silent(list, "NetBox has no IPv6 address");
  EXPECT_EQ(lab.expected_below("/addresses/"), 0U);
  EXPECT_THAT(lab.intent().not_compared, Contains(Pair(HasSubstr("global/config/router-id"), HasSubstr("Loopback0"))));
}

TEST(NetBoxSilence, WithoutAnAsNoBgpIdentityIsExpected) {
  FullLab lab;
  lab.device().custom_fields.clear();
  lab.map();
  EXPECT_EQ(lab.expected_below("/global/config/"), 0U);
  EXPECT_THAT(lab.intent().not_compared, Contains(Pair(HasSubstr("global/config/as"), "none of its sources says one AS (custom field asn, BGP sessions)")));
}

}  // namespace
}  // namespace dm::intent::netbox
