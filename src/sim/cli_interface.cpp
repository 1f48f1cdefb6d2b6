#include <algorithm>
#include <charconv>
#include <set>

#include "core/text.h"
#include "sim/cli_session.h"

namespace dm::sim {
namespace {

std::string interface_path(const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string base = "/interfaces/interface[name=" + name.substr(0, dot) + "]";
  if (dot == std::string::npos) return base;
  return base + "/subinterfaces/subinterface[index=" + name.substr(dot + 1) + "]";
}

// Where the addresses and the IP MTU of an interface live.
std::string routed_path(const std::string& name) {
  if (name.starts_with("Vlan")) return interface_path(name) + "/routed-vlan";
  if (name.find('.') != std::string::npos) return interface_path(name);
  return interface_path(name) + "/subinterfaces/subinterface[index=0]";
}

// The interface, and its subinterface 0 where that mirrors it.
std::vector<std::string> mirrored(const CliSession& session, const std::string& name) {
  std::vector<std::string> bases{interface_path(name)};
  const std::string mirror = bases[0] + "/subinterfaces/subinterface[index=0]";
  if (session.model().has_at_or_below(mirror)) bases.push_back(mirror);
  return bases;
}

void describe(CliSession& session, const std::string& name, const std::string& text) {
  for (const std::string& base : mirrored(session, name)) {
    if (text.empty()) {
      session.erase_twins(base, "description");
    } else {
      session.set_twins(base, "description", "string", text);
    }
  }
}

void enable(CliSession& session, const std::string& name, bool is_enabled) {
  const std::string base = interface_path(name);
  const bool changes = session.model().value(base + "/config/enabled") != model::Value(is_enabled);
  for (const std::string& each : mirrored(session, name)) {
    session.set_twins(each, "enabled", "bool", is_enabled);
  }
  if (!changes) return;
  session.set(base + "/state/admin-status", "enum", is_enabled ? "UP" : "DOWN");
  session.set(base + "/state/oper-status", "enum", is_enabled ? "UP" : "DOWN");
  session.set(base + "/state/last-change", "uint", session.now_ns());
}

bool set_mtu(CliSession& session, const std::string& name, Words& words) {
  const auto mtu = words.is_negated() ? std::optional<std::uint64_t>(1500) : words.number(68, 9214);
  if (!mtu) return false;
  for (const char* family : {"/ipv4", "/ipv6"}) {
    session.set_twins(routed_path(name) + family, "mtu", "uint", *mtu);
  }
  return true;
}

struct Address {
  std::string ip;
  std::uint64_t length = 0;
};

std::optional<Address> take_address(Words& words) {
  const std::string text = words.text();
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || text.find_first_not_of("0123456789./") != std::string::npos) return {};
  Address address{text.substr(0, slash), 0};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, address.length);
  if (parsed.ptr != end || parsed.ec != std::errc() || address.length > 32) return {};
  return address;
}

void add_address(CliSession& session, const std::string& list, const Address& address, bool is_secondary) {
  const std::string base = list + "/address[ip=" + address.ip + "]";
  const char* kind = is_secondary ? "SECONDARY" : "PRIMARY";
  session.set(base + "/ip", "string", address.ip);
  session.set_twins(base, "ip", "string", address.ip);
  session.set_twins(base, "prefix-length", "uint", address.length);
  session.set_twins(base, "type", "enum", kind);
  session.set_twins(base, "addr-type", "enum", kind);
  session.set(base + "/state/origin", "enum", "STATIC");
}

// The entries of an address list that have this type, by path.
std::vector<std::string> entries_of_type(const DeviceModel& model, const std::string& list, const char* type) {
  constexpr std::string_view kLeaf = "/config/type";
  std::vector<std::string> entries;
  for (const auto& [path, held] : model.leaves()) {
    if (!path.starts_with(list + "/address[") || !path.ends_with(kLeaf)) continue;
    if (held.leaf.value == model::Value(type)) entries.push_back(path.substr(0, path.size() - kLeaf.size()));
  }
  return entries;
}

