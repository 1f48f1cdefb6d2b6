// The mapping of devices, interfaces, addresses and VLANs, row by row, and each correction that the
// lab taught (docs/setup/netbox.md).
#include "intent/netbox/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;
using model::ValueList;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kEt1 = "/interfaces/interface[name=Ethernet1]";
const std::string kVlan40 = "/interfaces/interface[name=Vlan40]";
const std::string kDefault = "/network-instances/network-instance[name=default]";

TEST(Mapping, Row1WatchesActiveAndStagedDevicesOnly) {
  for (const char* status : {"active", "staged", ""}) {
    Lab lab;
    lab.device().status = status;
    EXPECT_EQ(lab.map().devices.size(), 1U) << status;
    EXPECT_EQ(lab.loaded.inventory.size(), 1U) << status;
  }
  for (const char* status : {"planned", "offline", "failed", "decommissioning", "inventory"}) {
    Lab lab;
    lab.device().status = status;
    EXPECT_THAT(lab.map().devices, IsEmpty()) << status;
    EXPECT_THAT(lab.loaded.inventory, IsEmpty()) << status;
    EXPECT_THAT(lab.loaded.suspended, testing::ElementsAre(
                                             model::SuspendedDevice{"sw1", std::string("its status is ") + status}));
  }
}

TEST(Mapping, Row2TakesTheHostNameAndSkipsADeviceWithoutName) {
  Lab lab;
  lab.map();
  EXPECT_EQ(lab.at("/system/config/hostname"), equal("sw1"));

  lab.device().name = "";
  EXPECT_THAT(lab.map().devices, IsEmpty());
  EXPECT_THAT(lab.warnings(), HasSubstr("device 1 has no name"));
}

TEST(Mapping, Row3PrefersTheOutOfBandAddressAndKeepsADeviceWithoutAny) {
  Lab lab;
  lab.options.gnmi_port = 6031;
  EXPECT_EQ(lab.map().inventory.at(0).address, "192.0.2.1:6031");

  lab.device().oob_ip.id = 901;
  lab.device().oob_ip.address = "2001:DB8::1/64";
  EXPECT_EQ(lab.map().inventory.at(0).address, "[2001:db8::1]:6031");

  lab.device().oob_ip = lab.device().primary_ip = {};
  EXPECT_EQ(lab.map().inventory.at(0).address, "");
  EXPECT_EQ(lab.loaded.devices.size(), 1U);
  EXPECT_THAT(lab.warnings(), HasSubstr("sw1: it has neither"));
}

TEST(Mapping, Row4WritesInterfaceNamesAsEosDoes) {
  Lab lab;
  lab.interface("Et1");
  lab.interface("po7", "lag");
  lab.interface("Ethernet3/1");
  lab.map();
  EXPECT_TRUE(lab.has_entry(kEt1));
  EXPECT_TRUE(lab.has_entry("/interfaces/interface[name=Port-Channel7]"));
  EXPECT_TRUE(lab.has_entry("/interfaces/interface[name=Ethernet3/1]"));
}

TEST(Mapping, Rows6And7AlwaysManageEnabledAndADescriptionThatIsThere) {
  Lab lab;
  lab.interface("Ethernet1").enabled = false;
  lab.interface("Ethernet2").description = "host2";
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/config/enabled"), equal(false));
  EXPECT_EQ(lab.at(kEt1 + "/config/description"), "-");
  EXPECT_EQ(lab.at(kEt1 + "/config/type"), "-");
  EXPECT_EQ(lab.at("/interfaces/interface[name=Ethernet2]/config/description"), equal("host2"));
}

