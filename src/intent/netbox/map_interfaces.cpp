#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "intent/netbox/mapping_parts.h"
#include "intent/netbox/policy.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Path;
using model::Provenance;
using model::Value;
using model::ValueList;

constexpr std::uint64_t kLargestMtu = 65535;  // the leaf is a uint16, NetBox allows one more

bool is_switchable(const Interface& interface) {
  return (interface.kind == InterfaceKind::Physical || interface.kind == InterfaceKind::Lag) &&
         !interface.is_lag_member();
}

void map_basics(const Interface& interface, const Path& path, const Provenance& from,
                IntentBuilder& out) {
  out.entry(path, in_field(from, "name"));
  out.equal(below(path, "config/enabled"), interface.row->enabled, in_field(from, "enabled"));
  const std::string& description = interface.row->description;
  if (!description.empty()) out.equal(below(path, "config/description"), description, in_field(from, "description"));
}

// Off unless asked for: what a port is follows from its name.
void map_type(const DeviceView& view, const Interface& interface, const Path& path, const Provenance& from,
              IntentBuilder& out) {
  if (!view.options->names.interface_type) return;
  const auto say = [&](const char* type) { out.equal(below(path, "config/type"), type, in_field(from, "type")); };
  switch (interface.kind) {
    case InterfaceKind::Physical:
    case InterfaceKind::Management: return say("ethernetCsmacd");
    case InterfaceKind::Lag: return say("ieee8023adLag");
    case InterfaceKind::Loopback: return say("softwareLoopback");
    case InterfaceKind::Svi: return say("l3ipvlan");
    case InterfaceKind::Subinterface:
    case InterfaceKind::Vxlan:
    case InterfaceKind::Other: return;
  }
}

// A routed port's or SVI's MTU is the IP one; a switched port's is the interface's own, where EOS
// says 0 for "not set". Only the IPv4 twin is told: not every switch repeats it for IPv6.
void map_mtu(const Interface& interface, const Path& path, const Provenance& object,
             IntentBuilder& out) {
  if (!interface.row->mtu || interface.is_lag_member()) return;
  const std::uint64_t mtu = *interface.row->mtu;
  const Provenance from = in_field(object, "mtu");
  if (mtu > kLargestMtu) {
    out.find(FindingKind::ImpossibleValue, from,
             fmt::format("{}: MTU {} is more than a switch can have; not compared", interface.name, mtu));
    return;
  }
  if (interface.kind == InterfaceKind::Svi) {
    out.equal(below(path, "routed-vlan/ipv4/config/mtu"), mtu, from);
  } else if (interface.kind == InterfaceKind::Subinterface) {
    out.equal(below(path, "ipv4/config/mtu"), mtu, from);
  } else if (is_switchable(interface) && !interface.row->mode.empty()) {
    out.equal(below(path, "config/mtu"), mtu, from);
  } else if (interface.kind != InterfaceKind::Loopback && !interface.addresses.empty()) {
    out.equal(below(subinterface_path(interface.name, 0), "ipv4/config/mtu"), mtu, from);
  }
}

