// Data models with other conventions than the lab's, each by its setting: AS of the site, MLAG and EVPN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox/lists.h"
#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using config::AsnSource;
using model::Value;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;

const std::string kAs = "/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=BGP]/bgp/global/config/as";
const std::string kVni40 = "/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=40]";
const std::string kMlag = "/arista/eos/mlag/config";

Brief asn(std::uint64_t id, std::uint64_t number) {
  Brief brief;
  brief.id = id;
  brief.asn = number;
  return brief;
}

TEST(SiteAsn, IsTheDevicesWhereTheSiteHasOneOnly) {
  Lab lab;
  lab.site(1, "dc1").asns = {asn(3, 65001)};
  lab.tables.sites[0].display_url = "http://10.0.0.1/dcim/sites/1/";
  lab.site(2, "dc2").asns = {asn(4, 65002)};
  lab.map();
  EXPECT_EQ(lab.at(kAs), "-");  // not asked for

  lab.options.names.asn_sources = {AsnSource::Field, AsnSource::Site};
  lab.map();
  EXPECT_EQ(lab.at(kAs), equal(65001));
  EXPECT_EQ(lab.from(kAs), "dcim.site:1 asns");
  for (const auto& leaf : lab.loaded.devices[0]->leaves) {
    if (leaf.path.text() != kAs) continue;
    EXPECT_EQ(leaf.from.url, "https://netbox.example/dcim/sites/1/");
  }
  lab.device().custom_fields["asn"] = Value(65099);
  lab.map();
  EXPECT_EQ(lab.at(kAs), equal(65099));
}

TEST(SiteAsn, OfSeveralIsAFindingUnlessAnotherSourceSaysOne) {
  Lab lab;
  lab.options.names.asn_sources = {AsnSource::Site, AsnSource::Field};
  lab.site(1, "dc1").asns = {asn(3, 65001), asn(4, 65002)};
  lab.map();
  EXPECT_EQ(lab.at(kAs), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("site dc1 has 2 AS numbers"));
  EXPECT_THAT(lab.warnings(), HasSubstr("[asn_ambiguous dcim.site:1]"));
  EXPECT_THAT(lab.loaded.devices[0]->not_compared, Contains(Pair(HasSubstr("bgp/global/config/as"), HasSubstr("AS of the site, custom field asn"))));

  lab.device().custom_fields["asn"] = Value(65001);
  lab.map();
  EXPECT_EQ(lab.at(kAs), equal(65001));
  EXPECT_THAT(lab.warnings(), Not(HasSubstr("AS number")));
}

TEST(SiteAsn, WithoutOneTheNextSourceIsAsked) {
  Lab lab;
  lab.options.names.asn_sources = {AsnSource::Site, AsnSource::Field};
  lab.site(1, "dc1");
  lab.device().custom_fields["asn"] = Value(65007);
  lab.map();
  EXPECT_EQ(lab.at(kAs), equal(65007));
  EXPECT_THAT(lab.warnings(), Not(HasSubstr("AS number")));
}

TEST(SiteAsn, ReadsSites) {
  const auto page = read_page<SiteRow>(R"({"count":1,"next":null,"results":[{"id":1,"display_url":"https://n/dcim/sites/1/","name":"EVPN Lab",
      "region":{"id":2,"name":"City","_depth":1},"group":null,"asns":[{"id":3,"display":"AS65001","asn":65001,"description":""}]}]})");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->rows[0].asns[0].asn, 65001U);
  EXPECT_EQ(page->rows[0].region.id, 2U);
  EXPECT_EQ(page->rows[0].group.id, 0U);
  EXPECT_THAT(page->rows[0].wrong_fields, testing::IsEmpty());
}

// A VTEP with VLAN 40, stretched by L2VPN `red` with VNI 110040.
struct VtepLab : Lab {
  VtepLab() {
    device().custom_fields["asn"] = Value(65002);
    address(interface("Loopback1", "virtual"), "10.0.255.12/32");
    InterfaceRow& port = interface("Ethernet1");
    port.mode = "access";
    port.untagged_vlan = vlan_brief(1, 40);
    vlan(1, 40, "servers").l2vpn = brief(9, "red");
    l2vpn(9, 110040).import_targets = {brief(1, "1:110040")};
    options.names.vlan_rd = "{asn}:{vni}";
  }
};

