// Mistakes in NetBox' data: each kind is told with its object, and nothing is guessed (docs/setup/netbox.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Value;

using Told = std::vector<std::pair<FindingKind, std::string>>;

// Kind and object of each finding.
Told told(const Lab& lab) {
  Told all;
  for (const model::Finding& finding : lab.loaded.findings) all.emplace_back(finding.kind, finding.object);
  return all;
}

bool is_told(const Lab& lab, FindingKind kind, const std::string& object) {
  const Told all = told(lab);
  return std::find(all.begin(), all.end(), std::pair(kind, object)) != all.end();
}

TEST(NetBoxFindings, ALabWithoutMistakesHasNone) {
  Lab lab;
  lab.address(lab.interface("Ethernet1"), "10.0.0.1/31");
  lab.map();
  EXPECT_EQ(told(lab), Told{});
}

TEST(NetBoxFindings, NameDeviceObjectAndPage) {
  Lab lab;
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "tagged";
  port.display_url = "http://10.1.1.1/dcim/interfaces/1/";
  lab.map();
  ASSERT_EQ(lab.loaded.findings.size(), 1U);
  EXPECT_EQ(lab.loaded.findings[0],
            (model::Finding{FindingKind::TaggedWithoutVlans, model::Severity::Info, "", "sw1", "dcim.interface:1",
                            "https://netbox.example/dcim/interfaces/1/",
                            "Ethernet1: mode tagged without tagged VLANs; its VLANs are not compared"}));
}

TEST(NetBoxFindings, TellMistakesOfVlans) {
  Lab lab;
  lab.interface("Ethernet1").mode = "access";
  lab.tables.interfaces.back().untagged_vlan = Lab::vlan_brief(1, 40);
  lab.interface("Ethernet2").mode = "access";
  lab.tables.interfaces.back().untagged_vlan = Lab::vlan_brief(2, 40);
  lab.interface("Ethernet3").mode = "access";
  lab.tables.interfaces.back().untagged_vlan = Lab::vlan_brief(3, 50);
  lab.interface("Ethernet4").mode = "access";
  lab.tables.interfaces.back().untagged_vlan = Lab::vlan_brief(4, 60);
  lab.interface("Ethernet5").mode = "access";
  lab.tables.interfaces.back().untagged_vlan = Lab::vlan_brief(99, 70);
  lab.vlan(1, 40, "a");
  lab.vlan(2, 40, "b");
  lab.vlan(3, 50, "far").site = Lab::brief(2, "dc2");
  lab.vlan(4, 60, "old").status = "deprecated";
  lab.map();
  EXPECT_TRUE(is_told(lab, FindingKind::VlanAmbiguous, "ipam.vlan:1"));
  EXPECT_TRUE(is_told(lab, FindingKind::VlanOfAnotherSite, "ipam.vlan:3"));
  EXPECT_TRUE(is_told(lab, FindingKind::DeprecatedInUse, "ipam.vlan:4"));
  EXPECT_TRUE(is_told(lab, FindingKind::Unreadable, "ipam.vlan:99"));
  EXPECT_EQ(lab.loaded.findings.size(), 4U);
}

