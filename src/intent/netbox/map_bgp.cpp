#include <fmt/format.h>

#include <map>
#include <set>

#include "intent/netbox/identity.h"
#include "intent/netbox/mapping_parts.h"
#include "intent/netbox/policy.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Path;
using model::Provenance;
using model::Value;

constexpr const char* kAsLeaf = "/network-instances/network-instance/protocols/protocol/bgp/global/config/as";
constexpr const char* kRouterIdLeaf = "/network-instances/network-instance/protocols/protocol/bgp/global/config/router-id";

// The places where the AS is looked for, for people.
std::vector<std::string> names_of(const config::NetBoxMapping& names) {
  std::vector<std::string> said;
  for (const config::AsnSource source : names.asn_sources) {
    switch (source) {
      case config::AsnSource::Field: said.push_back("custom field " + names.asn_field); break;
      case config::AsnSource::Session: said.emplace_back("BGP sessions"); break;
      case config::AsnSource::Context: said.push_back("config context " + names.asn_context_key); break;
      case config::AsnSource::Site: said.emplace_back("AS of the site"); break;
    }
  }
  return said;
}

// A router id without an AS would be that of no BGP.
void map_identity(const DeviceView& view, const std::optional<LocalAs>& as, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  const Path config = below(bgp_path(kDefaultInstance), "global/config");
  const std::string field = text_field(view.device->custom_fields, names.asn_field);
  if (!field.empty() && !parse_as(field)) {
    out.find(FindingKind::ImpossibleValue, provenance(*view.options, *view.device),
             fmt::format("custom field {}: '{}' is no AS number; not compared", names.asn_field, field));
  }
  if (!as) {
    if (const SiteRow* site = site_of_several_as(view)) {
      out.find(FindingKind::AsnAmbiguous, in_field(provenance(*view.options, *site), "asns"),
               fmt::format("site {} has {} AS numbers and nothing else says which is the device's; not compared", site->name,
                           site->asns.size()));
    }
    return out.not_compared(kAsLeaf, fmt::format("none of its sources says one AS ({})", fmt::join(names_of(names), ", ")));
  }
  out.equal(below(config, "as"), as->number, as->from);
  if (const auto id = router_id(view)) return out.equal(below(config, "router-id"), id->ip, id->from);
  out.not_compared(kRouterIdLeaf, fmt::format("{} has no active IPv4 address in NetBox, or several", names.router_id_interface));
}

void map_neighbor(const SessionRow& session, const Path& path, const std::optional<LocalAs>& own_as,
                  const Provenance& from, const std::string& ip, IntentBuilder& out) {
  out.entry(path, in_field(from, "remote_address"));
  const Path config = below(path, "config");
  out.equal(below(config, "neighbor-address"), ip, in_field(from, "remote_address"));
  out.equal(below(config, "enabled"), session.status != "offline", in_field(from, "status"));
  const bool is_in_group = session.peer_group.id != 0;
  if (session.remote_as.asn) {
    // A member takes its AS from the group, yet may repeat it; NetBox always has it.
    if (is_in_group) {
      out.one_of(below(config, "peer-as"), {Value(), *session.remote_as.asn}, in_field(from, "remote_as"));
    } else {
      out.equal(below(config, "peer-as"), *session.remote_as.asn, in_field(from, "remote_as"));
    }
  }
  if (is_in_group)
    out.equal(below(config, "peer-group"), session.peer_group.name, in_field(from, "peer_group"));
  if (!session.description.empty())
    out.equal(below(config, "description"), session.description, in_field(from, "description"));
  if (session.local_as.asn && own_as && *session.local_as.asn != own_as->number) {
    out.equal(below(config, "local-as"), *session.local_as.asn, in_field(from, "local_as"));
  }
}

void map_session(const DeviceView& view, const SessionRow& session,
                 const std::optional<LocalAs>& own_as, std::set<std::string>& seen,
                 IntentBuilder& out) {
  const Provenance from = provenance(*view.options, session);
  const auto remote = parse_ip(session.remote_address.address);
  if (!remote) {
    out.find(FindingKind::SessionIncomplete, from,
             fmt::format("BGP session '{}' has no remote address; it is not compared", session.name));
    return;
  }
  const std::string vrf = instance_name(vrf_of_session(view, session));
  const Path path = below(bgp_path(vrf), "neighbors/neighbor", {{"neighbor-address", remote->ip}});
  if (!seen.insert(model::to_text(path)).second) {
    out.find(FindingKind::SessionDuplicate, from, fmt::format(
        "BGP session '{}': another session has the neighbor {} in {}; it is not compared",
        session.name, remote->ip, vrf));
    return;
  }
  apply(policy_of(*view.options, session.tags, session.custom_fields), {path}, out);
  if (session.status == "planned") {
    out.unmanaged(path);
    return;
  }
  if (!session.remote_as.asn)
    out.find(FindingKind::SessionIncomplete, from, fmt::format("BGP session '{}' has no remote AS", session.name));
  map_neighbor(session, path, own_as, from, remote->ip, out);
  map_policies(view, session, path, out);
}

Path group_path(const DeviceView& view, const SessionRow& session) {
  return below(bgp_path(instance_name(vrf_of_session(view, session))), "peer-groups/peer-group",
               {{"peer-group-name", session.peer_group.name}});
}

// A peer group's own AS, where its sessions leave no doubt. Absent is right as well: its members may carry the AS
// each, which NetBox does not tell apart.
void map_group_as(const DeviceView& view, IntentBuilder& out) {
  std::map<std::string, std::set<std::uint64_t>> told;  // group -> the AS numbers of its members
  for (const SessionRow* session : view.sessions) {
    if (session->peer_group.id == 0 || session->peer_group.name.empty()) continue;
    if (session->remote_as.asn) told[session->peer_group.name].insert(*session->remote_as.asn);
  }
  std::set<std::string> seen;
  for (const SessionRow* session : view.sessions) {
    const auto group = told.find(session->peer_group.name);
    if (session->peer_group.id == 0 || group == told.end() || group->second.size() != 1) continue;
    const Path leaf = below(group_path(view, *session), "config/peer-as");
    if (!seen.insert(model::to_text(leaf)).second) continue;
    out.one_of(leaf, {Value(), *group->second.begin()},
               in_field(provenance(*view.options, *session), "remote_as"));
  }
}

// Of the groups that a session of the device is in; a planned one needs no group yet.
void map_groups(const DeviceView& view, IntentBuilder& out) {
  map_group_as(view, out);
  for (const SessionRow* session : view.sessions) {
    const bool is_there = session->status != "planned" &&
                          policy_of(*view.options, session->tags, session->custom_fields) != Policy::Ignore;
    if (is_there && !session->peer_group.name.empty()) map_group_policies(view, *session, group_path(view, *session), out);
  }
}

}  // namespace

const Named* vrf_of_session(const DeviceView& view, const SessionRow& session) {
  const AddressRow* local = view.joined->address(session.local_address.id);
  return local != nullptr && local->vrf.id != 0 ? &local->vrf : nullptr;
}

void map_bgp(const DeviceView& view, IntentBuilder& out) {
  const auto as = local_as(view);
  map_identity(view, as, out);
  std::set<std::string> seen;
  for (const SessionRow* session : view.sessions) map_session(view, *session, as, seen, out);
  map_groups(view, out);
}

}  // namespace dm::intent::netbox
