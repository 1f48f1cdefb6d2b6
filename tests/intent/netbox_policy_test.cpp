// What NetBox says about comparing at all: device status, tags, and data that is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "intent/netbox/lists.h"
#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::Value;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

const std::string kEt1 = "/interfaces/interface[name=Ethernet1]";
const std::string kDefault = "/network-instances/network-instance[name=default]";

// As NetBox stores the tag `drift:ignore`: a colon is no part of a slug.
Brief tag(const std::string& name, const std::string& slug) {
  Brief brief = Lab::brief(1, name);
  brief.slug = slug;
  return brief;
}

std::vector<std::string> strict_of(const Lab& lab) {
  std::vector<std::string> texts;
  for (const model::Path& pattern : lab.loaded.devices.at(0)->strict) texts.push_back(model::to_text(pattern));
  return texts;
}

TEST(NetBoxPolicy, Row1StagedDevicesAreMarkedSo) {
  Lab lab;
  EXPECT_FALSE(lab.map().inventory.at(0).is_staged);
  lab.device().status = "staged";
  EXPECT_TRUE(lab.map().inventory.at(0).is_staged);
}

TEST(NetBoxPolicy, Row40TheIgnoreTagOfADeviceSuspendsIt) {
  Lab lab;
  lab.device().tags = {tag("drift:ignore", "driftignore")};
  lab.map();
  EXPECT_THAT(lab.loaded.devices, IsEmpty());
  ASSERT_EQ(lab.loaded.suspended.size(), 1U);
  EXPECT_THAT(lab.loaded.suspended[0].reason, HasSubstr("drift:ignore"));
}

TEST(NetBoxPolicy, Row40TheIgnoreTagLeavesInterfaceVlanAddressVrfAndSessionAlone) {
  Lab lab;
  const std::vector<Brief> ignore = {tag("drift:ignore", "driftignore")};
  lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.1/32").tags = ignore;
  InterfaceRow& port = lab.interface("Ethernet1");
  port.tags = ignore;
  port.mode = "access";
  port.untagged_vlan = Lab::vlan_brief(1, 40);
  VlanRow& vlan = lab.vlan(1, 40, "red");
  vlan.tags = ignore;
  vlan.l2vpn = Lab::brief(9, "red");
  lab.l2vpn(9, 110040);
  VrfRow& vrf = lab.vrf(1, "gold");
  vrf.tags = ignore;
  vrf.custom_fields["l3vni"] = Value(100001);
  lab.interface("Ethernet2").vrf = Lab::brief(1, "gold");
  lab.session("10.0.0.2", 65000).tags = ignore;
  lab.map();
  const model::DeviceIntent& intent = *lab.loaded.devices.at(0);
  for (const std::string& path :
       {kEt1, kDefault + "/vlans/vlan[vlan-id=40]",
        std::string("/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=40]"),
        std::string("/interfaces/interface[name=Vxlan1]/arista-vxlan/vrf-to-vnis/vrf-to-vni[vrf=gold]"),
        std::string("/network-instances/network-instance[name=gold]"),
        std::string("/interfaces/interface[name=Loopback1]/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.255.1]"),
        kDefault + "/protocols/protocol[identifier=BGP][name=BGP]/bgp/neighbors/neighbor[neighbor-address=10.0.0.2]"}) {
    EXPECT_TRUE(lab.is_unmanaged(path)) << path;
    EXPECT_FALSE(lab.has_entry(path)) << path;
    for (const auto& leaf : intent.leaves) EXPECT_THAT(leaf.path.text(), Not(testing::StartsWith(path + "/")));
  }
  EXPECT_TRUE(lab.has_entry("/interfaces/interface[name=Ethernet2]"));
  EXPECT_TRUE(lab.has_entry("/interfaces/interface[name=Loopback1]"));
}

