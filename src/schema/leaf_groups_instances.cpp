// openconfig-network-instance 4.6, -vlan 3.2, -local-routing, and Arista's augments of them
// (arista-netinst-augments, arista-vlan-augments).
#include "schema/leaf_groups.h"

namespace dm::schema {
namespace {

using enum LeafKind;

constexpr std::string_view kInstance[] = {"/network-instances/network-instance"};

// openconfig-network-instance; ipv4-routing-enabled: Arista. A router-id is written as a dotted quad.
constexpr LeafRow kInstanceLeaves[] = {
    {"config/name", Text},
    {"config/type", Identity},
    {"config/description", Text},
    {"config/enabled", Bool},
    {"config/router-id", Ip},
    {"config/route-distinguisher", Text},
    {"config/fallback-network-instance", Text},
    {"config/ipv4-routing-enabled", Bool},
    {"config/ipv6-routing-enabled", Bool},
    {"config/enabled-address-families", Identity, kSet},
    {"config/mtu", Unsigned},
    {"interfaces/interface/config/id", Text},
    {"interfaces/interface/config/interface", Text},
    {"interfaces/interface/config/subinterface", Unsigned},
    {"interfaces/interface/config/associated-address-families", Identity, kSet},
    {"interfaces/interface/config/mac-pinning", Bool},
    {"interfaces/interface/config/irb-anycast-gateway", Text},
};

// openconfig-vlan; mac-learning, trunk-groups: arista-vlan-augments.
constexpr LeafRow kVlanLeaves[] = {
    {"vlans/vlan/config/vlan-id", Unsigned},
    {"vlans/vlan/config/name", Text},
    {"vlans/vlan/config/status", Enum},
    {"vlans/vlan/config/mac-learning", Bool},
    {"vlans/vlan/config/trunk-groups", Text, kSet},
};

// openconfig-network-instance (protocols), openconfig-local-routing.
constexpr LeafRow kProtocolLeaves[] = {
    {"protocols/protocol/config/identifier", Identity},
    {"protocols/protocol/config/name", Text},
    {"protocols/protocol/config/enabled", Bool},
    {"protocols/protocol/config/default-metric", Unsigned},
    {"protocols/protocol/static-routes/static/config/prefix", IpPrefix},
    {"protocols/protocol/static-routes/static/config/set-tag", Text},
    {"protocols/protocol/static-routes/static/config/description", Text},
    {"protocols/protocol/static-routes/static/next-hops/next-hop/config/index", Text},
    {"protocols/protocol/static-routes/static/next-hops/next-hop/config/next-hop", Ip},
    {"protocols/protocol/static-routes/static/next-hops/next-hop/config/metric", Unsigned},
    {"protocols/protocol/static-routes/static/next-hops/next-hop/config/preference", Unsigned},
    {"protocols/protocol/static-routes/static/next-hops/next-hop/config/recurse", Bool},
};

constexpr LeafGroup kGroups[] = {
    {kInstance, kInstanceLeaves}, {kInstance, kVlanLeaves}, {kInstance, kProtocolLeaves}};

}  // namespace

std::span<const LeafGroup> network_instance_groups() { return kGroups; }

}  // namespace dm::schema
