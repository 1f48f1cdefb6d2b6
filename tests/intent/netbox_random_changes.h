// Random changes of a World, each with the rows that NetBox logs for it: see netbox_world.h.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "intent/netbox_world.h"

namespace dm::intent::netbox {

class RandomChanges {
 public:
  RandomChanges(World& world, std::mt19937_64& random) : world_(&world), random_(&random) {}

  // A change that is made when it is called, with what the world is then.
  std::function<std::vector<LoggedChange>()> next() {
    const int kind = static_cast<int>(below(31));
    return [this, kind] { return make(kind); };
  }

 private:
  using Log = std::vector<LoggedChange>;

  std::uint64_t below(std::uint64_t bound) { return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(*random_); }
  bool coin() { return below(2) == 0; }
  template <class Row>
  Row* any(std::vector<Row>& rows) {
    return rows.empty() ? nullptr : &rows[below(rows.size())];
  }
  std::string text(const char* what) { return what + std::to_string(below(1000)); }
  void set_policy(CustomFields& fields) {
    static const std::vector<const char*> kPolicies{"", "", "ignore", "strict"};
    fields["drift_policy"] = model::Value(kPolicies[below(kPolicies.size())]);
  }
  Brief vlan_or_none() {
    const VlanRow* vlan = coin() ? any(world_->tables.vlans) : nullptr;
    return World::only(vlan == nullptr ? 0 : vlan->id);
  }

  Log make(int kind) {
    switch (kind) {
      case 0: case 1: case 2: return change_interface();
      case 3: return rename_interface();
      case 4: return delete_interface();
      case 5: return add_interface();
      case 6: case 7: return change_address();
      case 8: return delete_address();
      case 9: case 10: return change_vlan();
      case 11: return delete_vlan();
      case 12: return add_vlan();
      case 13: return change_l2vpn();
      case 14: return change_termination();
      case 15: return change_vrf();
      case 16: return change_name();
      case 17: return change_asn();
      case 18: return change_device();
      case 19: return delete_device();
      case 20: return world_->add_device(text("new"), 1 + below(3), 1 + below(2));
      case 21: return change_session();
      case 22: return delete_l2vpn();
      case 23: return delete_route_target();
      case 24: return {{"dcim.cable", 1 + below(9)}, {"users.user", 1}};
      case 25: case 26: return change_site();
      case 27: case 28: return change_peer_group();
      case 29: return change_place();
      default: return delete_tag();
    }
  }

  Log change_interface() {
    InterfaceRow* row = any(world_->tables.interfaces);
    if (row == nullptr) return {};
    row->description = text("to ");
    row->mtu = coin() ? std::optional<std::uint64_t>(1500 + below(100)) : std::nullopt;
    row->enabled = coin();
    row->mode = below(3) == 0 ? "" : coin() ? "access" : "tagged";
    row->untagged_vlan = row->mode.empty() ? World::only(0) : vlan_or_none();
    row->tagged_vlans.clear();
    if (row->mode == "tagged") {
      for (const VlanRow& vlan : world_->tables.vlans) {
        if (coin()) row->tagged_vlans.push_back(World::only(vlan.id));
      }
    }
    const VrfRow* vrf = coin() ? any(world_->tables.vrfs) : nullptr;
    row->vrf = World::only(vrf == nullptr ? 0 : vrf->id);
    row->lag = World::only(0);
    for (const InterfaceRow& lag : world_->tables.interfaces) {
      if (lag.type == "lag" && lag.device.id == row->device.id && lag.id != row->id && coin()) row->lag = World::only(lag.id);
    }
    return {{"dcim.interface", row->id}};
  }

  // Members of a LAG that is renamed are not logged.
  Log rename_interface() {
    InterfaceRow* row = any(world_->tables.interfaces);
    if (row == nullptr) return {};
    row->name = text("Ethernet");
    return {{"dcim.interface", row->id}};
  }

  Log delete_interface() {
    const InterfaceRow* row = any(world_->tables.interfaces);
    if (row == nullptr) return {};
    return remove_interface(row->id);
  }