TEST(EvpnInstance, IsNamedByTheTemplate) {
  const auto instance = [](const std::string& name) { return "/arista/eos/evpn/evpn-instances/evpn-instance[name=" + name + "]"; };
  const std::vector<std::pair<std::string, std::string>> names{
      {"{vlan}", "40"}, {"{name}", "servers"}, {"{vni}", "110040"}, {"{l2vpn}-{vlan}", "l2vpn9-40"}};
  for (const auto& [text, name] : names) {
    VtepLab lab;
    lab.options.names.evpn_instance = text;
    lab.map();
    EXPECT_EQ(lab.at(instance(name) + "/route-target/config/import"), set_of({"1:110040"})) << text;
    EXPECT_EQ(lab.at(instance(name) + "/config/route-distinguisher"), equal("65002:110040")) << text;
    lab.tables.vlans[0].custom_fields["drift_policy"] = Value("ignore");
    lab.map();
    EXPECT_TRUE(lab.is_unmanaged(instance(name))) << text;
  }
}

TEST(EvpnInstance, WhoseNameIsNotKnownIsNotCompared) {
  VtepLab lab;
  lab.options.names.evpn_instance = "{router_id}";  // no Loopback0 here
  lab.map();
  EXPECT_TRUE(lab.has_entry(kVni40));
  EXPECT_THAT(lab.loaded.devices[0]->not_compared, Contains(Pair(HasSubstr("evpn-instance/"), HasSubstr("evpn_instance"))));
  for (const auto& leaf : lab.loaded.devices[0]->leaves) EXPECT_THAT(leaf.path.text(), Not(testing::StartsWith("/arista/eos/evpn")));
}

TEST(VlanNameFiller, IsHowANameIsWrittenThatEosCannotCarry) {
  const std::string name = "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=40]/config/name";
  VtepLab lab;
  lab.tables.vlans[0].name = "guest wifi of the second floor, west";
  lab.map();
  EXPECT_EQ(lab.at(name), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("VLAN 40: EOS cannot carry the name 'guest wifi of the second floor, west'; it is not compared"));

  lab.options.names.vlan_name_filler = "_";
  lab.map();
  EXPECT_EQ(lab.at(name), equal("guest_wifi_of_the_second_floor,_"));
  EXPECT_EQ(lab.from(name), "ipam.vlan:1 name");
  EXPECT_THAT(lab.warnings(), Not(HasSubstr("cannot carry")));

  lab.tables.vlans[0].name = "blue";
  lab.map();
  EXPECT_EQ(lab.at(name), equal("blue"));

  // Cut within a character, the name would be none.
  lab.tables.vlans[0].name = std::string(31, 'x') + "\u00fc" + "y";
  lab.map();
  EXPECT_EQ(lab.at(name), "-");
}

TEST(VlanVniField, SaysTheVniOfAVlanWithoutL2vpn) {
  VtepLab lab;
  lab.tables.vlans[0].l2vpn = {};
  lab.tables.vlans[0].custom_fields["vni"] = Value(10040);
  lab.map();
  EXPECT_FALSE(lab.has_entry(kVni40));  // not asked for

  lab.options.names.vlan_vni_field = "vni";
  lab.map();
  EXPECT_TRUE(lab.has_entry(kVni40));
  EXPECT_EQ(lab.at(kVni40 + "/config/vni"), equal(10040));
  EXPECT_EQ(lab.from(kVni40 + "/config/vni"), "ipam.vlan:1 custom_fields.vni");
  EXPECT_EQ(lab.at("/arista/eos/evpn/evpn-instances/evpn-instance[name=40]/config/route-distinguisher"), equal("65002:10040"));

  lab.tables.vlans[0].custom_fields["vni"] = Value(16777216);
  lab.map();
  EXPECT_TRUE(lab.is_unmanaged(kVni40));
  EXPECT_THAT(lab.warnings(), HasSubstr("'16777216' is no VNI (1 to 16777215); not compared [impossible_value ipam.vlan:1]"));
}

