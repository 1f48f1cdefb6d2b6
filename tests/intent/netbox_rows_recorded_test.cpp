// One recorded object of the lab's NetBox per row of the mapping: what follows from it, and which field says so
// (docs/setup/netbox.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/fabric_intent.h"
#include "intent/netbox/netbox_source.h"
#include "intent/netbox_face.h"

namespace dm::intent::netbox {
namespace {

using model::Rule;
using model::Value;
using model::ValueList;
using namespace testing_support;

struct Row {
  const char* name;
  const char* device;
  std::string path;
  std::string expectation;  // as describe() writes it; "entry" for an entry
  const char* object;       // its type
  const char* field;
};

std::string equal(const Value& value) { return describe(Rule::Equal, {value}); }
std::string one_of(const std::vector<Value>& values) { return describe(Rule::OneOf, values); }
std::string set_of(const ValueList& members) { return describe(Rule::Set, {Value(members)}); }

const std::string kIf = "/interfaces/interface[name=";
const std::string kDefault = "/network-instances/network-instance[name=default]";
const std::string kGold = "/network-instances/network-instance[name=gold]";
const std::string kBgp = "/protocols/protocol[identifier=BGP][name=BGP]/bgp";
const std::string kEvpn = "/arista/eos/evpn/evpn-instances/evpn-instance[name=40]/route-target/config";
const std::string kVxlan = kIf + "Vxlan1]/arista-vxlan";
const std::string kPeer = kDefault + kBgp + "/neighbors/neighbor[neighbor-address=10.0.1.4]";

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class RecordedRow : public testing::TestWithParam<Row> {
 protected:
  static const Loaded& fabric() {
    static const Loaded loaded = [] {
      const NetBoxFace face;
      config::NetBox settings;
      settings.url = face.url();
      settings.token = config::Secret(NetBoxFace::token());
      settings.mapping.vrf_rd = "{router_id}:1";  // as the lab's switches have them
      settings.mapping.vlan_rd = "{asn}:{vni}";
      const core::SystemClock clock;
      auto read = make_netbox_source(settings, {true, "role=leaf&role=spine", {}}, 6030, {}, clock)->load({});
      EXPECT_TRUE(read) << read.error().message;
      return read ? *read : Loaded();
    }();
    return loaded;
  }
};

TEST_P(RecordedRow, SaysWhatFollowsFromIt) {
  const Row& row = GetParam();
  std::string expectation = "nothing";
  model::Provenance from;
  for (const auto& device : fabric().devices) {
    if (device->device != row.device) continue;
    for (const auto& leaf : device->leaves) {
      if (leaf.path.text() != row.path) continue;
      expectation = describe(leaf.rule, leaf.values);
      from = leaf.from;
    }
    for (const auto& entry : device->entries) {
      if (entry.path.text() != row.path) continue;
      expectation = "entry";
      from = entry.from;
    }
  }

  EXPECT_EQ(expectation, row.expectation);
  EXPECT_EQ(from.object.str().substr(0, from.object.str().find(':')), row.object);
  EXPECT_EQ(from.field, row.field);
}

INSTANTIATE_TEST_SUITE_P(
    Mapping, RecordedRow,
    testing::ValuesIn(std::vector<Row>{
        {"row2", "leaf3", "/system/config/hostname", equal("leaf3"), "dcim.device", "name"},
        {"row4", "leaf3", kIf + "Ethernet11]", "entry", "dcim.interface", "name"},
        {"row6", "leaf3", kIf + "Ethernet11]/config/enabled", equal(true), "dcim.interface", "enabled"},
        {"row7", "leaf3", kIf + "Ethernet11]/config/description", equal("spine1"), "dcim.interface", "description"},
        {"row8", "leaf3", kIf + "Vlan4091]/routed-vlan/ipv4/config/mtu", equal(9214), "dcim.interface", "mtu"},
        {"row8port", "leaf3", kIf + "Ethernet11]/subinterfaces/subinterface[index=0]/ipv4/config/mtu", equal(9214), "dcim.interface", "mtu"},
        {"row11", "leaf3", kIf + "Ethernet1]/ethernet/config/aggregate-id", equal("Port-Channel1"), "dcim.interface", "lag"},
        {"row11absent", "leaf3", kIf + "Ethernet11]/ethernet/config/aggregate-id", describe(Rule::Absent, {}), "dcim.interface", "lag"},
        {"row13", "leaf3", kIf + "Port-Channel1]/aggregation/switched-vlan/config/trunk-vlans", equal(ValueList{34}), "dcim.interface", "tagged_vlans"},
        {"row14", "leaf3", kIf + "Port-Channel999]/aggregation/switched-vlan/config/trunk-vlans", one_of({Value(), ValueList{"1..4094"}}), "dcim.interface", "mode"},
        {"row18", "leaf3", kGold + "/interfaces/interface[id=Vlan34]", "entry", "ipam.ipaddress", "vrf"},
        {"row20", "leaf3", kDefault + "/vlans/vlan[vlan-id=34]/config/name", equal("vrf-gold-subnet"), "ipam.vlan", "name"},
        {"row20status", "leaf3", kDefault + "/vlans/vlan[vlan-id=34]/config/status", equal("ACTIVE"), "ipam.vlan", "status"},
        {"row21", "leaf3", kDefault + "/vlans/vlan[vlan-id=4090]", "entry", "ipam.vlan", "vid"},
        {"row22", "leaf3", kIf + "Loopback0]/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.250.13]/config/prefix-length", equal(32), "ipam.ipaddress", "address"},
        {"row23", "leaf3", kIf + "Vlan34]/routed-vlan/ipv4/addresses/address[ip=10.34.34.2]/config/ip", equal("10.34.34.2"), "ipam.ipaddress", "address"},
        {"row23vlan", "leaf3", kIf + "Vlan34]/routed-vlan/config/vlan", equal(34), "dcim.interface", "name"},
        {"row25", "leaf3", kIf + "Vlan34]/arista-varp/virtual-address/config/ip", equal("10.34.34.1"), "ipam.ipaddress", "address"},
        {"row25loopback", "leaf3", kIf + "Loopback1]/subinterfaces/subinterface[index=0]/ipv4/addresses/address[ip=10.0.255.12]", "entry", "ipam.ipaddress", "address"},
        {"row27", "leaf1", kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni", equal(110040), "vpn.l2vpn", "identifier"},
        {"row28", "leaf3", kVxlan + "/vrf-to-vnis/vrf-to-vni[vrf=gold]/config/vni", equal(100001), "ipam.vrf", "custom_fields.l3vni"},
        {"row29", "leaf3", kVxlan + "/config/src-ip-intf", equal("Loopback1"), "dcim.interface", "name"},
        {"row30", "leaf3", kGold + "/config/type", equal("L3VRF"), "ipam.vrf", "name"},
        {"row30rd", "leaf3", kGold + "/config/route-distinguisher", equal("10.0.250.13:1"), "ipam.vrf", ""},
        {"row31", "leaf3", kGold + kBgp + "/global/evpn/import-target", set_of({"1:100001"}), "ipam.vrf", "import_targets"},
        {"row32", "leaf1", kEvpn + "/export", set_of({"40:110040"}), "vpn.l2vpn", "export_targets"},
        {"row32rd", "leaf1", "/arista/eos/evpn/evpn-instances/evpn-instance[name=40]/config/route-distinguisher", equal("65001:110040"), "vpn.l2vpn", ""},
        {"row33", "leaf3", kDefault + kBgp + "/global/config/as", equal(65002), "dcim.device", "custom_fields.asn"},
        {"row33id", "leaf3", kDefault + kBgp + "/global/config/router-id", equal("10.0.250.13"), "ipam.ipaddress", "address"},
        {"row34", "leaf3", kPeer, "entry", "netbox_bgp.bgpsession", "remote_address"},
        {"row34as", "leaf3", kPeer + "/config/peer-as", one_of({Value(), 65000}), "netbox_bgp.bgpsession", "remote_as"},
        {"row34group", "leaf3", kPeer + "/config/peer-group", equal("underlay"), "netbox_bgp.bgpsession", "peer_group"},
        {"row34enabled", "leaf3", kPeer + "/config/enabled", equal(true), "netbox_bgp.bgpsession", "status"},
        {"row37", "leaf3", "/arista/eos/mlag/config/domain-id", equal("leafs"), "dcim.device", "custom_fields.mlag_domain_id"},
        {"row37peer", "leaf3", "/arista/eos/mlag/config/peer-link-intf", equal("Port-Channel999"), "dcim.interface", "custom_fields.mlag_peer_link"},
        {"row37local", "leaf3", "/arista/eos/mlag/config/local-intf", equal("Vlan4090"), "dcim.device", "custom_fields.mlag_local_address"},
        {"row37id", "leaf3", kIf + "Port-Channel1]/aggregation/config/mlag", equal(1), "dcim.interface", "custom_fields.mlag_id"},
    }),
    [](const testing::TestParamInfo<Row>& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dm::intent::netbox
