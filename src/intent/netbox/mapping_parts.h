// The parts of the mapping, one per area; facts: the numbered rows are those of
// docs/setup/netbox.md.
//
// Each looks at one device and adds what is intended to the builder. Pure.
#pragma once

#include "intent/netbox/device_view.h"
#include "intent/netbox/intent_builder.h"

namespace dm::intent::netbox {

// Host name, MLAG domain, VTEP source (rows 2, 29, 37).
void map_system(const DeviceView& view, IntentBuilder& out);
// Interfaces: entries, enabled, description, MTU, speed, LAG, switched-vlan (rows 4-17, 19, 37).
void map_interfaces(const DeviceView& view, IntentBuilder& out);
// Addresses of interfaces, SVIs and gateways (rows 22-26).
void map_addresses(const DeviceView& view, IntentBuilder& out);
// VLANs in use (rows 20, 21), each with its VNI.
void map_vlans(const DeviceView& view, IntentBuilder& out);
// The VNI and the EVPN instance of one VLAN object of the device (rows 27, 32).
void map_vni(const DeviceView& view, std::uint64_t vid, const VlanRow& vlan, IntentBuilder& out);
// Network instances, which interface is in which, L3 VNIs, route targets (rows 18, 28, 30, 31).
void map_vrfs(const DeviceView& view, IntentBuilder& out);
// AS, router id, neighbors and their groups (rows 33-35).
void map_bgp(const DeviceView& view, IntentBuilder& out);

// The policies of a neighbor, and of a peer group that one of its sessions is in (row 35).
void map_policies(const DeviceView& view, const SessionRow& session, const model::Path& neighbor, IntentBuilder& out);
void map_group_policies(const DeviceView& view, const SessionRow& session, const model::Path& group, IntentBuilder& out);

// The VLANs that an interface's mode really carries; the untagged one first.
struct CarriedVlans {
  const Named* untagged = nullptr;
  std::vector<const Named*> tagged;
};
CarriedVlans carried_vlans(const Interface& interface);

// The device's VRF ids besides 0 (default): of its addresses, interfaces and sessions.
std::vector<const Named*> vrfs_of(const DeviceView& view);

// `a:b`, where a may be an IPv4 address: route targets and distinguishers alike.
bool is_route_target(std::string_view text);

// Names of route targets, sorted; empty if there are none or one is not `a:b` (a finding).
model::ValueList route_targets(const std::vector<Brief>& targets, std::string_view owner,
                               const model::Provenance& from, IntentBuilder& out);

// The session's VRF through its local address (sessions have none of their own). Null: default.
const Named* vrf_of_session(const DeviceView& view, const SessionRow& session);
std::string instance_name(const Named* vrf);

}  // namespace dm::intent::netbox
