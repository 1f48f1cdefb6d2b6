// What the mapping's settings change: names, sources and templates of the data model (docs/setup/netbox.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox/identity.h"
#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using config::AsnSource;
using model::Value;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;

const std::string kDefault = "/network-instances/network-instance[name=default]";
const std::string kGlobal = kDefault + "/protocols/protocol[identifier=BGP][name=BGP]/bgp/global/config";
const std::string kVlanRd = "/arista/eos/evpn/evpn-instances/evpn-instance[name=40]/config/route-distinguisher";
const std::string kVrfRd = "/network-instances/network-instance[name=gold]/config/route-distinguisher";

TEST(NetBoxSettings, Row2CutsTheDomainOffTheHostName) {
  const auto host = [](const std::string& name, const std::string& domain) {
    Lab lab;
    lab.device().name = name;
    lab.options.names.hostname_domain = domain;
    lab.map();
    return lab.at("/system/config/hostname");
  };
  EXPECT_EQ(host("leaf1.dc1.example.net", ""), equal("leaf1.dc1.example.net"));
  EXPECT_EQ(host("leaf1.dc1.example.net", "example.net"), equal("leaf1.dc1"));
  EXPECT_EQ(host("leaf1.dc1.example.net", "*"), equal("leaf1"));
  EXPECT_EQ(host("leaf1", "*"), equal("leaf1"));
  EXPECT_EQ(host("leaf1-example.net", "example.net"), equal("leaf1-example.net"));
}

TEST(NetBoxSettings, Row5ComparesTypesOnlyWhereAskedTo) {
  Lab lab;
  lab.interface("Ethernet1");
  lab.interface("Port-Channel1", "lag");
  lab.interface("Loopback0", "virtual");
  lab.interface("Vlan40", "virtual");
  lab.interface("Management0").mgmt_only = true;
  const auto type = [&lab](const std::string& name) { return lab.at("/interfaces/interface[name=" + name + "]/config/type"); };
  lab.map();
  EXPECT_EQ(type("Ethernet1"), "-");

  lab.options.names.interface_type = true;
  lab.map();
  EXPECT_EQ(type("Ethernet1"), equal("ethernetCsmacd"));
  EXPECT_EQ(type("Port-Channel1"), equal("ieee8023adLag"));
  EXPECT_EQ(type("Loopback0"), equal("softwareLoopback"));
  EXPECT_EQ(type("Vlan40"), equal("l3ipvlan"));
  EXPECT_EQ(type("Management0"), equal("ethernetCsmacd"));
}

TEST(NetBoxSettings, Row27TakesADeviceOfAConfiguredRoleAsAVtep) {
  Lab lab;
  lab.device().role = Lab::brief(1, "leaf");
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "access";
  port.untagged_vlan = Lab::vlan_brief(1, 40);
  lab.vlan(1, 40, "red").l2vpn = Lab::brief(9, "red");
  lab.l2vpn(9, 110040);
  const std::string vni = "/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis/vlan-to-vni[vlan=40]";
  lab.map();
  EXPECT_FALSE(lab.has_entry(vni));
  lab.options.names.vtep_roles = {"border", "leaf"};
  lab.map();
  EXPECT_TRUE(lab.has_entry(vni));
}

TEST(NetBoxSettings, Row33TakesTheAsFromTheFirstSourceThatSaysOne) {
  Lab lab;
  lab.device().custom_fields["asn"] = Value(65001);
  lab.device().config_context = R"({"bgp_as": 65003, "ntp": ["10.0.0.1"]})";
  lab.session("10.0.0.2", 65000).local_as = Lab::brief(4, "x");
  lab.tables.sessions[0].local_as.asn = 65002;
  const auto as = [&lab](std::vector<AsnSource> order) {
    lab.options.names.asn_sources = std::move(order);
    lab.map();
    return lab.at(kGlobal + "/as");
  };
  EXPECT_EQ(as({AsnSource::Field, AsnSource::Session}), equal(65001));
  EXPECT_EQ(as({AsnSource::Session, AsnSource::Field}), equal(65002));
  EXPECT_EQ(as({AsnSource::Context, AsnSource::Field}), equal(65003));
  EXPECT_EQ(lab.from(kGlobal + "/as"), "dcim.device:1 config_context.bgp_as");
  EXPECT_EQ(as({}), "-");

  lab.device().config_context = R"({"other": 1})";
  EXPECT_EQ(as({AsnSource::Context, AsnSource::Field}), equal(65001));
  lab.options.names.asn_context_key = "other";
  EXPECT_EQ(as({AsnSource::Context, AsnSource::Field}), equal(1));
}

