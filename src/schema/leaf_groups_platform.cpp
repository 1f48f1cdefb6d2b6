// What hangs at other roots: Arista EVPN instances and MLAG (arista-exp-eos-evpn, arista-exp-eos-mlag),
// openconfig-lacp 2.1, openconfig-system.
#include "schema/leaf_groups.h"

namespace dm::schema {
namespace {

using enum LeafKind;

// arista-exp-eos-evpn: `router bgp / vlan N`. The name is the VLAN id as text.
constexpr std::string_view kEvpn[] = {"/arista/eos/evpn/evpn-instances/evpn-instance"};
constexpr LeafRow kEvpnLeaves[] = {
    {"config/name", Text},
    {"config/instance-type", Enum},
    {"config/route-distinguisher", Text},
    {"config/redistribute", Enum, kSet},
    {"config/maximum-routes", Unsigned},
    {"route-target/config/import", Text, kSet},
    {"route-target/config/export", Text, kSet},
    {"route-target/config/auto-import", Text, kSet},
    {"route-target/config/auto-export", Text},
    {"vlans/vlan/config/vlan-id", Unsigned},
    {"vlans/vlan/config/etid", Unsigned},
};

// arista-exp-eos-mlag.
constexpr std::string_view kMlag[] = {"/arista/eos/mlag"};
constexpr LeafRow kMlagLeaves[] = {
    {"config/domain-id", Text},
    {"config/local-intf", Text},
    {"config/peer-address", Ip},
    {"config/peer-link-intf", Text},
    {"config/enabled", Bool},
    {"config/heartbeat-interval", Unsigned},
    {"config/heartbeat-peer-address/address", Ip},
    {"config/heartbeat-peer-address/vrf", Text},
    {"config/dual-primary-action", Enum},
    {"config/dual-primary-detection-delay", Decimal},
    {"config/lacp-standby", Bool},
};

// openconfig-lacp.
constexpr std::string_view kLacp[] = {"/lacp"};
constexpr LeafRow kLacpLeaves[] = {
    {"config/system-priority", Unsigned},
    {"interfaces/interface/config/name", Text},
    {"interfaces/interface/config/interval", Enum},
    {"interfaces/interface/config/lacp-mode", Enum},
    {"interfaces/interface/config/system-id-mac", Mac},
    {"interfaces/interface/config/system-priority", Unsigned},
    {"interfaces/interface/config/fallback", Bool},
    {"interfaces/interface/config/fallback-timeout", Unsigned},
    {"interfaces/interface/members/member/config/interface", Text},
    {"interfaces/interface/members/member/config/port-priority", Unsigned},
};

// openconfig-system.
constexpr std::string_view kSystem[] = {"/system"};
constexpr LeafRow kSystemLeaves[] = {
    {"config/hostname", Text},
    {"config/domain-name", Text},
};

constexpr LeafGroup kGroups[] = {
    {kEvpn, kEvpnLeaves}, {kMlag, kMlagLeaves}, {kLacp, kLacpLeaves}, {kSystem, kSystemLeaves}};

}  // namespace

std::span<const LeafGroup> platform_groups() { return kGroups; }

}  // namespace dm::schema
