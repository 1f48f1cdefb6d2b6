// openconfig-bgp 9.9 (global, neighbor, peer-group, afi-safi, common) and openconfig-routing-policy's
// apply-policy, with Arista's augments (arista-bgp-augments, arista-exp-eos-bgp).
#include "schema/leaf_groups.h"

namespace dm::schema {
namespace {

using enum LeafKind;

constexpr std::string_view kGlobal[] = {"/network-instances/network-instance/protocols/protocol/bgp/global"};
constexpr std::string_view kNeighbor[] = {
    "/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor"};
constexpr std::string_view kPeerGroup[] = {
    "/network-instances/network-instance/protocols/protocol/bgp/peer-groups/peer-group"};
constexpr std::string_view kPeer[] = {kNeighbor[0], kPeerGroup[0]};
constexpr std::string_view kAnywhere[] = {kGlobal[0], kNeighbor[0], kPeerGroup[0]};
constexpr std::string_view kWithPolicy[] = {
    kGlobal[0],
    kNeighbor[0],
    kPeerGroup[0],
    "/network-instances/network-instance/protocols/protocol/bgp/global/afi-safis/afi-safi",
    "/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/afi-safis/afi-safi",
    "/network-instances/network-instance/protocols/protocol/bgp/peer-groups/peer-group/afi-safis/afi-safi"};

// openconfig-bgp-global; local-route-distance, networks, evpn targets: Arista. The targets are
// configuration although Arista's augment puts them into no `config` container.
constexpr LeafRow kGlobalLeaves[] = {
    {"config/as", Unsigned},
    {"config/router-id", Ip},
    {"default-route-distance/config/external-route-distance", Unsigned},
    {"default-route-distance/config/internal-route-distance", Unsigned},
    {"default-route-distance/config/local-route-distance", Unsigned},
    {"confederation/config/identifier", Unsigned},
    {"confederation/config/member-as", Unsigned, kSet},
    {"route-selection-options/config/always-compare-med", Bool},
    {"route-selection-options/config/ignore-as-path-length", Bool},
    {"route-selection-options/config/external-compare-router-id", Bool},
    {"route-selection-options/config/advertise-inactive-routes", Bool},
    {"dynamic-neighbor-prefixes/dynamic-neighbor-prefix/config/prefix", IpPrefix},
    {"dynamic-neighbor-prefixes/dynamic-neighbor-prefix/config/peer-group", Text},
    {"networks/network/config/network", IpPrefix},
    {"evpn/import-target", Text, kSet | kElsewhere},
    {"evpn/export-target", Text, kSet | kElsewhere},
};

// openconfig-bgp-neighbor and -peer-group: the same groupings but for the key.
constexpr LeafRow kNeighborLeaves[] = {
    {"config/neighbor-address", Ip},
    {"config/peer-group", Text},
    {"config/enabled", Bool},
};
constexpr LeafRow kPeerGroupLeaves[] = {{"config/peer-group-name", Text}};

// openconfig-bgp-common; next-hop-self, next-hop-unchanged: Arista. A cluster id may be a number or a
// dotted quad, a local address an address or an interface name.
constexpr LeafRow kPeerLeaves[] = {
    {"config/neighbor-port", Unsigned},
    {"config/peer-as", Unsigned},
    {"config/local-as", Unsigned},
    {"config/peer-type", Enum},
    {"config/auth-password", Text, kSecret},
    {"config/remove-private-as", Identity},
    {"config/route-flap-damping", Bool},
    {"config/send-community", Enum},
    {"config/send-community-type", Enum, kSet},
    {"config/description", Text},
    {"config/next-hop-self", Bool},
    {"config/next-hop-unchanged", Bool},
    {"timers/config/connect-retry", Decimal},
    {"timers/config/hold-time", Decimal},
    {"timers/config/keepalive-interval", Decimal},
    {"timers/config/minimum-advertisement-interval", Decimal},
    {"timers/config/restart-time", Decimal},
    {"transport/config/tcp-mss", Unsigned},
    {"transport/config/mtu-discovery", Bool},
    {"transport/config/passive-mode", Bool},
    {"transport/config/local-address", Ip},
    {"error-handling/config/treat-as-withdraw", Bool},
    {"ebgp-multihop/config/enabled", Bool},
    {"ebgp-multihop/config/multihop-ttl", Unsigned},
    {"route-reflector/config/route-reflector-client", Bool},
    {"route-reflector/config/route-reflector-cluster-id", Text},
    {"as-path-options/config/allow-own-as", Unsigned},
    {"as-path-options/config/replace-peer-as", Bool},
    {"as-path-options/config/disable-peer-as-filter", Bool},
    {"enable-bfd/config/enabled", Bool},
};

// Groupings that global, neighbor and peer-group share.
constexpr LeafRow kSharedLeaves[] = {
    {"graceful-restart/config/enabled", Bool},
    {"graceful-restart/config/restart-time", Decimal},
    {"graceful-restart/config/stale-routes-time", Decimal},
    {"graceful-restart/config/helper-only", Bool},
    {"logging-options/config/log-neighbor-state-changes", Bool},
    {"use-multiple-paths/config/enabled", Bool},
    {"use-multiple-paths/ebgp/config/allow-multiple-as", Bool},
    {"use-multiple-paths/ebgp/config/maximum-paths", Unsigned},
    {"use-multiple-paths/ibgp/config/maximum-paths", Unsigned},
    {"afi-safis/afi-safi/config/afi-safi-name", Identity},
    {"afi-safis/afi-safi/config/enabled", Bool},
    {"afi-safis/afi-safi/config/send-community-type", Enum, kSet},
    {"afi-safis/afi-safi/graceful-restart/config/enabled", Bool},
    {"afi-safis/afi-safi/add-paths/config/receive", Bool},
    {"afi-safis/afi-safi/add-paths/config/send", Bool},
    {"afi-safis/afi-safi/add-paths/config/send-max", Unsigned},
    {"afi-safis/afi-safi/ipv4-unicast/config/send-default-route", Bool},
    {"afi-safis/afi-safi/ipv4-unicast/config/extended-next-hop-encoding", Bool},
    {"afi-safis/afi-safi/ipv6-unicast/config/send-default-route", Bool},
    {"afi-safis/afi-safi/prefix-limit/config/max-prefixes", Unsigned},
    {"afi-safis/afi-safi/prefix-limit/config/prevent-teardown", Bool},
    {"afi-safis/afi-safi/prefix-limit/config/warning-threshold-pct", Unsigned},
    {"afi-safis/afi-safi/ipv4-unicast/prefix-limit/config/max-prefixes", Unsigned},
    {"afi-safis/afi-safi/ipv4-unicast/prefix-limit/config/prevent-teardown", Bool},
    {"afi-safis/afi-safi/ipv4-unicast/prefix-limit/config/warning-threshold-pct", Unsigned},
    {"afi-safis/afi-safi/ipv6-unicast/prefix-limit/config/max-prefixes", Unsigned},
    {"afi-safis/afi-safi/ipv6-unicast/prefix-limit/config/prevent-teardown", Bool},
    {"afi-safis/afi-safi/ipv6-unicast/prefix-limit/config/warning-threshold-pct", Unsigned},
};

// openconfig-routing-policy: policies are evaluated in the user's order.
constexpr LeafRow kPolicyLeaves[] = {
    {"apply-policy/config/import-policy", Text, kOrdered},
    {"apply-policy/config/export-policy", Text, kOrdered},
    {"apply-policy/config/default-import-policy", Enum},
    {"apply-policy/config/default-export-policy", Enum},
};

constexpr LeafGroup kGroups[] = {
    {kGlobal, kGlobalLeaves}, {kNeighbor, kNeighborLeaves}, {kPeerGroup, kPeerGroupLeaves},
    {kPeer, kPeerLeaves},     {kAnywhere, kSharedLeaves},   {kWithPolicy, kPolicyLeaves},
};

}  // namespace

std::span<const LeafGroup> bgp_groups() { return kGroups; }

}  // namespace dm::schema
