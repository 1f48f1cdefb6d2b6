#include <string>

#include "sim/cli_session.h"

namespace dm::sim {
namespace {

const std::string kVxlan = "/interfaces/interface[name=Vxlan1]/arista-vxlan";

std::string instance(const std::string& vrf) { return "/network-instances/network-instance[name=" + vrf + "]"; }

std::string vlan_mapping(const std::string& vlan) {
  return kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=" + vlan + "]";
}

// The VLAN that EOS took by itself for a layer 3 VNI: mapped to it in state, and not in config.
std::string internal_vlan(const DeviceModel& model, const model::Value& vni) {
  constexpr std::string_view kLeaf = "]/state/vni";
  const std::string prefix = kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=";
  for (const auto& [path, held] : model.leaves()) {
    if (!path.starts_with(prefix) || !path.ends_with(kLeaf) || held.leaf.value != vni) continue;
    std::string vlan = path.substr(prefix.size(), path.size() - prefix.size() - kLeaf.size());
    if (!model.has_at_or_below(vlan_mapping(vlan) + "/config")) return vlan;
  }
  return {};
}

bool vxlan_vlan(CliSession& session, Words& words) {
  const auto vlan = words.number(1, 4094);
  if (!vlan) return false;
  const std::string entry = vlan_mapping(std::to_string(*vlan));
  if (words.is_negated()) {
    session.erase(entry);
    return true;
  }
  if (!words.take("vni")) return false;
  const auto vni = words.number(1, 16777214);
  if (!vni) return false;
  session.set(entry + "/vlan", "uint", *vlan);
  session.set_twins(entry, "vlan", "uint", *vlan);
  session.set_twins(entry, "vni", "uint", *vni);
  return true;
}

bool vxlan_vrf(CliSession& session, Words& words) {
  const std::string vrf = words.text();
  if (vrf.empty()) return false;
  const std::string entry = kVxlan + "/vrf-to-vnis/vrf-to-vni[vrf=" + vrf + "]";
  const model::Value old = session.model().value(entry + "/config/vni");
  const std::string internal = old.is_absent() ? std::string() : internal_vlan(session.model(), old);
  if (words.is_negated()) {
    session.erase(entry);
    if (internal.empty()) return true;
    session.erase(vlan_mapping(internal));
    session.erase(instance("default") + "/vlans/vlan[vlan-id=" + internal + "]");
    return true;
  }
  if (!words.take("vni")) return false;
  const auto vni = words.number(1, 16777214);
  if (!vni) return false;
  session.set(entry + "/vrf", "string", vrf);
  session.set_twins(entry, "vrf", "string", vrf);
  session.set_twins(entry, "vni", "uint", *vni);
  if (!internal.empty()) session.set(vlan_mapping(internal) + "/state/vni", "uint", *vni);
  return true;
}

std::string bgp(const std::string& vrf) {
  return instance(vrf) + "/protocols/protocol[identifier=BGP][name=BGP]/bgp";
}

bool is_address(const std::string& text) {
  return text.find_first_not_of("0123456789.") == std::string::npos || text.find(':') != std::string::npos;
}

// A session that is shut or is to speak to another system goes down.
void drop_session(CliSession& session, const std::string& neighbor) {
  const std::string leaf = neighbor + "/state/session-state";
  if (!session.model().value(leaf).is_absent()) session.set(leaf, "enum", "IDLE");
}

bool remote_as(CliSession& session, const std::string& neighbor, const std::string& address, Words& words) {
  const auto as = words.number(1, 4294967295);
  if (!as) return false;
  if (!session.model().has_at_or_below(neighbor)) {
    session.set(neighbor + "/neighbor-address", "string", address);
    session.set_twins(neighbor, "neighbor-address", "string", address);
    session.set_twins(neighbor, "peer-as", "uint", *as);
    session.set(neighbor + "/state/session-state", "enum", "IDLE");
    return true;
  }
  session.set_twins(neighbor, "peer-as", "uint", *as);
  drop_session(session, neighbor);
  return true;
}

bool neighbor_line(CliSession& session, const std::string& vrf, Words& words) {
  const std::string who = words.text();
  if (who.empty()) return false;
  const std::string group = bgp(vrf) + "/peer-groups/peer-group[peer-group-name=" + who + "]";
  const std::string neighbor = bgp(vrf) + "/neighbors/neighbor[neighbor-address=" + who + "]";
  const std::string& base = is_address(who) ? neighbor : group;
  const bool no = words.is_negated();
  if (no && words.at_end()) {
    session.erase(base);
    return true;
  }
  if (words.take("remote-as")) {
    if (no) {
      session.erase_twins(base, "peer-as");
      return true;
    }
    if (base == neighbor) return remote_as(session, neighbor, who, words);
    const auto as = words.number(1, 4294967295);
    if (as) session.set(group + "/config/peer-as", "uint", *as);
    return as.has_value();
  }
  if (words.take("shutdown")) {
    session.set_twins(base, "enabled", "bool", no);
    if (!no) drop_session(session, base);
    return true;
  }
  if (!words.take("description")) return false;
  if (no) {
    session.erase_twins(base, "description");
    return true;
  }
  const std::string text = words.rest();
  if (!text.empty()) session.set_twins(base, "description", "string", text);
  return !text.empty();
}

}  // namespace

bool vxlan_line(CliSession& session, Words& words) {
  if (!words.take("vxlan")) return false;
  if (words.take("vlan")) return vxlan_vlan(session, words);
  if (words.take("vrf")) return vxlan_vrf(session, words);
  if (words.take("source-interface")) {
    if (words.is_negated()) {
      session.erase_twins(kVxlan, "src-ip-intf");
      return true;
    }
    const std::string name = interface_name(words);
    if (!name.empty()) session.set_twins(kVxlan, "src-ip-intf", "string", name);
    return !name.empty();
  }
  if (words.take("udp-port")) {
    const auto port = words.is_negated() ? std::optional<std::uint64_t>(4789) : words.number(1024, 65535);
    if (port) session.set_twins(kVxlan, "udp-port", "uint", *port);
    return port.has_value();
  }
  return false;
}

bool bgp_line(CliSession& session, const std::string& vrf, Words& words) {
  const std::string global = bgp(vrf) + "/global";
  if (words.take("neighbor")) return neighbor_line(session, vrf, words);
  if (words.take("router-id")) {
    if (words.is_negated()) {
      session.erase_twins(global, "router-id");
      return true;
    }
    const std::string id = words.text();
    if (id.empty() || !is_address(id)) return false;
    session.set_twins(global, "router-id", "string", id);
    return true;
  }
  if (words.take("rd") && vrf != "default") {
    if (words.is_negated()) {
      session.erase_twins(instance(vrf), "route-distinguisher");
      return true;
    }
    const std::string rd = words.text();
    if (!rd.empty()) session.set_twins(instance(vrf), "route-distinguisher", "string", rd);
    return !rd.empty();
  }
  return false;
}

}  // namespace dm::sim
