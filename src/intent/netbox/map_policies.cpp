// Row 35. NetBox does not say in which order policies apply, and netbox-bgp up to 0.16 repeats a group's at its
// sessions while later ones do not: so they are joined by id and compared as a set. A switch does not copy a group's
// policies to its members, so each is expected where NetBox has it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "intent/netbox/mapping_parts.h"

namespace dm::intent::netbox {
namespace {

using model::Path;
using model::Provenance;
using model::Value;
using model::ValueList;

constexpr std::size_t kMostInAnyOrder = 4;  // 24 orders

struct Direction {
  const char* leaf;   // below the neighbor or group
  const char* field;  // of the NetBox object
  std::vector<Brief> SessionRow::*of_session;
  std::vector<Brief> PeerGroupRow::*of_group;
};
constexpr Direction kDirections[] = {
    {"apply-policy/config/import-policy", "import_policies", &SessionRow::import_policies, &PeerGroupRow::import_policies},
    {"apply-policy/config/export-policy", "export_policies", &SessionRow::export_policies, &PeerGroupRow::export_policies}};

constexpr const char* kNeighborLeaf = "/network-instances/network-instance/protocols/protocol/bgp/neighbors/neighbor/";

bool has(const std::vector<Brief>& policies, const Brief& wanted) {
  return std::any_of(policies.begin(), policies.end(), [&wanted](const Brief& one) { return one.id == wanted.id; });
}

// Sorted, each once.
ValueList names_of(const std::vector<Brief>& policies) {
  std::set<std::string> names;
  for (const Brief& policy : policies) names.insert(policy.name);
  return {names.begin(), names.end()};
}

void add_orders(const ValueList& names, std::vector<Value>& values) {
  std::vector<std::string> order;
  for (const Value& name : names) order.push_back(*name.text());
  do {
    values.emplace_back(ValueList(order.begin(), order.end()));
  } while (std::next_permutation(order.begin(), order.end()));
}

// The member's own, or with those of its group; without any of its own, none as well.
void map_member(const std::vector<Brief>& own, const std::vector<Brief>& all, const Direction& direction, const Path& leaf,
                const Provenance& from, IntentBuilder& out) {
  const ValueList own_names = names_of(own), all_names = names_of(all);
  if (own_names == all_names) return out.set(leaf, all_names, from);
  if (all_names.size() > kMostInAnyOrder) {
    return out.not_compared(fmt::format("{}{}", kNeighborLeaf, direction.leaf),
                            fmt::format("a session has more than {} policies, in an order that NetBox does not say", kMostInAnyOrder));
  }
  std::vector<Value> values;
  if (own_names.empty()) {
    values.emplace_back();
  } else {
    add_orders(own_names, values);
  }
  add_orders(all_names, values);
  out.one_of(leaf, std::move(values), from);
}

}  // namespace

void map_policies(const DeviceView& view, const SessionRow& session, const Path& neighbor, IntentBuilder& out) {
  const bool is_member = session.peer_group.id != 0;
  const PeerGroupRow* group = is_member ? view.joined->peer_group(session.peer_group.id) : nullptr;
  for (const Direction& direction : kDirections) {
    const std::vector<Brief>& of_session = session.*direction.of_session;
    if (is_member && group == nullptr) {
      out.not_compared(fmt::format("{}{}", kNeighborLeaf, direction.leaf), "NetBox does not show the peer group of a session");
      continue;
    }
    std::vector<Brief> own = of_session, all = of_session;
    if (group != nullptr) {
      const std::vector<Brief>& of_group = group->*direction.of_group;
      std::erase_if(own, [&](const Brief& policy) { return has(of_group, policy); });
      all.insert(all.end(), of_group.begin(), of_group.end());
    }
    if (all.empty()) continue;
    const Provenance from = in_field(group != nullptr && own.empty() ? provenance(*view.options, *group) : provenance(*view.options, session),
                                     direction.field);
    const Path leaf = below(neighbor, direction.leaf);
    if (view.options->names.group_policies == config::PoliciesAt::Neighbor) {
      out.set(leaf, names_of(all), from);
    } else {
      map_member(own, all, direction, leaf, from, out);
    }
  }
}

void map_group_policies(const DeviceView& view, const SessionRow& session, const Path& group, IntentBuilder& out) {
  if (view.options->names.group_policies == config::PoliciesAt::Neighbor) return;
  const PeerGroupRow* row = view.joined->peer_group(session.peer_group.id);
  if (row == nullptr) return;
  for (const Direction& direction : kDirections) {
    ValueList names = names_of(row->*direction.of_group);
    if (names.empty()) continue;
    out.set(below(group, direction.leaf), std::move(names), in_field(provenance(*view.options, *row), direction.field));
  }
}

}  // namespace dm::intent::netbox
