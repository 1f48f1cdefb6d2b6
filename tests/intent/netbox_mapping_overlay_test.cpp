// The mapping of VNIs, VRFs, BGP and MLAG, row by row (docs/setup/netbox.md).
#include "intent/netbox/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;
using testing::HasSubstr;

const std::string kDefault = "/network-instances/network-instance[name=default]";
const std::string kBgp = kDefault + "/protocols/protocol[identifier=BGP][name=BGP]/bgp";
const std::string kNeighbor = kBgp + "/neighbors/neighbor[neighbor-address=10.0.0.2]";

// A switch that carries VLAN 40 with VNI 110040, with or without a VTEP.
Lab vxlan_lab(bool is_vtep) {
  Lab lab;
  if (is_vtep) lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.11/32");
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "access";
  port.untagged_vlan = Lab::vlan_brief(1, 40);
  lab.vlan(1, 40, "red").l2vpn = Lab::brief(9, "red");
  L2vpnRow& l2vpn = lab.l2vpn(9, 110040);
  l2vpn.import_targets = {Lab::brief(1, "40:110040")};
  l2vpn.export_targets = {Lab::brief(1, "40:110040"), Lab::brief(2, "1:1")};
  return lab;
}
const std::string kVni =
    "/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=40]";
const std::string kEvpn =
    "/arista/eos/evpn/evpn-instances/evpn-instance[name=40]/route-target/config";

TEST(Mapping, Rows27And32TellVnisAndRouteTargetsOnVtepsOnly) {
  Lab leaf = vxlan_lab(true);
  leaf.map();
  EXPECT_TRUE(leaf.has_entry(kVni));
  EXPECT_EQ(leaf.at(kVni + "/config/vlan"), equal(40));
  EXPECT_EQ(leaf.at(kVni + "/config/vni"), equal(110040));
  EXPECT_EQ(leaf.at(kEvpn + "/import"), set_of({"40:110040"}));
  EXPECT_EQ(leaf.at(kEvpn + "/export"), set_of({"1:1", "40:110040"}));

  Lab access = vxlan_lab(false);
  access.map();
  EXPECT_TRUE(access.has_entry(kDefault + "/vlans/vlan[vlan-id=40]"));
  EXPECT_FALSE(access.has_entry(kVni));
  EXPECT_EQ(access.at(kEvpn + "/import"), "-");
}

TEST(Mapping, ATagPlacesAVniOnVtepsThatHaveNoPortForIt) {
  const auto lab_with = [](bool is_vtep, const std::string& tag, std::uint64_t site) {
    Lab lab = vxlan_lab(is_vtep);
    lab.tables.interfaces.back().untagged_vlan = {};
    lab.tables.interfaces.back().mode = "";
    lab.tables.vlans[0].tags = {Lab::brief(5, tag)};
    if (site != 0) lab.tables.vlans[0].site = Lab::brief(site, "dc");
    lab.map();
    return lab;
  };

  for (const std::uint64_t site : {0U, 1U}) {
    const Lab leaf = lab_with(true, "all-vteps", site);
    EXPECT_TRUE(leaf.has_entry(kDefault + "/vlans/vlan[vlan-id=40]"));
    EXPECT_EQ(leaf.at(kVni + "/config/vni"), equal(110040));
  }
  EXPECT_FALSE(lab_with(true, "all-vteps", 2).has_entry(kVni));
  EXPECT_FALSE(lab_with(true, "another", 0).has_entry(kVni));
  EXPECT_FALSE(lab_with(false, "all-vteps", 0).has_entry(kDefault + "/vlans/vlan[vlan-id=40]"));
}

TEST(Mapping, TwoTaggedVlansOfOneIdAreAFinding) {
  Lab lab = vxlan_lab(true);
  lab.tables.interfaces.back().untagged_vlan = {};
  lab.tables.vlans[0].tags = {Lab::brief(5, "all-vteps")};
  lab.vlan(2, 40, "blue").tags = {Lab::brief(5, "all-vteps")};
  lab.map();
  EXPECT_TRUE(lab.has_entry(kDefault + "/vlans/vlan[vlan-id=40]"));
  EXPECT_FALSE(lab.has_entry(kVni));
  EXPECT_THAT(lab.warnings(), HasSubstr("VLAN 40"));
}

