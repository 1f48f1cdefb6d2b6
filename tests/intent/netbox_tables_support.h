// Small hand-made NetBox tables for the mapping's tests.
#pragma once

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "intent/fabric_intent.h"
#include "intent/netbox/mapping.h"

namespace dm::intent::netbox {

// One switch, sw1 (device id 1), to which a test adds what it is about.
class Lab {
 public:
  Lab() {
    DeviceRow device;
    device.id = 1;
    device.name = "sw1";
    device.status = "active";
    device.site = brief(1, "dc1");
    device.primary_ip.id = 900;
    device.primary_ip.address = "192.0.2.1/24";
    tables.devices.push_back(device);
    options.base_url = "https://netbox.example";
  }

  static Brief brief(std::uint64_t id, const std::string& name) {
    Brief object;
    object.id = id;
    object.name = object.slug = name;
    return object;
  }
  static Brief vlan_brief(std::uint64_t id, std::uint64_t vid) {
    Brief object = brief(id, "v" + std::to_string(vid));
    object.vid = vid;
    return object;
  }

  DeviceRow& device() { return tables.devices.front(); }
  InterfaceRow& interface(const std::string& name, const std::string& type = "1000base-t") {
    InterfaceRow row;
    row.id = tables.interfaces.size() + 1;
    row.name = name;
    row.type = type;
    row.device = brief(1, "sw1");
    tables.interfaces.push_back(row);
    return tables.interfaces.back();
  }
  AddressRow& address(const InterfaceRow& on, const std::string& text) {
    AddressRow row;
    row.id = 500 + tables.addresses.size();
    row.address = text;
    row.status = "active";
    row.assigned_object_type = "dcim.interface";
    row.assigned_object_id = on.id;
    tables.addresses.push_back(row);
    return tables.addresses.back();
  }
  VlanRow& vlan(std::uint64_t id, std::uint64_t vid, const std::string& name) {
    VlanRow row;
    row.id = id;
    row.vid = vid;
    row.name = name;
    row.status = "active";
    tables.vlans.push_back(row);
    return tables.vlans.back();
  }
  L2vpnRow& l2vpn(std::uint64_t id, std::int64_t identifier) {
    L2vpnRow row;
    row.id = id;
    row.identifier = identifier;
    row.name = "l2vpn" + std::to_string(id);
    row.type = "vxlan-evpn";
    row.status = "active";
    tables.l2vpns.push_back(row);
    return tables.l2vpns.back();
  }
  VrfRow& vrf(std::uint64_t id, const std::string& name) {
    VrfRow row;
    row.id = id;
    row.name = name;
    tables.vrfs.push_back(row);
    return tables.vrfs.back();
  }
  SessionRow& session(const std::string& remote, std::uint64_t remote_as) {
    SessionRow row;
    row.id = 700 + tables.sessions.size();
    row.name = "to " + remote;
    row.status = "active";
    row.device = brief(1, "sw1");
    row.remote_address.id = 1;
    row.remote_address.address = remote;
    row.remote_as.id = 1;
    row.remote_as.asn = remote_as;
    tables.sessions.push_back(row);
    tables.has_bgp = true;
    return tables.sessions.back();
  }

  PeerGroupRow& peer_group(std::uint64_t id, const std::string& name) {
    PeerGroupRow row;
    row.id = id;
    row.name = name;
    tables.peer_groups.push_back(row);
    return tables.peer_groups.back();
  }
  SiteRow& site(std::uint64_t id, const std::string& name) {
    SiteRow row;
    row.id = id;
    row.name = name;
    tables.sites.push_back(row);
    return tables.sites.back();
  }

  const Loaded& map() {
    loaded = map_tables(tables, options);
    return loaded;
  }
  // What is expected at a path, as text; "-" for nothing.
  std::string at(const std::string& path) const {
    EXPECT_FALSE(loaded.devices.empty());
    for (const auto& leaf : loaded.devices.front()->leaves) {
      if (leaf.path.text() == path)
        return testing_support::describe(leaf.rule, leaf.values);
    }
    return "-";
  }
  bool has_entry(const std::string& path) const {
    const auto& entries = loaded.devices.front()->entries;
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto& entry) { return entry.path.text() == path; });
  }
  bool is_unmanaged(const std::string& path) const {
    const auto& patterns = loaded.devices.front()->unmanaged;
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const auto& pattern) { return model::to_text(pattern) == path; });
  }
  std::string warnings() const {
    std::string text;
    for (const model::Finding& finding : loaded.findings) {
      text += fmt::format("{} [{} {}]\n", model::to_line(finding).substr(2), model::to_text(finding.kind), finding.object);
    }
    return text;
  }
  // "dcim.interface:1 mtu": who says what is expected at a path; "-" for nobody.
  std::string from(const std::string& path) const {
    const auto said = [](const model::Provenance& who) { return who.object.str() + " " + who.field.str(); };
    for (const auto& leaf : loaded.devices.front()->leaves) {
      if (leaf.path.text() == path) return said(leaf.from);
    }
    for (const auto& entry : loaded.devices.front()->entries) {
      if (entry.path.text() == path) return said(entry.from);
    }
    return "-";
  }

  Tables tables;
  MappingOptions options;
  Loaded loaded;
};

inline std::string equal(const model::Value& value) {
  return testing_support::describe(model::Rule::Equal, {value});
}
inline std::string one_of(const std::vector<model::Value>& values) {
  return testing_support::describe(model::Rule::OneOf, values);
}
inline std::string set_of(const model::ValueList& members) {
  return testing_support::describe(model::Rule::Set, {model::Value(members)});
}
inline std::string absent() { return testing_support::describe(model::Rule::Absent, {}); }

}  // namespace dm::intent::netbox