TEST(NetBoxFindings, TellMistakesOfL2vpns) {
  Lab lab;
  lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.1/32");
  for (const std::uint64_t id : {1U, 2U, 3U}) {
    InterfaceRow& port = lab.interface("Ethernet" + std::to_string(id));
    port.mode = "access";
    port.untagged_vlan = Lab::vlan_brief(id, 40 + id);
    lab.vlan(id, 40 + id, "v").l2vpn = Lab::brief(id, "l2vpn");
  }
  lab.l2vpn(1, 0).identifier = std::nullopt;
  lab.l2vpn(2, 110'000'000'000);
  lab.l2vpn(3, 7);
  lab.l2vpn(4, 7);
  lab.tables.l2vpns[2].import_targets = {Lab::brief(1, "red")};
  lab.map();
  EXPECT_TRUE(is_told(lab, FindingKind::L2vpnIdentifier, "vpn.l2vpn:1"));
  EXPECT_TRUE(is_told(lab, FindingKind::L2vpnIdentifier, "vpn.l2vpn:2"));
  EXPECT_TRUE(is_told(lab, FindingKind::L2vpnShared, "vpn.l2vpn:4"));
  EXPECT_TRUE(is_told(lab, FindingKind::RouteTarget, "vpn.l2vpn:3"));
  EXPECT_EQ(lab.loaded.findings.size(), 4U);
}

TEST(NetBoxFindings, TellMistakesOfVrfsAndAddresses) {
  Lab lab;
  lab.vrf(1, "gold");
  lab.vrf(2, "gold");
  lab.interface("Ethernet1").vrf = Lab::brief(1, "gold");
  lab.interface("Ethernet2");
  lab.address(lab.tables.interfaces[0], "10.0.0.1/31");
  lab.address(lab.tables.interfaces[1], "10.0.0.1/31");
  lab.address(lab.tables.interfaces[1], "nonsense");
  lab.map();
  EXPECT_TRUE(is_told(lab, FindingKind::VrfNameReused, "ipam.vrf:2"));
  EXPECT_TRUE(is_told(lab, FindingKind::VrfConflict, "dcim.interface:1"));
  EXPECT_TRUE(is_told(lab, FindingKind::AddressDuplicate, "ipam.ipaddress:501"));
  EXPECT_TRUE(is_told(lab, FindingKind::ImpossibleValue, "ipam.ipaddress:502"));
  EXPECT_EQ(lab.loaded.findings.size(), 4U);
}

TEST(NetBoxFindings, TellMistakesOfSessions) {
  Lab lab;
  lab.interface("Ethernet1");
  lab.session("", 65000);
  lab.session("10.0.0.2", 65000).remote_as = {};
  lab.session("10.0.0.2", 65000);
  lab.session("10.0.0.3", 65000).device = {};
  lab.map();
  EXPECT_TRUE(is_told(lab, FindingKind::SessionIncomplete, "netbox_bgp.bgpsession:700"));
  EXPECT_TRUE(is_told(lab, FindingKind::SessionIncomplete, "netbox_bgp.bgpsession:701"));
  EXPECT_TRUE(is_told(lab, FindingKind::SessionDuplicate, "netbox_bgp.bgpsession:702"));
  EXPECT_TRUE(is_told(lab, FindingKind::SessionIncomplete, "netbox_bgp.bgpsession:703"));
  EXPECT_EQ(lab.loaded.findings.size(), 4U);
}

TEST(NetBoxFindings, TellValuesThatNoSwitchHas) {
  Lab lab;
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "access";
  port.mtu = 65536;
  port.speed = 12345;
  lab.device().custom_fields["asn"] = Value("many");
  lab.device().custom_fields["mlag_local_address"] = Value("10.9.9.9");
  lab.map();
  EXPECT_EQ(std::count(lab.loaded.findings.begin(), lab.loaded.findings.end(), lab.loaded.findings[0]), 1);
  EXPECT_TRUE(is_told(lab, FindingKind::ImpossibleValue, "dcim.interface:1"));
  EXPECT_TRUE(is_told(lab, FindingKind::ImpossibleValue, "dcim.device:1"));
  EXPECT_TRUE(is_told(lab, FindingKind::Mlag, "dcim.device:1"));
  EXPECT_EQ(lab.loaded.findings.size(), 4U);  // MTU and speed are two
}

TEST(NetBoxFindings, TellTwoObjectsThatDisagreeAboutOnePath) {
  Lab lab;
  lab.interface("Ethernet1").description = "one";
  lab.interface("Et1").description = "another";
  lab.map();
  EXPECT_TRUE(is_told(lab, FindingKind::Contradiction, "dcim.interface:2"));
  EXPECT_EQ(lab.at("/interfaces/interface[name=Ethernet1]/config/description"), equal("one"));
}

TEST(NetBoxFindings, TellFieldsOfAnotherTypeThanDocumented) {
  const auto page = read_page<InterfaceRow>(
      R"({"count":1,"next":null,"results":[{"id":7,"name":"Ethernet1","device":{"id":1},"mtu":"9214","enabled":"yes",
          "tagged_vlans":{},"mode":17,"description":null,"lag":null,"custom_fields":[],"unknown":[]}]})");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->rows[0].wrong_fields,
              testing::ElementsAre("mtu", "enabled", "tagged_vlans", "mode", "custom_fields"));
  EXPECT_TRUE(page->rows[0].enabled);  // as if it were not said

  Lab lab;
  lab.tables.interfaces = page->rows;
  lab.map();
  EXPECT_EQ(lab.loaded.findings.size(), 5U);
  EXPECT_TRUE(is_told(lab, FindingKind::WrongType, "dcim.interface:7"));
  EXPECT_THAT(lab.warnings(), testing::HasSubstr("Ethernet1: mtu is not of the type"));
}

TEST(NetBoxFindings, EveryKindHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (const FindingKind kind : model::kAllFindingKinds) words.insert(model::to_text(kind));
  EXPECT_EQ(words.size(), model::kAllFindingKinds.size());
}

}  // namespace
}  // namespace dm::intent::netbox
