// The lists of the compared models and their keys. Sources: the modules named in leaf_groups_*.cpp.
#include "schema/leaf_groups.h"

namespace dm::schema {
namespace {

using enum LeafKind;

constexpr ListRow kRows[] = {
    // openconfig-interfaces, -if-ip, arista-exp-eos-varp-intf
    {"/interfaces/interface", {"name"}},
    {"/interfaces/interface/subinterfaces/subinterface", {"index"}, {Unsigned}},
    {"/interfaces/interface/subinterfaces/subinterface/ipv4/addresses/address", {"ip"}, {Ip}},
    {"/interfaces/interface/subinterfaces/subinterface/ipv4/neighbors/neighbor", {"ip"}, {Ip}},
    {"/interfaces/interface/subinterfaces/subinterface/ipv6/addresses/address", {"ip"}, {Ip}},
    {"/interfaces/interface/subinterfaces/subinterface/ipv6/neighbors/neighbor", {"ip"}, {Ip}},
    {"/interfaces/interface/routed-vlan/ipv4/addresses/address", {"ip"}, {Ip}},
    {"/interfaces/interface/routed-vlan/ipv4/neighbors/neighbor", {"ip"}, {Ip}},
    {"/interfaces/interface/routed-vlan/ipv6/addresses/address", {"ip"}, {Ip}},
    {"/interfaces/interface/routed-vlan/ipv6/neighbors/neighbor", {"ip"}, {Ip}},
    {"/interfaces/interface/arista-varp/secondary-virtual-addresses/address", {"ip"}, {Ip}},
    // arista-exp-eos-vxlan, current shape
    {"/interfaces/interface/arista-vxlan/vlan-to-vnis/vlan-to-vni", {"vlan"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/vrf-to-vnis/vrf-to-vni", {"vrf"}},
    {"/interfaces/interface/arista-vxlan/flood-vteps/flood-vtep", {"vtep-ip"}, {Ip}},
    {"/interfaces/interface/arista-vxlan/vlan-flood-vteps/vlan-flood-vtep", {"vlan-id"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/vlan-flood-vteps/vlan-flood-vtep/remote-vteps/remote-vtep", {"vtep-ip"}, {Ip}},
    {"/interfaces/interface/arista-vxlan/learn-prefixes/learn-prefix", {"prefix"}, {IpPrefix}},
    {"/interfaces/interface/arista-vxlan/vlan-mac-learn-modes/vlan-mac-learn-mode", {"vlan-id"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/mcast-grp-decaps/mcast-grp-decap", {"mcast-grp"}, {Ip}},
    // arista-exp-eos-vxlan, EOS 4.22.0F to 4.31.1F: below config and state
    {"/interfaces/interface/arista-vxlan/config/vlan-to-vnis/vlan-to-vni", {"vlan"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/state/vlan-to-vnis/vlan-to-vni", {"vlan"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/config/vrf-to-vnis/vrf-to-vni", {"vrf"}},
    {"/interfaces/interface/arista-vxlan/state/vrf-to-vnis/vrf-to-vni", {"vrf"}},
    {"/interfaces/interface/arista-vxlan/config/flood-vteps/flood-vtep", {"vtep-ip"}, {Ip}},
    {"/interfaces/interface/arista-vxlan/state/flood-vteps/flood-vtep", {"vtep-ip"}, {Ip}},
    {"/interfaces/interface/arista-vxlan/config/vlan-flood-vteps/vlan-flood-vtep", {"vlan-id"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/state/vlan-flood-vteps/vlan-flood-vtep", {"vlan-id"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/config/vlan-flood-vteps/vlan-flood-vtep/remote-vteps/remote-vtep",
     {"vtep-ip"},
     {Ip}},
    {"/interfaces/interface/arista-vxlan/state/vlan-flood-vteps/vlan-flood-vtep/remote-vteps/remote-vtep",
     {"vtep-ip"},
     {Ip}},
    // arista-exp-eos-vxlan, EOS 4.21.3F to 4.21.7M
    {"/interfaces/interface/arista-vxlan/config/vlan-to-vni-map", {"vlan"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/state/vlan-to-vni-map", {"vlan"}, {Unsigned}},
    {"/interfaces/interface/arista-vxlan/config/vrf-to-vni-map", {"vrf"}},
    {"/interfaces/interface/arista-vxlan/state/vrf-to-vni-map", {"vrf"}},
    // openconfig-network-instance, -vlan, -local-routing. EOS sends `members/member` with a key.
    {"/network-instances/network-instance", {"name"}},
    {"/network-instances/network-instance/interfaces/interface", {"id"}},
    {"/network-instances/network-instance/vlans/vlan", {"vlan-id"}, {Unsigned}},
    {"/network-instances/network-instance/vlans/vlan/members/member", {"interface"}},
    {"/network-instances/network-instance/protocols/protocol", {"identifier", "name"}, {Identity, Text}},
    {"/network-instances/network-instance/protocols/protocol/static-routes/static", {"prefix"}, {IpPrefix}},
    {"/network-instances/network-instance/protocols/protocol/static-routes/static/next-hops/next-hop", {"index"}},
    // openconfig-bgp, arista-bgp-augments
    {"/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor", {"neighbor-address"}, {Ip}},
    {"/network-instances/network-instance/protocols/protocol/bgp/peer-groups/peer-group", {"peer-group-name"}},
    {"/network-instances/network-instance/protocols/protocol/bgp/global/afi-safis/afi-safi",
     {"afi-safi-name"},
     {Identity}},
    {"/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/afi-safis/afi-safi",
     {"afi-safi-name"},
     {Identity}},
    {"/network-instances/network-instance/protocols/protocol/bgp/peer-groups/peer-group/afi-safis/afi-safi",
     {"afi-safi-name"},
     {Identity}},
    {"/network-instances/network-instance/protocols/protocol/bgp/global/dynamic-neighbor-prefixes/"
     "dynamic-neighbor-prefix",
     {"prefix"},
     {IpPrefix}},
    {"/network-instances/network-instance/protocols/protocol/bgp/global/networks/network", {"network"}, {IpPrefix}},
    // arista-exp-eos-evpn, openconfig-lacp
    {"/arista/eos/evpn/evpn-instances/evpn-instance", {"name"}},
    {"/arista/eos/evpn/evpn-instances/evpn-instance/vlans/vlan", {"vlan-id"}, {Unsigned}},
    {"/lacp/interfaces/interface", {"name"}},
    {"/lacp/interfaces/interface/members/member", {"interface"}},
};

}  // namespace

std::span<const ListRow> list_rows() { return kRows; }

}  // namespace dm::schema