TEST(Mapping, Row8PutsTheMtuOfRoutedPortsAndSvisBelowIpv4Only) {
  Lab lab;
  lab.interface("Ethernet1").mtu = 9214;
  lab.interface("Vlan40", "virtual").mtu = 9000;
  lab.address(lab.tables.interfaces[0], "10.0.0.1/31");
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/subinterfaces/subinterface[index=0]/ipv4/config/mtu"), equal(9214));
  EXPECT_EQ(lab.at(kEt1 + "/subinterfaces/subinterface[index=0]/ipv6/config/mtu"), "-");
  EXPECT_EQ(lab.at(kEt1 + "/config/mtu"), "-");
  EXPECT_EQ(lab.at(kVlan40 + "/routed-vlan/ipv4/config/mtu"), equal(9000));
  EXPECT_EQ(lab.at(kVlan40 + "/routed-vlan/ipv6/config/mtu"), "-");
}

TEST(Mapping, Row9PutsTheMtuOfSwitchedPortsAtTheInterfaceAndGuessesNoOther) {
  Lab lab;
  lab.interface("Ethernet1").mtu = 9214;
  lab.tables.interfaces[0].mode = "access";
  lab.interface("Ethernet2").mtu = 9214;   // neither switched nor with an address: unknown
  lab.interface("Ethernet3").mtu = 65536;  // NetBox allows it, the leaf does not
  lab.tables.interfaces[2].mode = "access";
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/config/mtu"), equal(9214));
  EXPECT_EQ(lab.at("/interfaces/interface[name=Ethernet2]/config/mtu"), "-");
  EXPECT_EQ(lab.at("/interfaces/interface[name=Ethernet3]/config/mtu"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("MTU 65536"));
}

TEST(Mapping, Row10TranslatesSpeedAndDuplex) {
  Lab lab;
  lab.interface("Ethernet1").speed = 25'000'000;
  lab.tables.interfaces[0].duplex = "auto";
  lab.interface("Ethernet2").duplex = "full";
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/config/port-speed"), equal("SPEED_25GB"));
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/config/auto-negotiate"), equal(true));
  EXPECT_EQ(lab.at("/interfaces/interface[name=Ethernet2]/ethernet/config/duplex-mode"),
            equal("FULL"));
}

TEST(Mapping, Row11WantsNoLagOnPhysicalPortsButNotOnManagement) {
  Lab lab;
  lab.interface("Port-Channel1", "lag");
  lab.interface("Ethernet1").lag = Lab::brief(1, "Po1");
  lab.interface("Ethernet2");
  lab.interface("Ethernet3").mgmt_only = true;
  lab.interface("Management0");
  lab.interface("Loopback0", "virtual");
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/config/aggregate-id"), equal("Port-Channel1"));
  EXPECT_EQ(lab.at("/interfaces/interface[name=Ethernet2]/ethernet/config/aggregate-id"), absent());
  for (const char* name : {"Ethernet3", "Management0", "Loopback0", "Port-Channel1"}) {
    EXPECT_EQ(lab.at(std::string("/interfaces/interface[name=") + name +
                     "]/ethernet/config/aggregate-id"),
              "-")
        << name;
  }
}

TEST(Mapping, Row12MapsAccessPortsOfBothKinds) {
  Lab lab;
  for (const char* name : {"Ethernet1", "Port-Channel1", "Ethernet2"}) {
    InterfaceRow& port = lab.interface(name, name[0] == 'P' ? "lag" : "1000base-t");
    port.mode = "access";
    if (std::string(name) != "Ethernet2") port.untagged_vlan = Lab::vlan_brief(1, 40);
  }
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/interface-mode"), equal("ACCESS"));
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/access-vlan"), equal(40));
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/trunk-vlans"), "-");
  EXPECT_EQ(
      lab.at(
          "/interfaces/interface[name=Port-Channel1]/aggregation/switched-vlan/config/access-vlan"),
      equal(40));
  EXPECT_EQ(
      lab.at("/interfaces/interface[name=Ethernet2]/ethernet/switched-vlan/config/access-vlan"),
      "-");
}

TEST(Mapping, Row13AcceptsTheNativeVlanInsideOrOutsideTheAllowedOnes) {
  Lab lab;
  InterfaceRow& trunk = lab.interface("Ethernet1");
  trunk.mode = "tagged";
  trunk.tagged_vlans = {Lab::vlan_brief(2, 50), Lab::vlan_brief(1, 40)};
  const std::string config = kEt1 + "/ethernet/switched-vlan/config";
  lab.map();
  EXPECT_EQ(lab.at(config + "/interface-mode"), equal("TRUNK"));
  EXPECT_EQ(lab.at(config + "/trunk-vlans"), equal(ValueList{40, 50}));
  EXPECT_EQ(lab.at(config + "/native-vlan"), "-");

  lab.tables.interfaces[0].untagged_vlan = Lab::vlan_brief(3, 45);
  lab.map();
  EXPECT_EQ(lab.at(config + "/native-vlan"), equal(45));
  EXPECT_EQ(lab.at(config + "/trunk-vlans"), one_of({ValueList{40, 50}, ValueList{40, 45, 50}}));

  lab.tables.interfaces[0].untagged_vlan = Lab::vlan_brief(1, 40);
  lab.map();
  EXPECT_EQ(lab.at(config + "/trunk-vlans"), one_of({ValueList{40, 50}, ValueList{50}}));
}

TEST(Mapping, Row13WithoutVlansIsAFindingAndNothingElse) {
  Lab lab;
  lab.interface("Ethernet1").mode = "tagged";
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/interface-mode"), equal("TRUNK"));
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/trunk-vlans"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("tagged without tagged VLANs"));
}

TEST(Mapping, Row14TakesAllVlansOrAbsentAndTheNativeOne) {
  Lab lab;
  InterfaceRow& trunk = lab.interface("Ethernet1");
  trunk.mode = "tagged-all";
  trunk.untagged_vlan = Lab::vlan_brief(1, 40);
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/trunk-vlans"),
            one_of({Value(), ValueList{"1..4094"}}));
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/native-vlan"), equal(40));
}