void map_ethernet(const Interface& interface, const Path& path, const Provenance& from,
                  IntentBuilder& out) {
  static const std::map<std::uint64_t, const char*> kSpeeds = {
      // kbit/s
      {10'000, "SPEED_10MB"},       {100'000, "SPEED_100MB"},     {1'000'000, "SPEED_1GB"},
      {2'500'000, "SPEED_2500MB"},  {5'000'000, "SPEED_5GB"},     {10'000'000, "SPEED_10GB"},
      {25'000'000, "SPEED_25GB"},   {40'000'000, "SPEED_40GB"},   {50'000'000, "SPEED_50GB"},
      {100'000'000, "SPEED_100GB"}, {200'000'000, "SPEED_200GB"}, {400'000'000, "SPEED_400GB"},
      {800'000'000, "SPEED_800GB"}};
  const InterfaceRow& row = *interface.row;
  const Path lag = below(path, "ethernet/config/aggregate-id");
  if (row.lag.id != 0) {
    out.equal(lag, canonical_interface_name(row.lag.name), in_field(from, "lag"));
  } else {
    out.absent(lag, in_field(from, "lag"));
  }
  if (row.speed) {
    const auto speed = kSpeeds.find(*row.speed);
    if (speed != kSpeeds.end()) {
      out.equal(below(path, "ethernet/config/port-speed"), speed->second, in_field(from, "speed"));
    } else {
      out.find(FindingKind::ImpossibleValue, from,
               fmt::format("{}: no port has a speed of {} kbit/s; not compared", interface.name, *row.speed));
    }
  }
  const Provenance duplex = in_field(from, "duplex");
  if (row.duplex == "auto") out.equal(below(path, "ethernet/config/auto-negotiate"), true, duplex);
  if (row.duplex == "full") out.equal(below(path, "ethernet/config/duplex-mode"), "FULL", duplex);
  if (row.duplex == "half") out.equal(below(path, "ethernet/config/duplex-mode"), "HALF", duplex);
}

ValueList as_list(const std::vector<std::uint64_t>& vids) {
  ValueList list;
  for (const std::uint64_t vid : vids) list.emplace_back(vid);
  return list;
}

// The native VLAN may be written into the allowed ones or not: both mean the same trunk.
void map_trunk(const Interface& interface, const Path& config, const Provenance& object,
               IntentBuilder& out) {
  const CarriedVlans carried = carried_vlans(interface);
  std::vector<std::uint64_t> vids;
  for (const Named* vlan : carried.tagged) vids.push_back(*vlan->vid);
  if (vids.empty()) {
    out.find(FindingKind::TaggedWithoutVlans, object,
             fmt::format("{}: mode tagged without tagged VLANs; its VLANs are not compared", interface.name));
    return;
  }
  std::sort(vids.begin(), vids.end());
  vids.erase(std::unique(vids.begin(), vids.end()), vids.end());
  const Path leaf = below(config, "trunk-vlans");
  const Provenance from = in_field(object, "tagged_vlans");
  if (carried.untagged == nullptr) {
    out.equal(leaf, as_list(vids), from);
    return;
  }
  std::vector<std::uint64_t> other = vids;
  const auto native = std::lower_bound(other.begin(), other.end(), *carried.untagged->vid);
  if (native != other.end() && *native == *carried.untagged->vid) {
    other.erase(native);
  } else {
    other.insert(native, *carried.untagged->vid);
  }
  out.one_of(leaf, {as_list(vids), as_list(other)}, from);
}

void map_switching(const Interface& interface, const Path& path, const Provenance& from,
                   IntentBuilder& out) {
  const std::string& mode = interface.row->mode;
  const Path config =
      below(path, interface.kind == InterfaceKind::Lag ? "aggregation/switched-vlan/config"
                                                       : "ethernet/switched-vlan/config");
  const CarriedVlans carried = carried_vlans(interface);
  const Provenance by_mode = in_field(from, "mode");
  const Provenance by_vlan = in_field(from, mode == "q-in-q" ? "qinq_svlan" : "untagged_vlan");
  if (mode == "access" || mode == "q-in-q") {
    out.equal(below(config, "interface-mode"), mode == "access" ? "ACCESS" : "DOT1Q-TUNNEL", by_mode);
    if (carried.untagged != nullptr)
      out.equal(below(config, "access-vlan"), *carried.untagged->vid, by_vlan);
  } else if (mode == "tagged" || mode == "tagged-all") {
    out.equal(below(config, "interface-mode"), "TRUNK", by_mode);
    if (carried.untagged != nullptr)
      out.equal(below(config, "native-vlan"), *carried.untagged->vid, by_vlan);
    if (mode == "tagged") {
      map_trunk(interface, config, from, out);
    } else {
      out.one_of(below(config, "trunk-vlans"), {Value(), ValueList{"1..4094"}}, by_mode);
    }
  }
}

// A LAG's MLAG id and who says it: that of the custom field, else with the tag its own number.
struct MlagId {
  std::uint64_t number = 0;
  Provenance from;
};