  Log remove_interface(std::uint64_t id) {
    Log log{{"dcim.interface", id}};
    World::remove(world_->tables.interfaces, id);
    for (InterfaceRow& row : world_->tables.interfaces) {
      if (row.lag.id != id) continue;
      row.lag = World::only(0);
      log.push_back({"dcim.interface", row.id});
    }
    std::vector<std::uint64_t> addresses;
    for (const AddressRow& row : world_->tables.addresses) {
      if (row.assigned_object_id == id) addresses.push_back(row.id);
    }
    for (const std::uint64_t address : addresses) {
      const Log more = remove_address(address);
      log.insert(log.end(), more.begin(), more.end());
    }
    return log;
  }

  Log add_interface() {
    const DeviceRow* device = any(world_->tables.devices);
    if (device == nullptr) return {};
    return {{"dcim.interface", world_->add_interface(device->id, text("Ethernet"))}};
  }

  Log change_address() {
    AddressRow* row = any(world_->tables.addresses);
    const InterfaceRow* interface = any(world_->tables.interfaces);
    if (row == nullptr || interface == nullptr || coin()) {
      if (interface == nullptr) return {};
      const std::string v6 = "2001:db8::" + std::to_string(1 + below(99)) + "/64";
      return {{"ipam.ipaddress", world_->add_address(interface->id, below(4) == 0 ? v6 : "10.1.1." + std::to_string(1 + below(99)) + "/24")}};
    }
    if (coin()) row->assigned_object_id = interface->id;
    set_policy(row->custom_fields);
    row->address = "10.2.2." + std::to_string(1 + below(99)) + "/24";
    row->status = below(4) == 0 ? "reserved" : "active";
    const VrfRow* vrf = coin() ? any(world_->tables.vrfs) : nullptr;
    row->vrf = World::only(vrf == nullptr ? 0 : vrf->id);
    return {{"ipam.ipaddress", row->id}};
  }

  Log delete_address() {
    const AddressRow* row = any(world_->tables.addresses);
    if (row == nullptr) return {};
    return remove_address(row->id);
  }

  Log remove_address(std::uint64_t id) {
    Log log{{"ipam.ipaddress", id}};
    World::remove(world_->tables.addresses, id);
    for (DeviceRow& device : world_->tables.devices) {
      if (device.primary_ip.id != id) continue;
      device.primary_ip = World::only(0);
      log.push_back({"dcim.device", device.id});
    }
    std::vector<std::uint64_t> sessions;
    for (const SessionRow& row : world_->tables.sessions) {
      if (row.local_address.id == id || row.remote_address.id == id) sessions.push_back(row.id);
    }
    for (const std::uint64_t session : sessions) {
      World::remove(world_->tables.sessions, session);
      log.push_back({"netbox_bgp.bgpsession", session});
    }
    return log;
  }

  Log change_vlan() {
    VlanRow* row = any(world_->tables.vlans);
    if (row == nullptr) return {};
    if (coin()) row->vid = 10 * (1 + below(6));
    row->name = text("vlan");
    row->status = below(3) == 0 ? "reserved" : "active";
    row->site = World::only(coin() ? 1 + below(2) : 0);
    row->group = World::only(coin() ? 1 + below(2) : 0);
    row->tags.clear();
    set_policy(row->custom_fields);
    if (coin() && world_->names["tag"].contains(1)) row->tags.push_back(World::only(1));
    return {{"ipam.vlan", row->id}};
  }

  Log add_vlan() {
    VlanRow row;
    row.id = world_->next_id++;
    row.vid = 10 * (1 + below(8));
    row.name = text("added");
    row.status = "active";
    world_->tables.vlans.push_back(row);
    return {{"ipam.vlan", row.id}};
  }

  // The ASes of a site are logged with the site.
  Log change_site() {
    SiteRow& row = *any(world_->tables.sites);
    row.asns.clear();
    for (const auto& [id, as] : world_->asns) {
      if (below(3) == 0) row.asns.push_back(World::only(id));
    }
    row.region = World::only(below(4));
    return {{"dcim.site", row.id}};
  }

