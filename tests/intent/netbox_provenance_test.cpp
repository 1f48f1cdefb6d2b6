// Each expectation names the NetBox object and the field of it that says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;

const std::string kIf = "/interfaces/interface[name=";
const std::string kDefault = "/network-instances/network-instance[name=default]";
const std::string kBgp = kDefault + "/protocols/protocol[identifier=BGP][name=BGP]/bgp";

TEST(NetBoxProvenance, NamesTheFieldsOfInterfaces) {
  Lab lab;
  InterfaceRow& port = lab.interface("Ethernet1");
  port.description = "host1";
  port.mode = "tagged";
  port.mtu = 9000;
  port.speed = 10'000'000;
  port.duplex = "full";
  port.untagged_vlan = Lab::vlan_brief(1, 40);
  port.tagged_vlans = {Lab::vlan_brief(2, 50)};
  lab.interface("Port-Channel1", "lag").custom_fields["mlag_id"] = Value(7);
  lab.vlan(1, 40, "red");
  lab.map();
  const std::string et1 = kIf + "Ethernet1]", by = "dcim.interface:1 ";
  EXPECT_EQ(lab.from(et1), by + "name");
  EXPECT_EQ(lab.from(et1 + "/config/enabled"), by + "enabled");
  EXPECT_EQ(lab.from(et1 + "/config/description"), by + "description");
  EXPECT_EQ(lab.from(et1 + "/config/mtu"), by + "mtu");
  EXPECT_EQ(lab.from(et1 + "/ethernet/config/port-speed"), by + "speed");
  EXPECT_EQ(lab.from(et1 + "/ethernet/config/duplex-mode"), by + "duplex");
  EXPECT_EQ(lab.from(et1 + "/ethernet/config/aggregate-id"), by + "lag");
  EXPECT_EQ(lab.from(et1 + "/ethernet/switched-vlan/config/interface-mode"), by + "mode");
  EXPECT_EQ(lab.from(et1 + "/ethernet/switched-vlan/config/native-vlan"), by + "untagged_vlan");
  EXPECT_EQ(lab.from(et1 + "/ethernet/switched-vlan/config/trunk-vlans"), by + "tagged_vlans");
  EXPECT_EQ(lab.from(kIf + "Port-Channel1]/aggregation/config/mlag"), "dcim.interface:2 custom_fields.mlag_id");
  EXPECT_EQ(lab.from(kDefault + "/vlans/vlan[vlan-id=40]/config/name"), "ipam.vlan:1 name");
  EXPECT_EQ(lab.from(kDefault + "/vlans/vlan[vlan-id=40]/config/status"), "ipam.vlan:1 status");
  EXPECT_EQ(lab.from(kDefault + "/vlans/vlan[vlan-id=50]"), by + "tagged_vlans");  // no object is known
}

TEST(NetBoxProvenance, NamesTheAddressThatPutsAnInterfaceIntoAVrf) {
  Lab lab;
  lab.vrf(3, "gold");
  lab.address(lab.interface("Ethernet1"), "10.0.0.1/31").vrf = Lab::brief(3, "gold");
  lab.interface("Ethernet2").vrf = Lab::brief(3, "gold");
  lab.map();
  const std::string gold = "/network-instances/network-instance[name=gold]";
  EXPECT_EQ(lab.from(gold + "/interfaces/interface[id=Ethernet1]"), "ipam.ipaddress:500 vrf");
  EXPECT_EQ(lab.from(gold + "/interfaces/interface[id=Ethernet2]"), "dcim.interface:2 vrf");
  EXPECT_EQ(lab.from(gold), "ipam.vrf:3 name");
  EXPECT_EQ(lab.from(kIf + "Ethernet1]/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.0.1]/config/ip"),
            "ipam.ipaddress:500 address");
}

TEST(NetBoxProvenance, NamesWhoSaysTheAs) {
  Lab lab;
  lab.session("10.0.0.2", 65000).local_as = Lab::brief(4, "x");
  lab.tables.sessions[0].local_as.asn = 65001;
  lab.map();
  EXPECT_EQ(lab.from(kBgp + "/global/config/as"), "netbox_bgp.bgpsession:700 local_as");
  const std::string neighbor = kBgp + "/neighbors/neighbor[neighbor-address=10.0.0.2]";
  EXPECT_EQ(lab.from(neighbor), "netbox_bgp.bgpsession:700 remote_address");
  EXPECT_EQ(lab.from(neighbor + "/config/peer-as"), "netbox_bgp.bgpsession:700 remote_as");
  EXPECT_EQ(lab.from(neighbor + "/config/enabled"), "netbox_bgp.bgpsession:700 status");

  lab.device().custom_fields["asn"] = Value(65001);
  lab.map();
  EXPECT_EQ(lab.from(kBgp + "/global/config/as"), "dcim.device:1 custom_fields.asn");
}

TEST(NetBoxProvenance, NamesTheSettingThatSaysAValue) {
  Lab lab;
  lab.options.names.vxlan_udp_port = 4789;
  lab.interface("Loopback1", "virtual");
  lab.map();
  EXPECT_EQ(lab.from(kIf + "Vxlan1]/arista-vxlan/config/udp-port"), "intent.netbox.mapping.vxlan_udp_port ");
  EXPECT_EQ(lab.from(kIf + "Vxlan1]/arista-vxlan/config/src-ip-intf"), "dcim.interface:1 name");
}

}  // namespace
}  // namespace dm::intent::netbox