bool ip_address(CliSession& session, const std::string& name, Words& words) {
  const std::string ipv4 = routed_path(name) + "/ipv4";
  const std::string list = ipv4 + "/addresses";
  if (words.is_negated() && words.at_end()) {
    session.erase(list);
    if (!session.model().value(ipv4 + "/config/enabled").is_absent()) {
      session.set_twins(ipv4, "enabled", "bool", false);
    }
    return true;
  }
  const auto address = take_address(words);
  if (!address) return false;
  if (words.is_negated()) {
    session.erase(list + "/address[ip=" + address->ip + "]");
    return true;
  }
  const bool is_secondary = words.take("secondary");
  if (!is_secondary) {
    for (const std::string& primary : entries_of_type(session.model(), list, "PRIMARY")) {
      if (primary != list + "/address[ip=" + address->ip + "]") session.erase(primary);
    }
  }
  add_address(session, list, *address, is_secondary);
  if (session.model().value(ipv4 + "/config/enabled") == model::Value(false)) {
    session.set_twins(ipv4, "enabled", "bool", true);
  }
  return true;
}

// `10,20-22` as the numbers; nothing when it is no such list.
std::optional<std::set<std::uint64_t>> parse_vlans(std::string_view text) {
  std::set<std::uint64_t> vlans;
  for (const std::string_view part : core::split(text, ',')) {
    const std::size_t dash = part.find('-');
    Words low(part.substr(0, dash));
    Words high(dash == std::string_view::npos ? part : part.substr(dash + 1));
    const auto from = low.number(1, 4094);
    const auto to = high.number(1, 4094);
    if (!from || !to || *from > *to) return std::nullopt;
    for (std::uint64_t vlan = *from; vlan <= *to; ++vlan) vlans.insert(vlan);
  }
  return vlans;
}

// Single numbers stay numbers, runs of three and more become "a..b".
model::ValueList to_trunk_list(const std::set<std::uint64_t>& vlans) {
  model::ValueList list;
  for (auto at = vlans.begin(); at != vlans.end();) {
    auto last = at;
    for (auto next = std::next(at); next != vlans.end() && *next == *last + 1; ++next) last = next;
    if (*last - *at >= 2) {
      list.emplace_back(std::to_string(*at) + ".." + std::to_string(*last));
      at = std::next(last);
    } else {
      list.emplace_back(*at++);
    }
  }
  return list;
}

std::set<std::uint64_t> held_vlans(const model::Value& value) {
  std::set<std::uint64_t> vlans;
  if (value.list() == nullptr) return vlans;
  for (const model::Value& member : *value.list()) {
    if (const auto* number = std::get_if<std::uint64_t>(&member.data)) vlans.insert(*number);
    if (member.text() == nullptr) continue;
    std::string range = *member.text();
    if (const std::size_t dots = range.find(".."); dots != std::string::npos) range.replace(dots, 2, "-");
    if (auto more = parse_vlans(range)) vlans.merge(*more);
  }
  return vlans;
}

bool trunk_allowed(CliSession& session, const std::string& leaf, Words& words) {
  if (words.is_negated() || words.take("all")) {
    session.erase(leaf);
    return true;
  }
  std::set<std::uint64_t> vlans;
  if (!words.take("none")) {
    const bool adds = words.take("add");
    const bool removes = !adds && words.take("remove");
    const auto named = parse_vlans(words.text());
    if (!named) return false;
    if (adds || removes) vlans = held_vlans(session.model().value(leaf));
    for (const std::uint64_t vlan : *named) {
      if (removes) {
        vlans.erase(vlan);
      } else {
        vlans.insert(vlan);
      }
    }
  }
  session.set(leaf, "leaflist", to_trunk_list(vlans));
  return true;
}