  std::vector<Brief> some_policies() {
    std::vector<Brief> policies;
    for (const auto& [id, name] : world_->names["policy"]) {
      if (coin()) policies.push_back(World::only(id));
    }
    return policies;
  }

  // Its sessions are not logged.
  Log change_peer_group() {
    PeerGroupRow& row = *any(world_->tables.peer_groups);
    row.import_policies = some_policies();
    return {{"netbox_bgp.bgppeergroup", row.id}};
  }

  // The scope of a VLAN group, or what lies in what.
  Log change_place() {
    if (coin()) {
      static const std::vector<const char*> kScopes{"", "dcim.site", "dcim.region", "dcim.location"};
      VlanGroupRow& row = *any(world_->tables.vlan_groups);
      row.scope_type = kScopes[below(kScopes.size())];
      row.scope_id = row.scope_type.empty() ? 0 : 1 + below(2);
      return {{"ipam.vlangroup", row.id}};
    }
    const bool is_region = coin();
    PlaceRow& row = *any(is_region ? world_->tables.regions : world_->tables.locations);
    row.parent = World::only(row.id > 1 && coin() ? row.id - 1 : 0);
    return {{is_region ? "dcim.region" : "dcim.location", row.id}};
  }

  // Ports that had it untagged are not logged (NetBox before the fix of #18717).
  Log delete_vlan() {
    const VlanRow* row = any(world_->tables.vlans);
    if (row == nullptr) return {};
    const std::uint64_t id = row->id;
    Log log;
    if (row->l2vpn.id != 0) log.push_back({"vpn.l2vpntermination", id});
    log.push_back({"ipam.vlan", id});
    World::remove(world_->tables.vlans, id);
    for (InterfaceRow& interface : world_->tables.interfaces) {
      if (interface.untagged_vlan.id == id) interface.untagged_vlan = World::only(0);
      if (std::erase_if(interface.tagged_vlans, [id](const Named& vlan) { return vlan.id == id; }) > 0)
        log.push_back({"dcim.interface", interface.id});
    }
    return log;
  }

