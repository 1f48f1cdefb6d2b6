// openconfig-interfaces 3.8, -if-ethernet, -if-aggregate, -vlan 3.2, -if-ip 3.9, and Arista's augments
// of them (arista-intf-augments, arista-vlan-augments, arista-exp-eos-varp-intf, arista-exp-eos-vxlan)
// as EOS 4.36.1F ships them.
#include "schema/leaf_groups.h"

namespace dm::schema {
namespace {

using enum LeafKind;

constexpr std::string_view kInterface[] = {"/interfaces/interface"};

// openconfig-interfaces; load-interval: arista-intf-augments; tpid: openconfig-vlan.
constexpr LeafRow kInterfaceLeaves[] = {
    {"config/name", Text},
    {"config/type", Identity},
    {"config/mtu", Unsigned},
    {"config/loopback-mode", Enum},
    {"config/description", Text},
    {"config/enabled", Bool},
    {"config/tpid", Identity},
    {"config/load-interval", Unsigned},
    {"hold-time/config/up", Unsigned},
    {"hold-time/config/down", Unsigned},
};

// openconfig-if-ethernet; aggregate-id: openconfig-if-aggregate; fec-encoding, sfp-1000base-t: Arista.
constexpr LeafRow kEthernetLeaves[] = {
    {"ethernet/config/mac-address", Mac},
    {"ethernet/config/enable-flow-control", Bool},
    {"ethernet/config/auto-negotiate", Bool},
    {"ethernet/config/standalone-link-training", Bool},
    {"ethernet/config/duplex-mode", Enum},
    {"ethernet/config/port-speed", Identity},
    {"ethernet/config/fec-mode", Identity},
    {"ethernet/config/aggregate-id", Text},
    {"ethernet/config/sfp-1000base-t", Bool},
    {"ethernet/config/fec-encoding/disabled", Bool},
    {"ethernet/config/fec-encoding/fire-code", Bool},
    {"ethernet/config/fec-encoding/reed-solomon", Bool},
    {"ethernet/config/fec-encoding/reed-solomon544", Bool},
};

// openconfig-if-aggregate; fallback, fallback-timeout, mlag: Arista.
constexpr LeafRow kAggregationLeaves[] = {
    {"aggregation/config/lag-type", Enum},
    {"aggregation/config/min-links", Unsigned},
    {"aggregation/config/fallback", Enum},
    {"aggregation/config/fallback-timeout", Unsigned},
    {"aggregation/config/mlag", Unsigned},
};

// openconfig-vlan; trunk-groups: arista-vlan-augments. A VLAN may be written as text ("34").
constexpr std::string_view kSwitched[] = {"/interfaces/interface/ethernet/switched-vlan",
                                          "/interfaces/interface/aggregation/switched-vlan"};
constexpr LeafRow kSwitchedLeaves[] = {
    {"config/interface-mode", Enum},
    {"config/native-vlan", Unsigned},
    {"config/access-vlan", Unsigned},
    {"config/trunk-vlans", VlanSet, kSet},
    {"config/trunk-groups", Text, kSet},
};

// openconfig-vlan: SVIs and dot1q subinterfaces.
constexpr LeafRow kLogicalLeaves[] = {
    {"routed-vlan/config/vlan", Unsigned},
    {"subinterfaces/subinterface/config/index", Unsigned},
    {"subinterfaces/subinterface/config/description", Text},
    {"subinterfaces/subinterface/config/enabled", Bool},
    {"subinterfaces/subinterface/vlan/config/vlan-id", Unsigned},
    {"subinterfaces/subinterface/vlan/match/single-tagged/config/vlan-id", Unsigned},
    {"subinterfaces/subinterface/vlan/match/single-tagged-list/config/vlan-ids", VlanSet, kSet},
    {"subinterfaces/subinterface/vlan/match/double-tagged/config/inner-vlan-id", Unsigned},
    {"subinterfaces/subinterface/vlan/match/double-tagged/config/outer-vlan-id", Unsigned},
};

// openconfig-if-ip; addr-type: EOS repeats `type` under this name.
constexpr std::string_view kRouted[] = {"/interfaces/interface/subinterfaces/subinterface",
                                        "/interfaces/interface/routed-vlan"};
constexpr LeafRow kRoutedLeaves[] = {
    {"ipv4/config/enabled", Bool},
    {"ipv4/config/mtu", Unsigned},
    {"ipv4/config/dhcp-client", Bool},
    {"ipv4/addresses/address/config/ip", Ip},
    {"ipv4/addresses/address/config/prefix-length", Unsigned},
    {"ipv4/addresses/address/config/type", Enum},
    {"ipv4/addresses/address/config/addr-type", Enum},
    {"ipv4/neighbors/neighbor/config/ip", Ip},
    {"ipv4/neighbors/neighbor/config/link-layer-address", Mac},
    {"ipv4/proxy-arp/config/mode", Enum},
    {"ipv4/unnumbered/config/enabled", Bool},
    {"ipv6/config/enabled", Bool},
    {"ipv6/config/mtu", Unsigned},
    {"ipv6/config/dhcp-client", Bool},
    {"ipv6/config/dup-addr-detect-transmits", Unsigned},
    {"ipv6/addresses/address/config/ip", Ip},
    {"ipv6/addresses/address/config/prefix-length", Unsigned},
    {"ipv6/addresses/address/config/type", Enum},
    {"ipv6/addresses/address/config/addr-type", Enum},
    {"ipv6/neighbors/neighbor/config/ip", Ip},
    {"ipv6/neighbors/neighbor/config/link-layer-address", Mac},
};

// arista-exp-eos-varp-intf.
constexpr LeafRow kVarpLeaves[] = {
    {"arista-varp/virtual-address/config/ip", Ip},
    {"arista-varp/virtual-address/config/prefix-length", Unsigned},
    {"arista-varp/secondary-virtual-addresses/address/config/ip", Ip},
    {"arista-varp/secondary-virtual-addresses/address/config/prefix-length", Unsigned},
};

// arista-exp-eos-vxlan 1.0.0 (EOS 4.31.2F on). Older shapes arrive here by the profile's aliases.
constexpr LeafRow kVxlanLeaves[] = {
    {"arista-vxlan/config/mac-learn-mode", Enum},
    {"arista-vxlan/config/arp-local-address", Bool},
    {"arista-vxlan/config/arp-reply-relay", Bool},
    {"arista-vxlan/config/controller-client-mode", Bool},
    {"arista-vxlan/config/mlag-shared-router-mac-addr", Mac},
    {"arista-vxlan/config/mlag-shared-router-mac-config", Enum},
    {"arista-vxlan/config/src-ip-intf", Text},
    {"arista-vxlan/config/mlag-src-ip-intf", Text},
    {"arista-vxlan/config/udp-port", Unsigned},
    {"arista-vxlan/config/vtep-addr-mask", Ip},
    {"arista-vxlan/config/flood-mcast-grp", Ip},
    {"arista-vxlan/vlan-to-vnis/vlan-to-vni/config/vlan", Unsigned},
    {"arista-vxlan/vlan-to-vnis/vlan-to-vni/config/vni", Unsigned},
    {"arista-vxlan/vrf-to-vnis/vrf-to-vni/config/vrf", Text},
    {"arista-vxlan/vrf-to-vnis/vrf-to-vni/config/vni", Unsigned},
    {"arista-vxlan/flood-vteps/flood-vtep/config/vtep-ip", Ip},
    {"arista-vxlan/vlan-flood-vteps/vlan-flood-vtep/config/vlan-id", Unsigned},
    {"arista-vxlan/vlan-flood-vteps/vlan-flood-vtep/remote-vteps/remote-vtep/config/vtep-ip", Ip},
    {"arista-vxlan/learn-prefixes/learn-prefix/config/prefix", IpPrefix},
    {"arista-vxlan/vlan-mac-learn-modes/vlan-mac-learn-mode/config/vlan-id", Unsigned},
    {"arista-vxlan/vlan-mac-learn-modes/vlan-mac-learn-mode/config/mac-learn-mode", Enum},
    {"arista-vxlan/mcast-grp-decaps/mcast-grp-decap/config/mcast-grp", Ip},
};

constexpr LeafGroup kGroups[] = {
    {kInterface, kInterfaceLeaves},   {kInterface, kEthernetLeaves}, {kInterface, kAggregationLeaves},
    {kSwitched, kSwitchedLeaves},     {kInterface, kLogicalLeaves},  {kRouted, kRoutedLeaves},
    {kInterface, kVarpLeaves},        {kInterface, kVxlanLeaves},
};

}  // namespace

std::span<const LeafGroup> interface_groups() { return kGroups; }

}  // namespace dm::schema
