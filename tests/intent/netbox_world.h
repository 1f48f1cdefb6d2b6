// A NetBox in memory for tests: objects, a change log whose rows become visible at the commit, and lists that answer
// like the real one. Rows are kept with the ids of what they hold; names are filled in when they are read.
//
// What each change logs, and what it does not, is as recorded of NetBox 4.4 (facts: docs/setup/netbox.md, "What is
// polled").
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "intent/netbox/reader.h"

namespace dm::intent::netbox {

struct LoggedChange {
  std::string type;
  std::uint64_t id = 0;
};

class World final {
 public:
  World() {
    names["site"] = {{1, "dc1"}, {2, "dc2"}};
    names["role"] = {{1, "leaf"}, {2, "spine"}, {3, "server"}};
    names["rt"] = {{1, "1:1"}, {2, "1:2"}, {3, "1:3"}};
    names["group"] = {{1, "UNDERLAY"}, {2, "OVERLAY"}};
    names["tag"] = {{1, "all-vteps"}, {2, "lab"}};
    names["policy"] = {{1, "rm-in"}, {2, "rm-out"}, {3, "rm-both"}};
    asns = {{1, 65001}, {2, 65002}, {3, 65003}};
    for (std::uint64_t id = 1; id <= 4; ++id) {
      VlanRow vlan;
      vlan.id = id;
      vlan.vid = id * 10;
      vlan.name = "vlan" + std::to_string(id);
      vlan.status = "active";
      tables.vlans.push_back(vlan);
      add_device("sw" + std::to_string(id), 1 + id % 2, 1 + id % 2);
    }
    tables.vlans[3].tags.push_back(only(1));
    add_places();
    for (std::uint64_t id = 1; id <= 2; ++id) {
      L2vpnRow l2vpn;
      l2vpn.id = id;
      l2vpn.identifier = static_cast<std::int64_t>(10'000 + id);
      l2vpn.name = "l2vpn" + std::to_string(id);
      l2vpn.type = "vxlan-evpn";
      l2vpn.status = "active";
      l2vpn.import_targets = {only(id)};
      tables.l2vpns.push_back(l2vpn);
      tables.vlans[id].l2vpn = only(id);
      VrfRow vrf;
      vrf.id = id;
      vrf.name = "vrf" + std::to_string(id);
      vrf.import_targets = {only(3)};
      tables.vrfs.push_back(vrf);
    }
    tables.has_bgp = true;
  }

  // Two sites, each with one AS and in a region of its own; both regions lie in the third.
  void add_places() {
    for (std::uint64_t id = 1; id <= 2; ++id) {
      SiteRow site;
      site.id = id;
      site.region = only(id);
      site.asns = {only(id)};
      tables.sites.push_back(site);
      tables.regions.push_back({id, only(3)});
      tables.locations.push_back({id, id == 2 ? only(1) : only(0)});
      VlanGroupRow group;
      group.id = id;
      group.name = "vlans" + std::to_string(id);
      group.scope_type = id == 1 ? "dcim.site" : "dcim.region";
      group.scope_id = id;
      tables.vlan_groups.push_back(group);
      tables.vlans[id - 1].group = only(id);
      PeerGroupRow peers;
      peers.id = id;
      peers.import_policies = {only(id)};
      tables.peer_groups.push_back(peers);
    }
    tables.regions.push_back({3, only(0)});
  }

  static Brief only(std::uint64_t id) {
    Brief brief;
    brief.id = id;
    return brief;
  }

  std::vector<LoggedChange> add_device(const std::string& name, std::uint64_t role, std::uint64_t site) {
    DeviceRow device;
    device.id = next_id++;
    device.name = name;
    device.status = "active";
    device.role = only(role);
    device.site = only(site);
    device.custom_fields["asn"] = model::Value(65000 + static_cast<int>(device.id));
    std::vector<LoggedChange> logged{{"dcim.device", device.id}};
    for (const char* port : {"Ethernet1", "Ethernet2", "Port-Channel1", "Loopback1", "Vlan10"})
      logged.push_back({"dcim.interface", add_interface(device.id, port)});
    const std::uint64_t loopback = tables.interfaces.back().id - 1;
    logged.push_back({"ipam.ipaddress", add_address(loopback, "10.0.0." + std::to_string(device.id) + "/32")});
    device.primary_ip = only(tables.addresses.back().id);
    tables.devices.push_back(device);
    SessionRow session;
    session.id = next_id++;
    session.name = "session of " + name;
    session.status = "active";
    session.device = only(device.id);
    session.local_address = session.remote_address = device.primary_ip;
    session.remote_as = only(1 + device.id % 3);
    session.peer_group = only(1 + device.id % 2);
    tables.sessions.push_back(session);
    logged.push_back({"netbox_bgp.bgpsession", session.id});
    return logged;
  }

  std::uint64_t add_interface(std::uint64_t device, const std::string& name) {
    InterfaceRow row;
    row.id = next_id++;
    row.name = name;
    row.device = only(device);
    row.type = name.starts_with("Ethernet") ? "1000base-t" : name.starts_with("Port") ? "lag" : "virtual";
    if (name == "Port-Channel1") {
      row.mode = "tagged";
      row.tagged_vlans = {only(2), only(3)};
    }
    tables.interfaces.push_back(row);
    return row.id;
  }

  std::uint64_t add_address(std::uint64_t interface, const std::string& text) {
    AddressRow row;
    row.id = next_id++;
    row.address = text;
    row.status = "active";
    row.assigned_object_type = "dcim.interface";
    row.assigned_object_id = interface;
    tables.addresses.push_back(row);
    return row.id;
  }

  template <class Row>
  static Row* find(std::vector<Row>& rows, std::uint64_t id) {
    const auto at = std::find_if(rows.begin(), rows.end(), [id](const Row& row) { return row.id == id; });
    return at == rows.end() ? nullptr : &*at;
  }
  template <class Row>
  static void remove(std::vector<Row>& rows, std::uint64_t id) {
    std::erase_if(rows, [id](const Row& row) { return row.id == id; });
  }

  // As an API client reads them now.
  Tables rendered() const {
    Tables out = tables;
    const auto named = [this](const char* kind, Brief& brief) {
      if (brief.id != 0) brief.name = brief.slug = names.at(kind).at(brief.id);
    };
    const auto row_name = [](auto& rows, auto& brief) {
      const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == brief.id; });
      if (at != rows.end()) brief.name = at->name;
    };
    const auto address = [this](Brief& brief) {
      for (const AddressRow& row : tables.addresses) {
        if (row.id == brief.id) brief.address = row.address;
      }
    };
    const auto vlan = [this](Named& brief) {
      for (const VlanRow& row : tables.vlans) {
        if (row.id != brief.id) continue;
        brief.name = row.name;
        brief.vid = row.vid;
      }
    };
    std::erase_if(out.devices, [](const DeviceRow& row) { return row.role.id == 3; });  // the inventory's filter
    std::erase_if(out.interfaces, [&](const InterfaceRow& row) {
      return std::none_of(out.devices.begin(), out.devices.end(),
                          [&](const DeviceRow& device) { return device.id == row.device.id; });
    });
    for (DeviceRow& row : out.devices) {
      named("role", row.role);
      named("site", row.site);
      address(row.primary_ip);
      for (Brief& tag : row.tags) named("tag", tag);
    }
    for (InterfaceRow& row : out.interfaces) {
      row_name(tables.devices, row.device);
      row_name(tables.interfaces, row.lag);
      row_name(tables.vrfs, row.vrf);
      vlan(row.untagged_vlan);
      for (Named& tagged : row.tagged_vlans) vlan(tagged);
    }
    for (AddressRow& row : out.addresses) row_name(tables.vrfs, row.vrf);
    for (VlanRow& row : out.vlans) {
      row_name(tables.l2vpns, row.l2vpn);
      row_name(tables.vlan_groups, row.group);
      named("site", row.site);
      for (Brief& tag : row.tags) named("tag", tag);
    }
    for (L2vpnRow& row : out.l2vpns) {
      for (Brief& target : row.import_targets) named("rt", target);
    }
    for (VrfRow& row : out.vrfs) {
      for (Brief& target : row.import_targets) named("rt", target);
    }
    for (SiteRow& row : out.sites) {
      row.name = names.at("site").at(row.id);
      for (Brief& as : row.asns) as.asn = asns.at(as.id);
    }
    for (PeerGroupRow& row : out.peer_groups) {
      row.name = names.at("group").at(row.id);
      for (Brief& policy : row.import_policies) named("policy", policy);
    }
    for (SessionRow& row : out.sessions) {
      for (Brief& policy : row.import_policies) named("policy", policy);
      row_name(tables.devices, row.device);
      address(row.local_address);
      address(row.remote_address);
      named("group", row.peer_group);
      if (row.remote_as.id != 0) row.remote_as.asn = asns.at(row.remote_as.id);
    }
    const auto by_id = [](auto& rows) {
      std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    };
    by_id(out.devices);
    by_id(out.interfaces);
    by_id(out.addresses);
    by_id(out.vlans);
    by_id(out.sessions);
    return out;
  }

