// The lists that NetBox can fill, by schema text.
#pragma once

#include <array>
#include <string_view>

namespace dm::intent::netbox {

inline constexpr std::string_view kInterfaceList = "/interfaces/interface";
inline constexpr std::string_view kSubinterfaceList =
    "/interfaces/interface/subinterfaces/subinterface";
inline constexpr std::string_view kVlanVniList =
    "/interfaces/interface/arista-vxlan/vlan-to-vnis/vlan-to-vni";
inline constexpr std::string_view kVrfVniList =
    "/interfaces/interface/arista-vxlan/vrf-to-vnis/vrf-to-vni";
inline constexpr std::string_view kInstanceList = "/network-instances/network-instance";
inline constexpr std::string_view kInstanceInterfaceList =
    "/network-instances/network-instance/interfaces/interface";
inline constexpr std::string_view kVlanList = "/network-instances/network-instance/vlans/vlan";
inline constexpr std::string_view kNeighborList =
    "/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor";
inline constexpr std::array<std::string_view, 2> kIpv4Lists = {
    "/interfaces/interface/subinterfaces/subinterface/ipv4/addresses/address",
    "/interfaces/interface/routed-vlan/ipv4/addresses/address"};
inline constexpr std::array<std::string_view, 2> kIpv6Lists = {
    "/interfaces/interface/subinterfaces/subinterface/ipv6/addresses/address",
    "/interfaces/interface/routed-vlan/ipv6/addresses/address"};
inline constexpr std::array<std::string_view, 12> kAllLists = {
    kInterfaceList, kSubinterfaceList,      kVlanVniList,  kVrfVniList,
    kInstanceList,  kInstanceInterfaceList, kVlanList,     kNeighborList,
    kIpv4Lists[0],  kIpv4Lists[1],          kIpv6Lists[0], kIpv6Lists[1]};

}  // namespace dm::intent::netbox