bool switchport(CliSession& session, const std::string& name, Words& words) {
  const char* kind = name.starts_with("Port-Channel") ? "/aggregation" : "/ethernet";
  const std::string config = interface_path(name) + kind + "/switched-vlan/config";
  if (words.take("mode")) {
    const bool is_trunk = !words.is_negated() && words.take("trunk");
    if (!is_trunk && !words.is_negated() && !words.take("access")) return false;
    session.set(config + "/interface-mode", "enum", is_trunk ? "TRUNK" : "ACCESS");
    return true;
  }
  if (words.take("access") && words.take("vlan")) {
    const auto vlan = words.is_negated() ? std::optional<std::uint64_t>(1) : words.number(1, 4094);
    if (vlan) session.set(config + "/access-vlan", "uint", *vlan);
    return vlan.has_value();
  }
  if (!words.take("trunk")) return false;
  if (words.take("native") && words.take("vlan")) {
    const auto vlan = words.is_negated() ? std::optional<std::uint64_t>(1) : words.number(1, 4094);
    if (vlan) session.set(config + "/native-vlan", "uint", *vlan);
    return vlan.has_value();
  }
  return words.take("allowed") && words.take("vlan") && trunk_allowed(session, config + "/trunk-vlans", words);
}

bool channel_group(CliSession& session, const std::string& name, Words& words) {
  const std::string ethernet = interface_path(name) + "/ethernet";
  if (words.is_negated()) {
    session.erase_twins(ethernet, "aggregate-id");
    return true;
  }
  const auto group = words.number(1, 999999);
  if (group) session.set_twins(ethernet, "aggregate-id", "string", "Port-Channel" + std::to_string(*group));
  return group.has_value();
}

bool mlag(CliSession& session, const std::string& name, Words& words) {
  const std::string leaf = interface_path(name) + "/aggregation/config/mlag";
  if (words.is_negated()) {
    session.erase(leaf);
    return true;
  }
  const auto id = words.number(1, 2000);
  if (id) session.set(leaf, "uint", *id);
  return id.has_value();
}

}  // namespace

bool interface_line(CliSession& session, const std::string& interface, Words& words) {
  if (words.take("description")) {
    const std::string text = words.is_negated() ? std::string() : words.rest();
    if (text.empty() && !words.is_negated()) return false;
    describe(session, interface, text);
    return true;
  }
  if (words.take("shutdown")) {
    enable(session, interface, words.is_negated());
    return words.at_end();
  }
  if (words.take("mtu")) return set_mtu(session, interface, words);
  if (words.take("load-interval")) {
    const auto seconds = words.is_negated() ? std::optional<std::uint64_t>(300) : words.number(0, 600);
    if (seconds) session.set(interface_path(interface) + "/config/load-interval", "uint", *seconds);
    return seconds.has_value();
  }
  if (words.take("ip")) return words.take("address") && ip_address(session, interface, words);
  if (words.take("switchport")) return switchport(session, interface, words);
  if (words.take("channel-group")) return channel_group(session, interface, words);
  if (words.take("mlag")) return mlag(session, interface, words);
  return false;
}

bool enter_interface(CliSession& session, const std::string& interface) {
  const std::string base = interface_path(interface);
  if (session.model().has_at_or_below(base)) return true;
  const bool is_loopback = interface.starts_with("Loopback");
  if (!is_loopback && !interface.starts_with("Vlan")) return false;  // ports do not appear by typing
  session.set(base + "/name", "string", interface);
  session.set_twins(base, "name", "string", interface);
  session.set_twins(base, "type", "identityref",
                    is_loopback ? "iana-if-type:softwareLoopback" : "iana-if-type:l3ipvlan");
  session.set_twins(base, "enabled", "bool", true);
  session.set(base + "/config/load-interval", "uint", 300);
  session.set(base + "/config/loopback-mode", "enum", is_loopback ? "FACILITY" : "NONE");
  if (is_loopback) {
    const std::string sub = base + "/subinterfaces/subinterface[index=0]";
    session.set(sub + "/index", "uint", 0);
    session.set_twins(sub, "index", "uint", 0);
  } else {
    Words number(interface.substr(4));
    session.set_twins(base + "/routed-vlan", "vlan", "uint", number.number(1, 4094).value_or(1));
  }
  return true;
}

}  // namespace dm::sim