  // A transaction takes its ids when it begins; its changes and rows are seen by others when it commits.
  struct Transaction {
    std::vector<std::uint64_t> ids;
    std::function<std::vector<LoggedChange>()> change;
  };
  Transaction begin(std::function<std::vector<LoggedChange>()> change) {
    Transaction transaction{{}, std::move(change)};
    for (int i = 0; i < kIdsPerTransaction; ++i) transaction.ids.push_back(next_change++);
    return transaction;
  }
  std::vector<LoggedChange> commit(Transaction transaction) {
    const auto logged = transaction.change();
    for (std::size_t i = 0; i < logged.size(); ++i) {
      ChangeRow row;
      row.id = i < transaction.ids.size() ? transaction.ids[i] : next_change++;
      row.time = "2026-11-22T16:00:00Z";
      row.object_type = logged[i].type;
      row.object_id = logged[i].id;
      log[row.id] = row;
    }
    return logged;
  }

  static constexpr int kIdsPerTransaction = 4;  // what is not used stays a gap, as after a rollback

  Tables tables;  // nested objects by id only
  std::map<std::string, std::map<std::uint64_t, std::string>> names;
  std::map<std::uint64_t, std::uint64_t> asns;
  std::map<std::uint64_t, ChangeRow> log;
  std::uint64_t next_id = 100, next_change = 534;
};