TEST(VlanVniField, AnL2vpnWinsAndOneFieldFillsTheList) {
  VtepLab lab;
  lab.options.names.vlan_vni_field = "vni";
  lab.tables.vlans[0].custom_fields["vni"] = Value(10040);
  lab.map();
  EXPECT_EQ(lab.at(kVni40 + "/config/vni"), equal(110040));

  lab.tables.l2vpns.clear();
  lab.tables.vlans[0].l2vpn = {};
  lab.map();
  EXPECT_THAT(lab.loaded.devices[0]->not_compared, Not(Contains(Key(std::string(kVlanVniList)))));
  lab.tables.vlans[0].custom_fields.clear();
  lab.map();
  EXPECT_THAT(lab.loaded.devices[0]->not_compared,
              Contains(Pair(std::string(kVlanVniList), "NetBox has no L2VPN of a VXLAN type, and no VLAN with the custom field vni")));
}

TEST(MlagNames, StandInForCustomFieldsOnDevicesWithAPeerLink) {
  Lab lab;
  lab.options.names.mlag_domain = "MLAG";
  lab.options.names.mlag_peer_link_interface = "Port-Channel1000";
  lab.options.names.mlag_local_interface = "Vlan4094";
  lab.interface("Vlan4094", "virtual");
  lab.map();
  EXPECT_EQ(lab.at(kMlag + "/domain-id"), "-");  // no peer link: no MLAG
  EXPECT_EQ(lab.at(kMlag + "/local-intf"), "-");

  lab.interface("Port-Channel1000", "lag");
  lab.map();
  EXPECT_EQ(lab.at(kMlag + "/domain-id"), equal("MLAG"));
  EXPECT_EQ(lab.from(kMlag + "/domain-id"), "intent.netbox.mapping.mlag_domain ");
  EXPECT_EQ(lab.at(kMlag + "/peer-link-intf"), equal("Port-Channel1000"));
  EXPECT_EQ(lab.at(kMlag + "/local-intf"), equal("Vlan4094"));
}

TEST(MlagNames, CustomFieldsWin) {
  Lab lab;
  lab.options.names.mlag_domain = "MLAG";
  lab.options.names.mlag_peer_link_interface = "Port-Channel1000";
  lab.options.names.mlag_local_interface = "Vlan4094";
  lab.interface("Vlan4094", "virtual");
  lab.address(lab.interface("Vlan4090", "virtual"), "10.0.199.254/31");
  lab.interface("Port-Channel1000", "lag");
  lab.interface("Port-Channel999", "lag").custom_fields["mlag_peer_link"] = Value(true);
  lab.device().custom_fields["mlag_domain_id"] = Value("leafs");
  lab.device().custom_fields["mlag_local_address"] = Value("10.0.199.254");
  lab.map();
  EXPECT_EQ(lab.at(kMlag + "/domain-id"), equal("leafs"));
  EXPECT_EQ(lab.at(kMlag + "/peer-link-intf"), equal("Port-Channel999"));
  EXPECT_EQ(lab.at(kMlag + "/local-intf"), equal("Vlan4090"));
}

TEST(MlagTag, MakesTheNumberOfALagItsMlagId) {
  Lab lab;
  lab.options.names.mlag_tag = "mlag";
  lab.interface("Po7", "lag").tags = {Lab::brief(1, "mlag")};
  lab.interface("Port-Channel8", "lag");
  InterfaceRow& both = lab.interface("Port-Channel9", "lag");
  both.tags = {Lab::brief(1, "mlag")};
  both.custom_fields["mlag_id"] = Value(90);
  lab.interface("bond0", "lag").tags = {Lab::brief(1, "mlag")};
  lab.interface("Port-Channel2001", "lag").tags = {Lab::brief(1, "mlag")};
  lab.map();
  const auto id = [&lab](const std::string& name) { return lab.at("/interfaces/interface[name=" + name + "]/aggregation/config/mlag"); };
  EXPECT_EQ(id("Port-Channel7"), equal(7));
  EXPECT_EQ(lab.from("/interfaces/interface[name=Port-Channel7]/aggregation/config/mlag"), "dcim.interface:1 tags");
  EXPECT_EQ(id("Port-Channel8"), "-");
  EXPECT_EQ(id("Port-Channel9"), equal(90));
  EXPECT_EQ(id("bond0"), "-");
  EXPECT_EQ(id("Port-Channel2001"), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("MLAG id 2001 is not 1 to 2000"));
}

}  // namespace
}  // namespace dm::intent::netbox