TEST(Mapping, Row15MapsTunnelPorts) {
  Lab lab;
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "q-in-q";
  port.qinq_svlan = Lab::vlan_brief(1, 700);
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/interface-mode"), equal("DOT1Q-TUNNEL"));
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/access-vlan"), equal(700));
  EXPECT_TRUE(lab.has_entry(kDefault + "/vlans/vlan[vlan-id=700]"));
}

TEST(Mapping, Row17LeavesSwitchingAndAddressesOfMembersToTheirLag) {
  Lab lab;
  lab.interface("Port-Channel1", "lag");
  InterfaceRow& member = lab.interface("Ethernet1");
  member.lag = Lab::brief(1, "Port-Channel1");
  member.mode = "access";
  member.untagged_vlan = Lab::vlan_brief(1, 40);
  member.mtu = 9214;
  lab.address(member, "10.0.0.1/31");
  lab.map();
  EXPECT_EQ(lab.at(kEt1 + "/ethernet/switched-vlan/config/interface-mode"), "-");
  EXPECT_EQ(lab.at(kEt1 + "/config/mtu"), "-");
  EXPECT_FALSE(lab.has_entry(
      kEt1 + "/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.0.1]"));
  EXPECT_FALSE(lab.has_entry(kDefault + "/vlans/vlan[vlan-id=40]"));
  EXPECT_FALSE(lab.has_entry(kDefault + "/interfaces/interface[id=Ethernet1]"));
}

TEST(Mapping, Row18PutsOnlyRoutedInterfacesIntoAnInstance) {
  Lab lab;
  lab.vrf(1, "gold");
  lab.interface("Ethernet1");  // no address, no VRF
  lab.interface("Ethernet2");
  lab.interface("Ethernet3").vrf = Lab::brief(1, "gold");
  lab.interface("Ethernet4");
  lab.address(lab.tables.interfaces[1], "10.0.0.1/31");
  lab.address(lab.tables.interfaces[3], "10.0.0.3/31").vrf = Lab::brief(1, "gold");
  lab.map();
  EXPECT_FALSE(lab.has_entry(kDefault + "/interfaces/interface[id=Ethernet1]"));
  EXPECT_EQ(lab.at(kDefault + "/interfaces/interface[id=Ethernet2]/config/id"), equal("Ethernet2"));
  for (const char* id : {"Ethernet3", "Ethernet4"}) {
    EXPECT_TRUE(lab.has_entry(
        std::string("/network-instances/network-instance[name=gold]/interfaces/interface[id=") +
        id + "]"));
  }
}