  Log change_l2vpn() {
    L2vpnRow* row = any(world_->tables.l2vpns);
    if (row == nullptr) return {};
    row->identifier = static_cast<std::int64_t>(10'000 + below(50));
    row->name = text("l2vpn");
    set_policy(row->custom_fields);
    row->status = below(3) == 0 ? "planned" : "active";
    return {{"vpn.l2vpn", row->id}};
  }

  // The VLAN's own row is not logged.
  Log change_termination() {
    VlanRow* vlan = any(world_->tables.vlans);
    const L2vpnRow* l2vpn = any(world_->tables.l2vpns);
    if (vlan == nullptr || l2vpn == nullptr) return {};
    vlan->l2vpn = World::only(vlan->l2vpn.id == 0 ? l2vpn->id : 0);
    return {{"vpn.l2vpntermination", vlan->id}};
  }

  Log delete_l2vpn() {
    const L2vpnRow* row = any(world_->tables.l2vpns);
    if (row == nullptr) return {};
    const std::uint64_t id = row->id;
    Log log;
    for (VlanRow& vlan : world_->tables.vlans) {
      if (vlan.l2vpn.id != id) continue;
      vlan.l2vpn = World::only(0);
      log.push_back({"vpn.l2vpntermination", vlan.id});
    }
    World::remove(world_->tables.l2vpns, id);
    log.push_back({"vpn.l2vpn", id});
    return log;
  }

  Log change_vrf() {
    VrfRow* row = any(world_->tables.vrfs);
    if (row == nullptr) return {};
    row->name = text("vrf");
    set_policy(row->custom_fields);
    if (coin()) row->custom_fields["l3vni"] = model::Value(static_cast<int>(50'000 + below(10)));
    return {{"ipam.vrf", row->id}};
  }

  // Only the renamed object is logged, none that it is nested in.
  Log change_name() {
    static const std::vector<std::pair<const char*, const char*>> kTypes{{"site", "dcim.site"},
                                                                         {"role", "dcim.devicerole"},
                                                                         {"rt", "ipam.routetarget"},
                                                                         {"group", "netbox_bgp.bgppeergroup"},
                                                                         {"policy", "netbox_bgp.routingpolicy"},
                                                                         {"tag", "extras.tag"}};
    const auto& [kind, type] = kTypes[below(kTypes.size())];
    auto& names = world_->names[kind];
    if (names.empty()) return {};
    auto at = names.begin();
    std::advance(at, below(names.size()));
    at->second = std::string(kind) == "rt" ? "2:" + std::to_string(below(100)) : text(kind);
    return {{type, at->first}};
  }

  Log change_asn() {
    const std::uint64_t id = 1 + below(3);
    world_->asns[id] = 64512 + below(100);
    return {{"ipam.asn", id}};
  }

  Log change_device() {
    DeviceRow* row = any(world_->tables.devices);
    if (row == nullptr) return {};
    if (coin()) row->name = text("switch");
    row->status = below(4) == 0 ? "planned" : "active";
    row->role = World::only(1 + below(3));  // 3 is outside of the inventory
    row->site = World::only(1 + below(2));
    row->location = World::only(below(3));
    row->custom_fields["asn"] = coin() ? model::Value() : model::Value(static_cast<int>(65000 + below(100)));
    row->tags.clear();
    if (coin() && world_->names["tag"].contains(2)) row->tags.push_back(World::only(2));
    return {{"dcim.device", row->id}};
  }

  Log delete_device() {
    const DeviceRow* row = any(world_->tables.devices);
    if (row == nullptr || world_->tables.devices.size() < 3) return {};
    const std::uint64_t id = row->id;
    Log log{{"dcim.device", id}};
    World::remove(world_->tables.devices, id);
    std::vector<std::uint64_t> interfaces, sessions;
    for (const InterfaceRow& one : world_->tables.interfaces) {
      if (one.device.id == id) interfaces.push_back(one.id);
    }
    for (const SessionRow& one : world_->tables.sessions) {
      if (one.device.id == id) sessions.push_back(one.id);
    }
    for (const std::uint64_t one : interfaces) {
      const Log more = remove_interface(one);
      log.insert(log.end(), more.begin(), more.end());
    }
    for (const std::uint64_t one : sessions) {
      World::remove(world_->tables.sessions, one);
      log.push_back({"netbox_bgp.bgpsession", one});
    }
    return log;
  }

  Log change_session() {
    SessionRow* row = any(world_->tables.sessions);
    if (row == nullptr) return {};
    row->status = coin() ? "active" : "offline";
    set_policy(row->custom_fields);
    row->description = text("to ");
    row->remote_as = World::only(1 + below(3));
    row->import_policies = some_policies();
    const AddressRow* address = any(world_->tables.addresses);
    if (address != nullptr) row->remote_address = World::only(address->id);
    return {{"netbox_bgp.bgpsession", row->id}};
  }

  Log delete_route_target() {
    auto& names = world_->names["rt"];
    if (names.size() < 2) return {};
    const std::uint64_t id = names.begin()->first;
    Log log{{"ipam.routetarget", id}};
    names.erase(id);
    for (VrfRow& vrf : world_->tables.vrfs) std::erase_if(vrf.import_targets, [id](const Brief& rt) { return rt.id == id; });
    for (L2vpnRow& l2vpn : world_->tables.l2vpns)
      std::erase_if(l2vpn.import_targets, [id](const Brief& rt) { return rt.id == id; });
    return log;
  }

  Log delete_tag() {
    auto& names = world_->names["tag"];
    if (names.empty()) return {};
    const std::uint64_t id = names.begin()->first;
    names.erase(id);
    Log log{{"extras.tag", id}};
    const auto is_it = [id](const Brief& tag) { return tag.id == id; };
    for (VlanRow& vlan : world_->tables.vlans) {
      if (std::erase_if(vlan.tags, is_it) > 0) log.push_back({"ipam.vlan", vlan.id});
    }
    for (DeviceRow& device : world_->tables.devices) {
      if (std::erase_if(device.tags, is_it) > 0) log.push_back({"dcim.device", device.id});
    }
    return log;
  }

  World* world_;
  std::mt19937_64* random_;
};

}  // namespace dm::intent::netbox