// Reads the world as RestReader reads NetBox.
class WorldReader final : public Reader {
 public:
  explicit WorldReader(const World& world) : world_(&world) {}

  core::Status connect() override { return {}; }

  core::Result<ReadAnswer> read(const Need& need) override {
    if (failures > 0) {
      --failures;
      return core::Error{core::Code::Unavailable, "HTTP 502"};
    }
    ++reads;
    needs.push_back(need);
    full_reads += need.is_everything ? 1 : 0;
    const Tables all = world_->rendered();
    ReadAnswer answer;
    const auto take = [&need](ObjectKind kind, const auto& from, auto& to) {
      const auto asked = need.objects.find(kind);
      for (const auto& row : from) {
        if (need.is_everything || need.lists.contains(kind) ||
            (asked != need.objects.end() && asked->second.contains(row.id)))
          to.push_back(row);
      }
    };
    take(ObjectKind::Device, all.devices, answer.rows.devices);
    take(ObjectKind::Address, all.addresses, answer.rows.addresses);
    take(ObjectKind::Vlan, all.vlans, answer.rows.vlans);
    take(ObjectKind::Vrf, all.vrfs, answer.rows.vrfs);
    take(ObjectKind::L2vpn, all.l2vpns, answer.rows.l2vpns);
    take(ObjectKind::Session, all.sessions, answer.rows.sessions);
    take(ObjectKind::PeerGroup, all.peer_groups, answer.rows.peer_groups);
    take(ObjectKind::Site, all.sites, answer.rows.sites);
    take(ObjectKind::VlanGroup, all.vlan_groups, answer.rows.vlan_groups);
    take(ObjectKind::Place, all.regions, answer.rows.regions);
    take(ObjectKind::Place, all.site_groups, answer.rows.site_groups);
    take(ObjectKind::Place, all.locations, answer.rows.locations);
    answer.rows.has_bgp = all.has_bgp;
    const auto asked = need.objects.find(ObjectKind::Interface);
    for (const InterfaceRow& row : all.interfaces) {
      if (need.interfaces_of.contains(row.device.id) ||
          (asked != need.objects.end() && asked->second.contains(row.id)))
        answer.rows.interfaces.push_back(row);
    }
    for (const std::uint64_t id : need.interfaces_of) {
      const bool is_known = std::any_of(world_->tables.devices.begin(), world_->tables.devices.end(),
                                        [id](const DeviceRow& row) { return row.id == id; });
      if (!is_known) answer.vanished.insert(id);
    }
    return answer;
  }

  core::Result<std::vector<ChangeRow>> newest_changes(std::uint64_t before) override {
    if (!has_change_log) return core::Error{core::Code::PermissionDenied, "give it core.view_objectchange"};
    std::vector<ChangeRow> rows;
    for (auto row = world_->log.rbegin(); row != world_->log.rend() && rows.size() < 100; ++row) {
      if (before == 0 || row->first < before) rows.push_back(row->second);
    }
    return rows;
  }

  core::Result<std::vector<ChangeRow>> changes(const ChangeCursor::Query& query) override {
    if (!has_change_log) return core::Error{core::Code::PermissionDenied, "give it core.view_objectchange"};
    std::vector<ChangeRow> rows;
    for (const auto& [id, row] : world_->log) {
      const bool is_asked = query.ids.empty()
                                ? id > query.after && (!query.before || id < *query.before)
                                : std::find(query.ids.begin(), query.ids.end(), id) != query.ids.end();
      if (is_asked) rows.push_back(row);
    }
    return rows;
  }

  std::string base_url() const override { return "https://netbox.example"; }

  int reads = 0, full_reads = 0;
  std::vector<Need> needs;  // that were answered
  int failures = 0;  // the next reads that fail
  bool has_change_log = true;

 private:
  const World* world_;
};

}  // namespace dm::intent::netbox