TEST(Mapping, Row18SaysNothingWhereInterfaceAndAddressContradictEachOther) {
  Lab lab;
  lab.vrf(1, "gold");
  lab.interface("Ethernet1").vrf = Lab::brief(1, "gold");
  lab.address(lab.tables.interfaces[0], "10.0.0.1/31");
  lab.interface("Ethernet2");
  lab.address(lab.tables.interfaces[1], "10.0.0.3/31").vrf = Lab::brief(1, "gold");
  lab.address(lab.tables.interfaces[1], "10.0.0.5/31");
  lab.map();
  EXPECT_THAT(lab.warnings(),
              HasSubstr("Ethernet1: the interface and its addresses are in different VRFs"));
  EXPECT_THAT(lab.warnings(),
              HasSubstr("Ethernet2: the interface and its addresses are in different VRFs"));
  for (const auto& entry : lab.loaded.devices[0]->entries) {
    EXPECT_THAT(model::schema_text(entry.path.parsed()),
                Not(testing::EndsWith("network-instance/interfaces/interface")));
  }
}

TEST(Mapping, Row19PutsASubinterfaceBelowItsParentAndDemandsNoVlanOfTheSwitch) {
  Lab lab;
  lab.interface("Ethernet1");
  InterfaceRow& sub = lab.interface("Ethernet1.100", "virtual");
  sub.parent = Lab::brief(1, "Ethernet1");
  sub.description = "customer";
  sub.mode = "tagged";
  sub.untagged_vlan = Lab::vlan_brief(1, 100);
  lab.vlan(1, 100, "customer");
  lab.address(sub, "10.9.0.1/30");
  lab.map();
  const std::string path = kEt1 + "/subinterfaces/subinterface[index=100]";
  EXPECT_TRUE(lab.has_entry(path));
  EXPECT_FALSE(lab.has_entry("/interfaces/interface[name=Ethernet1.100]"));
  EXPECT_EQ(lab.at(path + "/config/description"), equal("customer"));
  EXPECT_EQ(lab.at(path + "/vlan/match/single-tagged/config/vlan-id"), equal(100));
  EXPECT_TRUE(lab.has_entry(path + "/ipv4/addresses/address[ip=10.9.0.1]"));
  EXPECT_TRUE(lab.has_entry(kDefault + "/interfaces/interface[id=Ethernet1.100]"));
  EXPECT_FALSE(lab.has_entry(kDefault + "/vlans/vlan[vlan-id=100]"));
}