TEST(NetBoxPolicy, Row40TheStrictTagAndTheCustomFieldNameWhatMustHoldNothingElse) {
  Lab lab;
  lab.interface("Ethernet1").tags = {tag("strict please", "drift:strict")};
  lab.interface("Ethernet2").custom_fields["drift_policy"] = Value("strict");
  lab.interface("Ethernet3").custom_fields["drift_policy"] = Value("ignore");
  lab.interface("Ethernet4").custom_fields["drift_policy"] = Value("whatever");
  lab.map();
  EXPECT_THAT(strict_of(lab), testing::ElementsAre("/interfaces/interface[name=Ethernet1]", "/interfaces/interface[name=Ethernet2]",
                                                   "/network-instances/network-instance/interfaces/interface[id=Ethernet1]",
                                                   "/network-instances/network-instance/interfaces/interface[id=Ethernet2]"));
  EXPECT_TRUE(lab.is_unmanaged("/interfaces/interface[name=Ethernet3]"));
  EXPECT_TRUE(lab.has_entry("/interfaces/interface[name=Ethernet4]"));

  lab.device().tags = {tag("drift:strict", "driftstrict")};
  lab.map();
  EXPECT_THAT(strict_of(lab), Contains("/"));
}

// A VTEP with an object of each kind that may say how it is compared.
struct AllKinds : Lab {
  AllKinds() {
    address(interface("Loopback1", "virtual"), "10.0.255.1/32");
    InterfaceRow& port = interface("Ethernet1");
    port.mode = "access";
    port.untagged_vlan = vlan_brief(1, 40);
    vlan(1, 40, "red").l2vpn = brief(9, "red");
    l2vpn(9, 110040);
    vrf(1, "gold").custom_fields["l3vni"] = Value(100001);
    interface("Ethernet2").vrf = brief(1, "gold");
    session("10.0.0.2", 65000);
  }
};

const std::string kVlan40 = kDefault + "/vlans/vlan[vlan-id=40]";
const std::string kVni40 = "/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=40]";
const std::string kEvpn40 = "/arista/eos/evpn/evpn-instances/evpn-instance[name=40]";
const std::string kVtepAddress =
    "/interfaces/interface[name=Loopback1]/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.255.1]";
const std::string kNeighbor = kDefault + "/protocols/protocol[identifier=BGP][name=BGP]/bgp/neighbors/neighbor[neighbor-address=10.0.0.2]";
const std::string kGold = "/network-instances/network-instance[name=gold]";

TEST(NetBoxPolicy, Row40TheCustomFieldCountsOnEachKindOfObject) {
  struct Kind {
    std::function<CustomFields&(AllKinds&)> fields;
    std::vector<std::string> patterns;
  };
  const std::vector<Kind> kinds{
      {[](AllKinds& lab) -> CustomFields& { return lab.tables.vlans[0].custom_fields; }, {kEvpn40, kVni40, kVlan40}},
      {[](AllKinds& lab) -> CustomFields& { return lab.tables.l2vpns[0].custom_fields; }, {kEvpn40, kVni40}},
      {[](AllKinds& lab) -> CustomFields& { return lab.tables.addresses[0].custom_fields; }, {kVtepAddress}},
      {[](AllKinds& lab) -> CustomFields& { return lab.tables.sessions[0].custom_fields; }, {kNeighbor}},
      {[](AllKinds& lab) -> CustomFields& { return lab.tables.vrfs[0].custom_fields; },
       {"/interfaces/interface[name=Vxlan1]/arista-vxlan/vrf-to-vnis/vrf-to-vni[vrf=gold]", kGold}}};
  for (const Kind& kind : kinds) {
    AllKinds lab;
    kind.fields(lab)["drift_policy"] = Value("ignore");
    lab.map();
    for (const std::string& pattern : kind.patterns) {
      EXPECT_TRUE(lab.is_unmanaged(pattern)) << pattern;
      EXPECT_FALSE(lab.has_entry(pattern)) << pattern;
    }
    kind.fields(lab)["drift_policy"] = Value("strict");
    lab.map();
    EXPECT_THAT(strict_of(lab), testing::UnorderedElementsAreArray(kind.patterns));
  }
}

