#include "intent/netbox/findings.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <unordered_set>

#include "core/text.h"
#include "intent/netbox/ip_text.h"
#include "intent/netbox/mapping_parts.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;

// Collects what is found, each with the object it is about.
class Findings {
 public:
  explicit Findings(const MappingOptions& options) : options_(&options) {}

  template <class Row>
  void add(FindingKind kind, const Row& row, std::string_view message) {
    const model::Provenance at = provenance(*options_, row);
    found_.push_back({.kind = kind,
                      .severity = model::Severity::Warning,
                      .source = {},
                      .device = {},
                      .object = at.object,
                      .url = at.url,
                      .message = core::to_valid_utf8(message)});
  }
  std::vector<model::Finding> take() && { return std::move(found_); }

 private:
  const MappingOptions* options_;
  std::vector<model::Finding> found_;
};

void find_shared_identifiers(const Tables& tables, Findings& out) {
  std::map<std::int64_t, const L2vpnRow*> by_identifier;
  for (const L2vpnRow& row : tables.l2vpns) {
    if (!row.identifier || !row.type.starts_with("vxlan")) continue;
    const auto [other, is_new] = by_identifier.try_emplace(*row.identifier, &row);
    if (is_new) continue;
    out.add(FindingKind::L2vpnShared, row,
            fmt::format("L2VPNs {} and {} share the identifier {}", other->second->name, row.name, *row.identifier));
  }
}

void find_reused_vrf_names(const Tables& tables, Findings& out) {
  std::map<std::string, int> names;
  for (const VrfRow& row : tables.vrfs) {
    if (++names[row.name] == 2)
      out.add(FindingKind::VrfNameReused, row, fmt::format("VRF {}: several VRFs have this name", row.name));
  }
}

void find_impossible_distinguishers(const Tables& tables, Findings& out) {
  for (const VrfRow& row : tables.vrfs) {
    if (row.rd.empty() || is_route_target(row.rd)) continue;
    out.add(FindingKind::RouteTarget, row, fmt::format("VRF {}: '{}' is no route distinguisher", row.name, row.rd));
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
    if (row.assigned_object_type != "dcim.interface" || !interfaces.contains(row.assigned_object_id)) continue;
    const auto ip = parse_ip(row.address);
    if (!ip) {
      out.add(FindingKind::ImpossibleValue, row,
              fmt::format("IP address {}: '{}' is no address; it is not compared", row.id, row.address));
      continue;
    }
    if (may_be_shared(row)) continue;
    if (seen.try_emplace({row.vrf.id, ip->ip}, &row).second) continue;
    out.add(FindingKind::AddressDuplicate, row,
            fmt::format("IP address {} is assigned twice in VRF {}", ip->ip, row.vrf.id == 0 ? "default" : row.vrf.name));
  }
}

void find_lost_sessions(const Tables& tables, Findings& out) {
  for (const SessionRow& row : tables.sessions) {
    if (row.device.id != 0) continue;
    out.add(FindingKind::SessionIncomplete, row,
            fmt::format("BGP session '{}' names no device; it is not compared", row.name));
  }
}

template <class Row>
const std::string& label_of(const Row& row) {
  return row.name;
}
const std::string& label_of(const AddressRow& row) { return row.address; }

template <class Row>
void find_wrong_types(const std::vector<Row>& rows, Findings& out) {
  for (const Row& row : rows) {
    for (const std::string& field : row.wrong_fields) {
      out.add(FindingKind::WrongType, row,
              fmt::format("{}: {} is not of the type that NetBox documents; it counts as not said",
                          label_of(row), field));
    }
  }
}

}  // namespace

std::vector<model::Finding> find_mistakes(const Tables& tables, const MappingOptions& options) {
  Findings found(options);
  find_shared_identifiers(tables, found);
  find_reused_vrf_names(tables, found);
  find_impossible_distinguishers(tables, found);
  find_address_mistakes(tables, found);
  find_lost_sessions(tables, found);
  find_wrong_types(tables.devices, found);
  find_wrong_types(tables.interfaces, found);
  find_wrong_types(tables.addresses, found);
  find_wrong_types(tables.vlans, found);
  find_wrong_types(tables.l2vpns, found);
  find_wrong_types(tables.vrfs, found);
  find_wrong_types(tables.sessions, found);
  find_wrong_types(tables.peer_groups, found);
  find_wrong_types(tables.sites, found);
  find_wrong_types(tables.vlan_groups, found);
  return std::move(found).take();
}

}  // namespace dm::intent::netbox