TEST(NetBoxSettings, Row33ReadsAsNumbersInBothForms) {
  EXPECT_EQ(parse_as("65001"), 65001U);
  EXPECT_EQ(parse_as("1.10"), 65546U);
  EXPECT_EQ(parse_as("4294967295"), 4294967295U);
  for (const char* text : {"", "0", "4294967296", "1.65536", "AS65001", "1.2.3", " 1"}) EXPECT_EQ(parse_as(text), std::nullopt) << text;
}

TEST(NetBoxSettings, Row33TakesTheRouterIdFromACustomFieldFirst) {
  Lab lab;
  lab.device().custom_fields = {{"asn", Value(65001)}, {"device_bgp_routerid", Value("10.9.9.9")}};
  lab.address(lab.interface("Loopback0", "virtual"), "10.0.250.1/32");
  lab.map();
  EXPECT_EQ(lab.at(kGlobal + "/router-id"), equal("10.0.250.1"));
  lab.options.names.router_id_field = "device_bgp_routerid";
  lab.map();
  EXPECT_EQ(lab.at(kGlobal + "/router-id"), equal("10.9.9.9"));
  EXPECT_EQ(lab.from(kGlobal + "/router-id"), "dcim.device:1 custom_fields.device_bgp_routerid");
}

// A VTEP with VLAN 40 and VRF gold, as the lab's leafs have them.
Lab evpn_lab() {
  Lab lab;
  lab.device().custom_fields["asn"] = Value(65002);
  lab.address(lab.interface("Loopback0", "virtual"), "10.0.250.13/32");
  lab.address(lab.interface("Loopback1", "virtual"), "10.0.255.12/32");
  InterfaceRow& port = lab.interface("Ethernet1");
  port.mode = "access";
  port.untagged_vlan = Lab::vlan_brief(1, 40);
  lab.vlan(1, 40, "red").l2vpn = Lab::brief(9, "red");
  lab.l2vpn(9, 110040);
  lab.vrf(1, "gold").custom_fields["l3vni"] = Value(100001);
  lab.tables.vrfs[0].rd = "65000:1";
  lab.interface("Ethernet2").vrf = Lab::brief(1, "gold");
  return lab;
}

TEST(NetBoxSettings, Rows30And32CompareRouteDistinguishersByTemplateOnly) {
  Lab lab = evpn_lab();
  lab.map();
  EXPECT_EQ(lab.at(kVrfRd), "-");
  EXPECT_EQ(lab.at(kVlanRd), "-");
  EXPECT_THAT(lab.loaded.devices[0]->not_compared,
              Contains(Pair("/network-instances/network-instance/config/route-distinguisher", HasSubstr("vrf_rd"))));

  lab.options.names.vrf_rd = "{router_id}:1";
  lab.options.names.vlan_rd = "{asn}:{vni}";
  lab.map();
  EXPECT_EQ(lab.at(kVrfRd), equal("10.0.250.13:1"));  // as the lab's switches have them
  EXPECT_EQ(lab.at(kVlanRd), equal("65002:110040"));
  EXPECT_EQ(lab.from(kVlanRd), "vpn.l2vpn:9 ");
  EXPECT_THAT(lab.loaded.devices[0]->not_compared, testing::Not(Contains(Key(HasSubstr("route-distinguisher")))));

  lab.options.names.vrf_rd = "{rd}";
  lab.map();
  EXPECT_EQ(lab.at(kVrfRd), equal("65000:1"));
  EXPECT_EQ(lab.from(kVrfRd), "ipam.vrf:1 rd");
}

TEST(NetBoxSettings, Row30AnUnknownPartOrNoDistinguisherIsNotCompared) {
  Lab lab = evpn_lab();
  lab.options.names.vrf_rd = "{rd}";
  lab.tables.vrfs[0].rd = "";
  lab.map();
  EXPECT_EQ(lab.at(kVrfRd), "-");
  EXPECT_EQ(lab.warnings(), "");

  lab.tables.vrfs[0].rd = "gold";
  lab.map();
  EXPECT_EQ(lab.at(kVrfRd), "-");
  EXPECT_THAT(lab.warnings(), HasSubstr("'gold' is no route distinguisher"));
}