TEST(Mapping, Row27MindsTypeStatusAndRangeOfTheL2vpn) {
  Lab mpls = vxlan_lab(true);
  mpls.tables.l2vpns[0].type = "mpls-evpn";
  mpls.map();
  EXPECT_FALSE(mpls.has_entry(kVni));
  EXPECT_FALSE(mpls.is_unmanaged(kVni));

  Lab planned = vxlan_lab(true);
  planned.tables.l2vpns[0].status = "planned";
  planned.map();
  EXPECT_TRUE(planned.is_unmanaged(kVni));

  Lab leaving = vxlan_lab(true);
  leaving.tables.l2vpns[0].status = "decommissioning";
  leaving.map();
  EXPECT_EQ(leaving.at(kVni + "/config/vni"), absent());
  EXPECT_THAT(leaving.warnings(), HasSubstr("decommissioned"));

  Lab no_status = vxlan_lab(true);  // NetBox 4.2 has none
  no_status.tables.l2vpns[0].status = "";
  no_status.map();
  EXPECT_TRUE(no_status.has_entry(kVni));

  for (const std::optional<std::int64_t> identifier :
       {std::optional<std::int64_t>(), std::optional<std::int64_t>(0),
        std::optional<std::int64_t>(16'777'216), std::optional<std::int64_t>(-5)}) {
    Lab wrong = vxlan_lab(true);
    wrong.tables.l2vpns[0].identifier = identifier;
    wrong.map();
    EXPECT_TRUE(wrong.is_unmanaged(kVni));
    EXPECT_THAT(wrong.warnings(), HasSubstr("is no VNI"));
  }
}

TEST(Mapping, Row27IsSilentWhereTheL2vpnCannotBeRead) {
  Lab lab = vxlan_lab(true);
  lab.tables.l2vpns.clear();
  lab.map();
  EXPECT_FALSE(lab.has_entry(kVni));
  EXPECT_THAT(lab.warnings(), HasSubstr("cannot read its L2VPN"));
}

TEST(Mapping, Row27FindsTwoL2vpnsWithOneIdentifier) {
  Lab lab = vxlan_lab(true);
  lab.l2vpn(10, 110040);
  lab.map();
  EXPECT_THAT(lab.warnings(), HasSubstr("share the identifier 110040"));
}

const std::string kGold = "/network-instances/network-instance[name=gold]";
const std::string kGoldVni =
    "/interfaces/interface[name=Vxlan1]/arista-vxlan/vrf-to-vnis/vrf-to-vni[vrf=gold]";
const std::string kGoldEvpn =
    kGold + "/protocols/protocol[identifier=BGP][name=BGP]/bgp/global/evpn";

Lab vrf_lab(bool is_vtep) {
  Lab lab;
  if (is_vtep) lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.11/32");
  VrfRow& gold = lab.vrf(1, "gold");
  gold.custom_fields["l3vni"] = Value(100001);
  gold.import_targets = {Lab::brief(1, "1:100001")};
  gold.export_targets = {Lab::brief(1, "1:100001")};
  lab.vrf(2, "unused");
  lab.address(lab.interface("Vlan40", "virtual"), "10.40.0.2/24").vrf = Lab::brief(1, "gold");
  return lab;
}

TEST(Mapping, Rows28To31TellTheVrfsInUse) {
  Lab lab = vrf_lab(true);
  lab.map();
  EXPECT_TRUE(lab.has_entry(kDefault));
  EXPECT_EQ(lab.at(kDefault + "/config/type"), equal("DEFAULT_INSTANCE"));
  EXPECT_TRUE(lab.has_entry(kGold));
  EXPECT_EQ(lab.at(kGold + "/config/name"), equal("gold"));
  EXPECT_EQ(lab.at(kGold + "/config/type"), equal("L3VRF"));
  EXPECT_EQ(lab.at(kGold + "/config/route-distinguisher"), "-");
  EXPECT_FALSE(lab.has_entry("/network-instances/network-instance[name=unused]"));
  EXPECT_EQ(lab.at(kGoldVni + "/config/vrf"), equal("gold"));
  EXPECT_EQ(lab.at(kGoldVni + "/config/vni"), equal(100001));
  EXPECT_EQ(lab.at(kGoldEvpn + "/import-target"), set_of({"1:100001"}));
  EXPECT_EQ(lab.at(kGoldEvpn + "/export-target"), set_of({"1:100001"}));
}