std::optional<MlagId> mlag_id(const DeviceView& view, const Interface& interface, const Provenance& from) {
  const config::NetBoxMapping& names = view.options->names;
  if (const auto id = number_field(interface.row->custom_fields, names.mlag_id_field))
    return MlagId{*id, in_custom_field(from, names.mlag_id_field)};
  const auto number = lag_number(interface.name);
  if (!number || !has_tag(interface.row->tags, names.mlag_tag)) return std::nullopt;
  return MlagId{*number, in_field(from, "tags")};
}

void map_lag(const DeviceView& view, const Interface& interface, const Path& path,
             const Provenance& from, IntentBuilder& out) {
  const auto mlag = mlag_id(view, interface, from);
  if (!mlag) return;
  if (mlag->number < 1 || mlag->number > 2000) {
    out.find(FindingKind::ImpossibleValue, from,
             fmt::format("{}: MLAG id {} is not 1 to 2000; not compared", interface.name, mlag->number));
    return;
  }
  out.equal(below(path, "aggregation/config/mlag"), mlag->number, mlag->from);
}

// An interface has two places: its own, and the network instance it is in, whichever that is.
void map_policy(const DeviceView& view, const Interface& interface, IntentBuilder& out) {
  const InterfaceRow& row = *interface.row;
  const Path own = interface.kind == InterfaceKind::Subinterface
                       ? subinterface_path(parent_name(interface.name), subinterface_index(interface.name).value_or(0))
                       : interface_path(interface.name);
  const Path membership = below(below({}, "network-instances/network-instance"), "interfaces/interface",
                                {{"id", interface.name}});
  apply(policy_of(*view.options, row.tags, row.custom_fields), {own, membership}, out);
}

// Exists below its parent only. Its untagged VLAN is the tag it matches, no VLAN of the switch.
void map_subinterface(const Interface& interface, const Provenance& from, IntentBuilder& out) {
  const Path path = subinterface_path(parent_name(interface.name),
                                      subinterface_index(interface.name).value_or(0));
  map_basics(interface, path, from, out);
  map_mtu(interface, path, from, out);
  const auto& vid = interface.row->untagged_vlan.vid;
  if (vid) out.equal(below(path, "vlan/match/single-tagged/config/vlan-id"), *vid, in_field(from, "untagged_vlan"));
}

}  // namespace

CarriedVlans carried_vlans(const Interface& interface) {
  CarriedVlans carried;
  const InterfaceRow& row = *interface.row;
  if (!is_switchable(interface)) return carried;
  if (row.mode == "q-in-q") {
    if (row.qinq_svlan.vid) carried.untagged = &row.qinq_svlan;
    return carried;
  }
  if (row.mode.empty()) return carried;
  if (row.untagged_vlan.vid) carried.untagged = &row.untagged_vlan;
  if (row.mode != "tagged") return carried;
  for (const Named& vlan : row.tagged_vlans) {
    if (vlan.vid) carried.tagged.push_back(&vlan);
  }
  return carried;
}

void map_interfaces(const DeviceView& view, IntentBuilder& out) {
  for (const Interface& interface : view.interfaces) {
    const Provenance from = provenance(*view.options, *interface.row);
    if (interface.name.empty()) continue;
    map_policy(view, interface, out);
    if (interface.kind == InterfaceKind::Subinterface) {
      map_subinterface(interface, from, out);
      continue;
    }
    const Path path = interface_path(interface.name);
    map_basics(interface, path, from, out);
    map_type(view, interface, path, from, out);
    map_mtu(interface, path, from, out);
    if (interface.kind == InterfaceKind::Physical) map_ethernet(interface, path, from, out);
    if (interface.kind == InterfaceKind::Lag) map_lag(view, interface, path, from, out);
    if (is_switchable(interface)) map_switching(interface, path, from, out);
    const auto vid = svi_vlan(interface.name);
    if (vid) out.equal(below(path, "routed-vlan/config/vlan"), *vid, in_field(from, "name"));
  }
}

}  // namespace dm::intent::netbox