TEST(NetBoxSettings, Row39AConfigContextsValuesWinOverTheMapping) {
  Lab lab;
  InterfaceRow& port = lab.interface("Ethernet1");
  port.description = "host1";
  port.display_url = "https://netbox.example/dcim/interfaces/1/";
  lab.device().config_context = R"({"ntp": {"servers": [1, {"x": 2}]}, "drift_monitor": {
      "/interfaces/interface[name=Ethernet1]/config/description": "from the context",
      "/interfaces/interface[name=Ethernet1]/config/load-interval": 30,
      "/interfaces/interface[name=Ethernet1]/config/mtu": {"one_of": [null, 9214]},
      "/interfaces/interface[name=Ethernet9]/config/description": {"absent": true},
      "/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=40]/config/trunk-groups": {"set": ["a", "b"]}}})";
  lab.map();
  const std::string et1 = "/interfaces/interface[name=Ethernet1]/config";
  EXPECT_EQ(lab.at(et1 + "/description"), equal("from the context"));
  EXPECT_EQ(lab.from(et1 + "/description"), "dcim.device:1 config_context.drift_monitor");
  EXPECT_EQ(lab.at(et1 + "/load-interval"), equal(30));
  EXPECT_EQ(lab.at(et1 + "/mtu"), one_of({Value(), 9214}));
  EXPECT_EQ(lab.at("/interfaces/interface[name=Ethernet9]/config/description"), absent());
  EXPECT_EQ(lab.at(kDefault + "/vlans/vlan[vlan-id=40]/config/trunk-groups"), set_of({"a", "b"}));
  EXPECT_EQ(lab.at(et1 + "/enabled"), equal(true));
  EXPECT_EQ(lab.warnings(), "");
}

TEST(NetBoxSettings, Row39WhatIsWrongInAConfigContextIsAFindingWithItsPlace) {
  const auto findings = [](const std::string& context) {
    Lab lab;
    lab.interface("Ethernet1");
    lab.device().config_context = context;
    lab.map();
    return lab.warnings();
  };
  EXPECT_THAT(findings(R"({"drift_monitor": {"interfaces": 1}})"), HasSubstr("config context drift_monitor: 1:2: "));
  EXPECT_THAT(findings(R"({"drift_monitor": {"/interfaces/interface[name=Ethernet1]/config/mtu": "high"}})"),
              HasSubstr("is no number from 0 on"));
  EXPECT_THAT(findings(R"({"drift_monitor": ["/a"]})"), HasSubstr("expected a map of paths and values"));
  EXPECT_THAT(findings(R"({"drift_monitor": {"/system/config/hostname": null}})"), HasSubstr("no value"));
  EXPECT_THAT(findings(R"({"drift_monitor": {"/system/config/hostname": null}})"), HasSubstr("[override dcim.device:1]"));
  EXPECT_EQ(findings(R"({"drift_monitor": null})"), "");
  EXPECT_EQ(findings(R"({"drift_monitor": {}})"), "");
}

TEST(NetBoxSettings, Row39ARenderedTemplatesValuesWinOverTheMappingAndAContextsOverThem) {
  Lab lab;
  lab.interface("Ethernet1").description = "host1";
  lab.device().rendered = {7,
                           "# made for sw1\n/interfaces/interface[name=Ethernet1]/config/description: rendered\n"
                           "/system/config/hostname: rendered\n",
                           ""};
  lab.device().config_context = R"({"drift_monitor": {"/system/config/hostname": "context"}})";
  lab.map();
  const std::string description = "/interfaces/interface[name=Ethernet1]/config/description";
  EXPECT_EQ(lab.at(description), equal("rendered"));
  EXPECT_EQ(lab.from(description), "extras.configtemplate:7 ");
  EXPECT_EQ(lab.at("/system/config/hostname"), equal("context"));

  lab.device().rendered = {0, "", "'interfaces' is undefined"};
  lab.map();
  EXPECT_EQ(lab.at(description), equal("host1"));
  EXPECT_THAT(lab.warnings(), HasSubstr("cannot be rendered: 'interfaces' is undefined [override dcim.device:1]"));
}

TEST(NetBoxSettings, Row39ATemplateOfAnotherKindIsAFinding) {
  Lab lab;
  lab.device().rendered = {7, "hostname sw1\n!\ninterface Ethernet1\n", ""};
  lab.map();
  EXPECT_EQ(lab.at("/system/config/hostname"), equal("sw1"));
  EXPECT_THAT(lab.warnings(), HasSubstr("[override extras.configtemplate:7]"));
}

TEST(NetBoxSettings, Row39TheKeyIsASettingAndItsTextIsLimited) {
  Lab lab;
  lab.options.names.config_context_key = "mine";
  lab.device().config_context = R"({"mine": {"/system/config/hostname": "other"}, "drift_monitor": {"/system/config/hostname": "no"}})";
  lab.map();
  EXPECT_EQ(lab.at("/system/config/hostname"), equal("other"));

  lab.options.override_bytes = 10;
  lab.map();
  EXPECT_EQ(lab.at("/system/config/hostname"), equal("sw1"));
  EXPECT_THAT(lab.warnings(), HasSubstr("more than 10 bytes"));
}

}  // namespace
}  // namespace dm::intent::netbox