TEST(NetBoxPolicy, Row40AnIgnoredL2vpnLeavesItsVlanAlone) {
  AllKinds lab;
  lab.tables.l2vpns[0].custom_fields["drift_policy"] = Value("ignore");
  lab.map();
  EXPECT_FALSE(lab.has_entry(kVni40));
  EXPECT_TRUE(lab.has_entry(kVlan40));
}

TEST(NetBoxPolicy, TagsAndFieldAreSettings) {
  Lab lab;
  lab.options.names.ignore_tag = "hands-off";
  lab.options.names.strict_tag = "";
  lab.options.names.policy_field = "";
  lab.interface("Ethernet1").tags = {tag("Hands off", "hands-off")};
  lab.interface("Ethernet2").tags = {tag("drift:strict", "driftstrict"), tag("", "")};
  lab.interface("Ethernet2").custom_fields["drift_policy"] = Value("ignore");
  lab.map();
  EXPECT_TRUE(lab.is_unmanaged(kEt1));
  EXPECT_TRUE(lab.has_entry("/interfaces/interface[name=Ethernet2]"));
  EXPECT_THAT(strict_of(lab), IsEmpty());
}

TEST(NetBoxPolicy, Row26ADeviceTaggedAsCompleteHasCompleteListsWhereNetBoxFillsThem) {
  Lab lab;
  lab.address(lab.interface("Ethernet1"), "10.0.0.1/31");
  EXPECT_THAT(lab.map().devices.at(0)->lists, IsEmpty());
  lab.device().tags = {tag("drift:complete", "driftcomplete")};
  lab.map();
  const auto& lists = lab.loaded.devices.at(0)->lists;
  EXPECT_THAT(lists, Contains(Pair("/interfaces/interface", model::ListPolicy::Authoritative)));
  EXPECT_THAT(lists, Contains(Pair(std::string(kIpv4Lists[0]), model::ListPolicy::Authoritative)));
  EXPECT_THAT(lists, Not(Contains(Key(std::string(kIpv6Lists[0])))));
}

TEST(NetBoxNotCompared, SaysWhatAndWhy) {
  Lab lab;
  lab.interface("Ethernet1");
  lab.map();
  const auto& silent = lab.loaded.devices.at(0)->not_compared;
  EXPECT_THAT(silent, Contains(Pair(std::string(kNeighborList), "NetBox has no netbox-bgp")));
  EXPECT_THAT(silent, Contains(Pair(std::string(kVlanList), "no interface in NetBox names a VLAN")));
  EXPECT_THAT(silent, Contains(Pair(std::string(kIpv4Lists[0]), "NetBox documents no address of this device")));
  EXPECT_THAT(silent, Contains(Pair(HasSubstr("bgp/global/config/as"), HasSubstr("asn"))));
  EXPECT_THAT(silent, Contains(Pair(HasSubstr("src-ip-intf"), HasSubstr("no VTEP"))));
  EXPECT_THAT(silent, Contains(Pair("/arista/eos/mlag/config/domain-id", "custom field mlag_domain_id is not set")));

  lab.tables.has_bgp = true;
  lab.map();
  EXPECT_THAT(lab.loaded.devices.at(0)->not_compared, Contains(Pair(std::string(kNeighborList), "netbox-bgp has no session")));

  lab.session("10.0.0.2", 65000).device = Lab::brief(2, "sw2");
  lab.map();
  EXPECT_THAT(lab.loaded.devices.at(0)->not_compared,
              Contains(Pair(std::string(kNeighborList), "no BGP session of this device is documented")));
}

TEST(NetBoxNotCompared, WhatIsDocumentedIsNotListed) {
  Lab lab;
  lab.device().custom_fields = {{"asn", Value(65001)}, {"mlag_domain_id", Value("leafs")}};
  lab.address(lab.interface("Loopback0", "virtual"), "10.0.250.1/32");
  lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.1/32");
  lab.session("10.0.0.2", 65000);
  lab.map();
  for (const char* what : {"bgp/", "mlag", "src-ip-intf", "ipv4"}) {
    EXPECT_THAT(lab.loaded.devices.at(0)->not_compared, Not(Contains(Key(HasSubstr(what))))) << what;
  }
}

}  // namespace
}  // namespace dm::intent::netbox
