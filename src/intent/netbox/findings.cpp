#include "intent/netbox/findings.h"

#include <fmt/format.h>

#include <map>
#include <unordered_set>

#include "core/text.h"
#include "intent/netbox/ip_text.h"

namespace dm::intent::netbox {
namespace {

using Findings = std::vector<std::string>;

void find_shared_identifiers(const Tables& tables, Findings& out) {
  std::map<std::int64_t, const L2vpnRow*> by_identifier;
  for (const L2vpnRow& row : tables.l2vpns) {
    if (!row.identifier || !row.type.starts_with("vxlan")) continue;
    const auto [other, is_new] = by_identifier.try_emplace(*row.identifier, &row);
    if (!is_new) {
      out.push_back(fmt::format("L2VPNs {} and {} share the identifier {}", other->second->name,
                                row.name, *row.identifier));
    }
  }
}

void find_reused_vrf_names(const Tables& tables, Findings& out) {
  std::map<std::string, int> names;
  for (const VrfRow& row : tables.vrfs) {
    if (++names[row.name] == 2)
      out.push_back(fmt::format("VRF {}: several VRFs have this name", row.name));
  }
}

bool may_be_shared(const AddressRow& row) {
  return row.role == "anycast" || row.role == "vip" || row.role == "vrrp" || row.role == "hsrp" ||
         row.role == "glbp" || row.role == "carp";
}

// Only the interfaces of the devices that are watched: others' mistakes are not ours.
void find_address_mistakes(const Tables& tables, Findings& out) {
  std::unordered_set<std::uint64_t> interfaces;
  for (const InterfaceRow& row : tables.interfaces) interfaces.insert(row.id);
  std::map<std::pair<std::uint64_t, std::string>, const AddressRow*> seen;
  for (const AddressRow& row : tables.addresses) {
    if (row.assigned_object_type != "dcim.interface" ||
        !interfaces.contains(row.assigned_object_id))
      continue;
    const auto ip = parse_ip(row.address);
    if (!ip) {
      out.push_back(fmt::format("IP address {}: '{}' is no address; it is not compared", row.id,
                                row.address));
      continue;
    }
    if (may_be_shared(row)) continue;
    if (!seen.try_emplace({row.vrf.id, ip->ip}, &row).second) {
      out.push_back(fmt::format("IP address {} is assigned twice in VRF {}", ip->ip,
                                row.vrf.id == 0 ? "default" : row.vrf.name));
    }
  }
}

void find_lost_sessions(const Tables& tables, Findings& out) {
  for (const SessionRow& row : tables.sessions) {
    if (row.device.id == 0)
      out.push_back(fmt::format("BGP session '{}' names no device; it is not compared", row.name));
  }
}

}  // namespace

std::vector<std::string> find_mistakes(const Tables& tables) {
  Findings found;
  find_shared_identifiers(tables, found);
  find_reused_vrf_names(tables, found);
  find_address_mistakes(tables, found);
  find_lost_sessions(tables, found);
  for (std::string& line : found) line = core::to_valid_utf8(line);
  return found;
}

}  // namespace dm::intent::netbox