TEST(Mapping, Row28WantsNoVniWithoutAVtepOrWithANonsenseOne) {
  Lab access = vrf_lab(false);
  access.map();
  EXPECT_TRUE(access.has_entry(kGold));
  EXPECT_FALSE(access.has_entry(kGoldVni));
  EXPECT_EQ(access.at(kGoldEvpn + "/import-target"), "-");

  Lab nonsense = vrf_lab(true);
  nonsense.tables.vrfs[0].custom_fields["l3vni"] = Value("many");
  nonsense.map();
  EXPECT_TRUE(nonsense.is_unmanaged(kGoldVni));
  EXPECT_THAT(nonsense.warnings(), HasSubstr("'many' is no VNI"));
}

TEST(Mapping, Row31RefusesNonsenseRouteTargets) {
  Lab lab = vrf_lab(true);
  lab.tables.vrfs[0].import_targets.push_back(Lab::brief(2, "red"));
  lab.map();
  EXPECT_EQ(lab.at(kGoldEvpn + "/import-target"), "-");
  EXPECT_NE(lab.at(kGoldEvpn + "/export-target"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("'red' is no route target"));
}

bool is_unfilled(const Lab& lab, const std::string& list) {
  return lab.loaded.devices.front()->not_compared.contains(list);
}

TEST(Mapping, Row30TakesNoVrfListAsCompleteThatHoldsOnlyDefault) {
  Lab without;
  without.vrf(1, "gold");  // somewhere in NetBox, not on this switch
  without.address(without.interface("Ethernet1"), "10.0.0.1/31");
  without.map();
  EXPECT_TRUE(is_unfilled(without, "/network-instances/network-instance"));

  Lab with = vrf_lab(false);
  with.map();
  EXPECT_FALSE(is_unfilled(with, "/network-instances/network-instance"));
}

// `vrf instance MGMT` with Management1 in it is usual, and usually not in NetBox.
TEST(Mapping, Row18SaysNothingOfAManagementPortWithoutVrf) {
  Lab lab;
  InterfaceRow& port = lab.interface("Management1");
  port.mgmt_only = true;
  lab.address(port, "192.0.2.1/24");
  lab.map();
  EXPECT_FALSE(lab.has_entry(kDefault + "/interfaces/interface[id=Management1]"));

  const std::string mgmt = "/network-instances/network-instance[name=MGMT]";
  lab.options.names.management_vrf = "MGMT";
  lab.map();
  EXPECT_TRUE(lab.has_entry(mgmt));
  EXPECT_TRUE(lab.has_entry(mgmt + "/interfaces/interface[id=Management1]"));
  EXPECT_TRUE(is_unfilled(lab, "/network-instances/network-instance"));

  lab.vrf(1, "oob");
  lab.tables.interfaces.back().vrf = Lab::brief(1, "oob");
  lab.tables.addresses.back().vrf = Lab::brief(1, "oob");
  lab.map();
  EXPECT_FALSE(lab.has_entry(mgmt));
  EXPECT_TRUE(lab.has_entry("/network-instances/network-instance[name=oob]/interfaces/interface[id=Management1]"));
}

TEST(Mapping, Row30JoinsVrfsByIdAndTellsReusedNames) {
  Lab lab = vrf_lab(true);
  lab.vrf(3, "gold").custom_fields["l3vni"] = Value(5);
  lab.map();
  EXPECT_EQ(lab.at(kGoldVni + "/config/vni"), equal(100001));
  EXPECT_THAT(lab.warnings(), HasSubstr("VRF gold: several VRFs have this name"));

  lab.address(lab.tables.interfaces[1], "10.41.0.2/24").vrf = Lab::brief(3, "gold");
  lab.map();
  EXPECT_TRUE(lab.has_entry(kGold));
  EXPECT_EQ(lab.at(kGoldVni + "/config/vni"), "-");
}

TEST(Mapping, Row29TakesTheVtepsSourceAndPortFromTheSettings) {
  const std::string config = "/interfaces/interface[name=Vxlan1]/arista-vxlan/config";
  Lab lab = vxlan_lab(true);
  lab.map();
  EXPECT_EQ(lab.at(config + "/src-ip-intf"), equal("Loopback1"));
  EXPECT_EQ(lab.at(config + "/udp-port"), "-");

  lab.options.names.vxlan_udp_port = 4789;
  lab.map();
  EXPECT_EQ(lab.at(config + "/udp-port"), equal(4789));

  lab.options.names.vtep_interface = "Loopback7";
  lab.map();
  EXPECT_EQ(lab.at(config + "/src-ip-intf"), "-");
  EXPECT_FALSE(lab.has_entry(kVni));
}

TEST(Mapping, Row33TakesTheAsFromTheFieldElseFromAllSessionsAlike) {
  Lab lab;
  lab.address(lab.interface("Loopback0", "virtual"), "10.0.250.1/32");
  lab.map();
  EXPECT_EQ(lab.at(kBgp + "/global/config/as"), "-");
  EXPECT_EQ(lab.at(kBgp + "/global/config/router-id"), "-");  // no BGP here

  lab.device().custom_fields["asn"] = Value(65001);
  lab.map();
  EXPECT_EQ(lab.at(kBgp + "/global/config/as"), equal(65001));
  EXPECT_EQ(lab.at(kBgp + "/global/config/router-id"), equal("10.0.250.1"));

  lab.device().custom_fields["asn"] = Value("1.10");
  lab.map();
  EXPECT_EQ(lab.at(kBgp + "/global/config/as"), equal(65546));

  lab.device().custom_fields.clear();
  lab.session("10.0.0.2/31", 65002).local_as.asn = 65009;
  lab.map();
  EXPECT_EQ(lab.at(kBgp + "/global/config/as"), equal(65009));

  lab.session("10.0.0.4/31", 65002).local_as.asn = 65010;
  lab.map();
  EXPECT_EQ(lab.at(kBgp + "/global/config/as"), "-");
}

TEST(Mapping, Row34TellsANeighborAndLetsAGroupsMemberInheritItsAs) {
  Lab lab;
  lab.session("10.0.0.2/31", 65002);
  lab.map();
  EXPECT_TRUE(lab.has_entry(kNeighbor));
  EXPECT_EQ(lab.at(kNeighbor + "/config/neighbor-address"), equal("10.0.0.2"));
  EXPECT_EQ(lab.at(kNeighbor + "/config/enabled"), equal(true));
  EXPECT_EQ(lab.at(kNeighbor + "/config/peer-as"), equal(65002));
  EXPECT_EQ(lab.at(kNeighbor + "/config/peer-group"), "-");
  EXPECT_EQ(lab.at(kNeighbor + "/config/description"), "-");
  EXPECT_EQ(lab.at(kNeighbor + "/config/local-as"), "-");

  SessionRow& session = lab.tables.sessions[0];
  session.peer_group = Lab::brief(1, "underlay");
  session.description = "to spine";
  session.local_as.asn = 65077;
  lab.device().custom_fields["asn"] = Value(65001);
  lab.map();
  EXPECT_EQ(lab.at(kNeighbor + "/config/peer-as"), one_of({Value(), 65002}));
  EXPECT_EQ(lab.at(kNeighbor + "/config/peer-group"), equal("underlay"));
  EXPECT_EQ(lab.at(kNeighbor + "/config/description"), equal("to spine"));
  EXPECT_EQ(lab.at(kNeighbor + "/config/local-as"), equal(65077));
}

TEST(Mapping, Row34TellsAGroupsAsWhereItsSessionsAgree) {
  const std::string group = kBgp + "/peer-groups/peer-group[peer-group-name=underlay]/config/peer-as";
  Lab lab;
  lab.session("10.0.0.2/31", 65000).peer_group = Lab::brief(1, "underlay");
  lab.session("10.0.0.4/31", 65000).peer_group = Lab::brief(1, "underlay");
  lab.session("10.0.0.6/31", 65009);
  lab.map();
  EXPECT_EQ(lab.at(group), one_of({Value(), 65000}));  // or its members carry it

  lab.tables.sessions[1].remote_as.asn = 65001;
  lab.map();
  EXPECT_EQ(lab.at(group), "-");
}

TEST(Mapping, Row34FindsTheVrfThroughTheLocalAddress) {
  Lab lab;
  lab.vrf(1, "gold");
  AddressRow& local = lab.address(lab.interface("Vlan40", "virtual"), "10.40.0.2/24");
  local.vrf = Lab::brief(1, "gold");
  lab.session("10.40.0.9/24", 64999).local_address.id = local.id;
  lab.map();
  EXPECT_TRUE(lab.has_entry(kGold + "/protocols/protocol[identifier=BGP][name=BGP]/bgp/neighbors/"
                                    "neighbor[neighbor-address=10.40.0.9]"));
}

TEST(Mapping, Row34MindsTheStatusOfASession) {
  const auto with = [](const char* status) {
    Lab lab;
    lab.session("10.0.0.2/31", 65002).status = status;
    lab.map();
    return lab;
  };
  EXPECT_EQ(with("failed").at(kNeighbor + "/config/enabled"), equal(true));
  EXPECT_EQ(with("offline").at(kNeighbor + "/config/enabled"), equal(false));
  const Lab planned = with("planned");
  EXPECT_TRUE(planned.is_unmanaged(kNeighbor));
  EXPECT_FALSE(planned.has_entry(kNeighbor));
}

TEST(Mapping, Row34TellsIncompleteAndRepeatedSessions) {
  Lab lab;
  lab.session("", 65002);
  lab.session("10.0.0.2/31", 65002);
  lab.session("10.0.0.2/31", 65003).name = "twin";
  lab.session("10.0.0.4/31", 65004).device = {};
  lab.session("10.0.0.6/31", 0).remote_as = {};
  lab.map();
  EXPECT_THAT(lab.warnings(), HasSubstr("has no remote address"));
  EXPECT_THAT(lab.warnings(), HasSubstr("'twin': another session has the neighbor 10.0.0.2"));
  EXPECT_THAT(lab.warnings(), HasSubstr("names no device"));
  EXPECT_THAT(lab.warnings(), HasSubstr("has no remote AS"));
  EXPECT_EQ(lab.at(kNeighbor + "/config/peer-as"), equal(65002));
}

TEST(Mapping, Row37TellsTheMlagDomain) {
  Lab lab;
  auto& fields = lab.device().custom_fields;
  fields["mlag_domain_id"] = Value("leafs");
  fields["mlag_peer_address"] = Value("10.0.199.255");
  fields["mlag_local_address"] = Value("10.0.199.254");
  lab.address(lab.interface("Vlan4090", "virtual"), "10.0.199.254/31");
  lab.interface("Port-Channel999", "lag").custom_fields["mlag_peer_link"] = Value(true);
  lab.interface("Port-Channel1", "lag").custom_fields["mlag_id"] = Value(1);
  lab.interface("Port-Channel2", "lag").custom_fields["mlag_id"] = Value(2001);
  lab.map();
  const std::string config = "/arista/eos/mlag/config";
  EXPECT_EQ(lab.at(config + "/domain-id"), equal("leafs"));
  EXPECT_EQ(lab.at(config + "/peer-address"), equal("10.0.199.255"));
  EXPECT_EQ(lab.at(config + "/local-intf"), equal("Vlan4090"));
  EXPECT_EQ(lab.at(config + "/peer-link-intf"), equal("Port-Channel999"));
  EXPECT_EQ(lab.at("/interfaces/interface[name=Port-Channel1]/aggregation/config/mlag"), equal(1));
  EXPECT_EQ(lab.at("/interfaces/interface[name=Port-Channel2]/aggregation/config/mlag"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("MLAG id 2001"));
}

}  // namespace
}  // namespace dm::intent::netbox