TEST(Mapping, Row20WantsActiveVlansAndAllowsReservedAndDeprecatedOnes) {
  Lab lab;
  lab.vlan(1, 40, "red");
  lab.vlan(2, 50, "reserved").status = "reserved";
  lab.vlan(3, 60, "old").status = "deprecated";
  lab.vlan(4, 70, "two words");
  InterfaceRow& trunk = lab.interface("Ethernet1");
  trunk.mode = "tagged";
  trunk.tagged_vlans = {Lab::vlan_brief(1, 40), Lab::vlan_brief(2, 50), Lab::vlan_brief(3, 60),
                        Lab::vlan_brief(4, 70)};
  lab.map();
  const auto path = [](int vid) {
    return kDefault + "/vlans/vlan[vlan-id=" + std::to_string(vid) + "]";
  };
  EXPECT_TRUE(lab.has_entry(path(40)));
  EXPECT_EQ(lab.at(path(40) + "/config/vlan-id"), equal(40));
  EXPECT_EQ(lab.at(path(40) + "/config/name"), equal("red"));
  EXPECT_EQ(lab.at(path(40) + "/config/status"), equal("ACTIVE"));
  for (const int vid : {50, 60}) {
    EXPECT_FALSE(lab.is_unmanaged(path(vid)));
    EXPECT_FALSE(lab.has_entry(path(vid)));
    EXPECT_EQ(lab.at(path(vid) + "/config/vlan-id"), one_of({Value(), vid}));
  }
  EXPECT_EQ(lab.at(path(50) + "/config/status"), one_of({Value(), "SUSPENDED", "ACTIVE"}));
  EXPECT_EQ(lab.at(path(50) + "/config/name"), one_of({Value(), "reserved"}));
  EXPECT_EQ(lab.at(path(60) + "/config/status"), one_of({Value(), "SUSPENDED"}));
  EXPECT_EQ(lab.from(path(60) + "/config/status"), "ipam.vlan:3 status");
  EXPECT_THAT(lab.warnings(), HasSubstr("VLAN 60 is deprecated"));
  EXPECT_TRUE(lab.has_entry(path(70)));
  EXPECT_EQ(lab.at(path(70) + "/config/name"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("two words"));
}

TEST(Mapping, Row20LetsTheVniGoWithADeprecatedVlan) {
  Lab lab;
  lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.1/32");
  lab.l2vpn(1, 10060).import_targets = {Lab::brief(1, "65000:10060")};
  VlanRow& vlan = lab.vlan(3, 60, "old");
  vlan.status = "deprecated";
  vlan.l2vpn = Lab::brief(1, "l2vpn1");
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "access";
  port.untagged_vlan = Lab::vlan_brief(3, 60);
  lab.map();
  const std::string vni = "/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=60]";
  EXPECT_FALSE(lab.has_entry(vni));
  EXPECT_EQ(lab.at(vni + "/config/vni"), one_of({Value(), 10060}));
  EXPECT_TRUE(lab.is_unmanaged("/arista/eos/evpn/evpn-instances/evpn-instance[name=60]"));
}

TEST(Mapping, Row21AllowsTheVlansOfTheSiteWhereThatIsSet) {
  Lab lab;
  lab.vlan(1, 40, "used").site = lab.device().site;
  lab.vlan(2, 50, "mine").site = lab.device().site;
  lab.vlan(3, 60, "anywhere");
  lab.vlan(4, 70, "far").site = Lab::brief(99, "dc99");
  lab.vlan(5, 80, "old").status = "deprecated";
  lab.vlan(6, 90, "one");
  lab.vlan(7, 90, "another");
  lab.vlan(8, 95, "two words");
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "access";
  port.untagged_vlan = Lab::vlan_brief(1, 40);
  const auto path = [](int vid) {
    return kDefault + "/vlans/vlan[vlan-id=" + std::to_string(vid) + "]";
  };
  lab.map();
  EXPECT_EQ(lab.at(path(50) + "/config/vlan-id"), "-");

  lab.options.names.vlans_may_exist = config::VlansMayExist::Site;
  lab.map();
  EXPECT_TRUE(lab.has_entry(path(40)));
  EXPECT_EQ(lab.at(path(40) + "/config/vlan-id"), equal(40));
  for (const int vid : {50, 60, 80, 95}) {
    EXPECT_FALSE(lab.has_entry(path(vid)));
    EXPECT_EQ(lab.at(path(vid) + "/config/vlan-id"), one_of({Value(), vid}));
  }
  EXPECT_EQ(lab.at(path(50) + "/config/name"), one_of({Value(), "mine"}));
  EXPECT_EQ(lab.at(path(50) + "/config/status"), one_of({Value(), "ACTIVE"}));
  EXPECT_EQ(lab.from(path(50) + "/config/vlan-id"), "ipam.vlan:2 vid");
  EXPECT_EQ(lab.at(path(80) + "/config/status"), one_of({Value(), "SUSPENDED"}));
  EXPECT_EQ(lab.at(path(70) + "/config/vlan-id"), "-");
  EXPECT_TRUE(lab.is_unmanaged(path(90)));
  EXPECT_EQ(lab.warnings(), "");  // nothing of the device names them
}

TEST(Mapping, Row21FindsTheVlanOfAnSviByTheDevicesSite) {
  Lab lab;
  lab.interface("Vlan40", "virtual");
  lab.vlan(1, 40, "elsewhere").site = Lab::brief(2, "dc2");
  lab.vlan(2, 40, "here").site = Lab::brief(1, "dc1");
  lab.map();
  EXPECT_EQ(lab.at(kDefault + "/vlans/vlan[vlan-id=40]/config/name"), equal("here"));
  EXPECT_EQ(lab.at(kVlan40 + "/routed-vlan/config/vlan"), equal(40));

  lab.vlan(3, 40, "also here").site = Lab::brief(1, "dc1");
  lab.map();
  EXPECT_TRUE(lab.has_entry(kDefault + "/vlans/vlan[vlan-id=40]"));
  EXPECT_EQ(lab.at(kDefault + "/vlans/vlan[vlan-id=40]/config/name"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("2 VLAN objects could be meant"));
}

TEST(Mapping, Row21TwoObjectsOfOneVidOnADeviceAreAFinding) {
  Lab lab;
  lab.vlan(1, 40, "a");
  lab.vlan(2, 40, "b");
  for (const std::uint64_t id : {1U, 2U}) {
    InterfaceRow& port = lab.interface("Ethernet" + std::to_string(id));
    port.mode = "access";
    port.untagged_vlan = Lab::vlan_brief(id, 40);
  }
  lab.map();
  EXPECT_TRUE(lab.has_entry(kDefault + "/vlans/vlan[vlan-id=40]"));
  EXPECT_EQ(lab.at(kDefault + "/vlans/vlan[vlan-id=40]/config/name"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("2 different VLAN objects"));
}

TEST(Mapping, ListsWithoutAnyDataAreUnfilled) {
  Lab lab;
  lab.interface("Ethernet1");
  lab.map();
  const auto& unfilled = lab.loaded.devices[0]->not_compared;
  for (const char* list : {"bgp/neighbors/neighbor", "vlans/vlan", "vlan-to-vni", "vrf-to-vni",
                           "ipv4/addresses/address", "ipv6/addresses/address"}) {
    EXPECT_THAT(unfilled, Contains(testing::Key(HasSubstr(list))));
  }
  EXPECT_THAT(unfilled, Not(Contains(testing::Key("/interfaces/interface"))));

  Lab empty;
  empty.map();
  EXPECT_THAT(empty.loaded.devices[0]->not_compared, Contains(testing::Key("/interfaces/interface")));
  EXPECT_THAT(empty.warnings(), HasSubstr("documents no interface"));
}

TEST(Mapping, LinksPointToTheConfiguredHost) {
  Lab lab;
  lab.options.base_url = "https://netbox.example/base";
  lab.interface("Ethernet1").display_url = "http://10.1.1.1:8000/base/dcim/interfaces/1/";
  lab.map();
  for (const auto& leaf : lab.loaded.devices[0]->leaves) {
    if (!leaf.path.text().starts_with(kEt1)) continue;
    EXPECT_EQ(leaf.from, (model::Provenance{"netbox", "dcim.interface:1",
                                            "https://netbox.example/base/dcim/interfaces/1/", leaf.from.field}));
  }
}

TEST(Mapping, ASecondDeviceOfOneNameIsNotWatched) {
  Lab lab;
  lab.tables.devices.push_back(lab.device());
  lab.tables.devices.back().id = 2;
  lab.map();
  EXPECT_EQ(lab.loaded.devices.size(), 1U);
  EXPECT_THAT(lab.warnings(), HasSubstr("second device of that name"));
}

}  // namespace
}  // namespace dm::intent::netbox
