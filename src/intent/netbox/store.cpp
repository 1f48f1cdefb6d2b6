#include "intent/netbox/store.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <unordered_map>

namespace dm::intent::netbox {
namespace {

template <class Row>
struct Difference {
  std::unordered_map<std::uint64_t, Row> before;  // of rows that changed or went
  std::set<std::uint64_t> changed, added, removed;
  bool is_empty() const { return changed.empty() && added.empty() && removed.empty(); }
  bool is_fresh(std::uint64_t id) const { return changed.contains(id) || added.contains(id); }
};

template <class Row>
Row* find(std::vector<Row>& table, std::uint64_t id) {
  const auto at = std::lower_bound(table.begin(), table.end(), id,
                                   [](const Row& row, std::uint64_t wanted) { return row.id < wanted; });
  return at == table.end() || at->id != id ? nullptr : &*at;
}

// Both sorted by id. Old rows that were asked for and did not come are gone.
template <class Row, class IsAsked>
Difference<Row> replace(std::vector<Row>& table, std::vector<Row> rows, IsAsked is_asked) {
  Difference<Row> difference;
  std::vector<Row> next;
  next.reserve(std::max(table.size(), rows.size()));
  auto fresh = rows.begin();
  const auto take_fresh_before = [&](std::uint64_t id) {
    for (; fresh != rows.end() && fresh->id < id; ++fresh) {
      difference.added.insert(fresh->id);
      next.push_back(std::move(*fresh));
    }
  };
  for (Row& old : table) {
    take_fresh_before(old.id);
    if (fresh != rows.end() && fresh->id == old.id) {
      if (!(*fresh == old)) {
        difference.changed.insert(old.id);
        difference.before.emplace(old.id, std::move(old));
      }
      next.push_back(std::move(*fresh++));
    } else if (is_asked(old)) {
      difference.removed.insert(old.id);
      difference.before.emplace(old.id, std::move(old));
    } else {
      next.push_back(std::move(old));
    }
  }
  take_fresh_before(std::numeric_limits<std::uint64_t>::max());
  table = std::move(next);
  return difference;
}

// Objects by id or the whole list.
template <class Row>
Difference<Row> replace(const Need& need, ObjectKind kind, std::vector<Row>& table, std::vector<Row> rows) {
  if (need.is_everything || need.lists.contains(kind))
    return replace(table, std::move(rows), [](const Row&) { return true; });
  const auto asked = need.objects.find(kind);
  if (asked == need.objects.end()) return {};
  const auto is_asked = [&](const Row& row) { return asked->second.contains(row.id); };
  std::erase_if(rows, [&](const Row& row) { return !is_asked(row); });
  return replace(table, std::move(rows), is_asked);
}

// One reading put in: the differences table by table, then what follows from them.
class Change {
 public:
  Change(Tables& tables, const Need& need, Tables rows);
  Store::Applied finish();

 private:
  void replace_interfaces(const Need& need, std::vector<InterfaceRow> rows);
  void write_into_holders();
  void find_dangling();
  void touch_all();
  std::uint64_t device_of(const AddressRow& row);
  template <class Row, class Field>
  void write(Difference<Row>& of, Row& row, Field& field, const Field& wanted);

  Tables& tables_;
  Difference<DeviceRow> devices_;
  Difference<InterfaceRow> interfaces_;
  Difference<AddressRow> addresses_;
  Difference<VlanRow> vlans_;
  Difference<L2vpnRow> l2vpns_;
  Difference<VrfRow> vrfs_;
  Difference<SessionRow> sessions_;
  Difference<PeerGroupRow> peer_groups_;
  Difference<SiteRow> sites_;
  Difference<VlanGroupRow> vlan_groups_;
  std::array<Difference<PlaceRow>, 3> places_;  // regions, site groups, locations
  Store::Applied applied_;
};

Change::Change(Tables& tables, const Need& need, Tables rows) : tables_(tables) {
  devices_ = replace(need, ObjectKind::Device, tables.devices, std::move(rows.devices));
  replace_interfaces(need, std::move(rows.interfaces));
  addresses_ = replace(need, ObjectKind::Address, tables.addresses, std::move(rows.addresses));
  vlans_ = replace(need, ObjectKind::Vlan, tables.vlans, std::move(rows.vlans));
  l2vpns_ = replace(need, ObjectKind::L2vpn, tables.l2vpns, std::move(rows.l2vpns));
  vrfs_ = replace(need, ObjectKind::Vrf, tables.vrfs, std::move(rows.vrfs));
  sessions_ = replace(need, ObjectKind::Session, tables.sessions, std::move(rows.sessions));
  peer_groups_ = replace(need, ObjectKind::PeerGroup, tables.peer_groups, std::move(rows.peer_groups));
  sites_ = replace(need, ObjectKind::Site, tables.sites, std::move(rows.sites));
  vlan_groups_ = replace(need, ObjectKind::VlanGroup, tables.vlan_groups, std::move(rows.vlan_groups));
  places_ = {replace(need, ObjectKind::Place, tables.regions, std::move(rows.regions)),
             replace(need, ObjectKind::Place, tables.site_groups, std::move(rows.site_groups)),
             replace(need, ObjectKind::Place, tables.locations, std::move(rows.locations))};
  if (need.is_everything || need.lists.contains(ObjectKind::Session)) tables.has_bgp = rows.has_bgp;
}

// Only those of devices that are watched: an object that is asked for by id may be anybody's.
void Change::replace_interfaces(const Need& need, std::vector<InterfaceRow> rows) {
  const auto asked = need.objects.find(ObjectKind::Interface);
  const auto is_asked = [&](const InterfaceRow& row) {
    return need.is_everything || find(tables_.devices, row.device.id) == nullptr ||
           need.interfaces_of.contains(row.device.id) ||
           (asked != need.objects.end() && asked->second.contains(row.id));
  };
  std::erase_if(rows, [&](const InterfaceRow& row) {
    return find(tables_.devices, row.device.id) == nullptr || !is_asked(row);
  });
  const bool concerns_interfaces = need.is_everything || !devices_.is_empty() ||
                                   !need.interfaces_of.empty() || asked != need.objects.end();
  if (concerns_interfaces) interfaces_ = replace(tables_.interfaces, std::move(rows), is_asked);
}

template <class Row, class Field>
void Change::write(Difference<Row>& of, Row& row, Field& field, const Field& wanted) {
  if (field == wanted) return;
  if (!of.added.contains(row.id) && of.changed.insert(row.id).second) of.before.emplace(row.id, row);
  field = wanted;
}

// The object behind a brief, if the brief may be behind it: one of the two was read just now.
template <class Held, class Nested>
const Held* behind(const Difference<Held>& held, std::vector<Held>& table, const Nested& brief, bool is_row_fresh) {
  if (brief.id == 0 || !(is_row_fresh || held.is_fresh(brief.id))) return nullptr;
  return find(table, brief.id);
}

// Also into rows that were read just now: they may be older than what they hold.
void Change::write_into_holders() {
  const auto address = [&](auto& of, auto& row, Brief& brief) {
    if (const auto* held = behind(addresses_, tables_.addresses, brief, of.is_fresh(row.id)))
      write(of, row, brief.address, held->address);
  };
  const auto name = [&](const auto& held_in, auto& table, auto& of, auto& row, auto& brief) {
    if (const auto* held = behind(held_in, table, brief, of.is_fresh(row.id)))
      write(of, row, brief.name, held->name);
  };
  const auto vlan = [&](InterfaceRow& row, Named& brief) {
    const auto* held = behind(vlans_, tables_.vlans, brief, interfaces_.is_fresh(row.id));
    if (held == nullptr) return;
    write(interfaces_, row, brief.name, held->name);
    write(interfaces_, row, brief.vid, held->vid);
  };
  for (DeviceRow& row : tables_.devices) {
    address(devices_, row, row.primary_ip);
    address(devices_, row, row.oob_ip);
  }
  for (InterfaceRow& row : tables_.interfaces) {
    name(devices_, tables_.devices, interfaces_, row, row.device);
    name(interfaces_, tables_.interfaces, interfaces_, row, row.parent);
    name(interfaces_, tables_.interfaces, interfaces_, row, row.lag);
    name(vrfs_, tables_.vrfs, interfaces_, row, row.vrf);
    vlan(row, row.untagged_vlan);
    vlan(row, row.qinq_svlan);
    for (Named& tagged : row.tagged_vlans) vlan(row, tagged);
  }
  for (AddressRow& row : tables_.addresses) name(vrfs_, tables_.vrfs, addresses_, row, row.vrf);
  for (VlanRow& row : tables_.vlans) name(l2vpns_, tables_.l2vpns, vlans_, row, row.l2vpn);
  for (SessionRow& row : tables_.sessions) {
    name(devices_, tables_.devices, sessions_, row, row.device);
    address(sessions_, row, row.local_address);
    address(sessions_, row, row.remote_address);
  }
}

// NetBox takes a deleted object out of the rows that hold it, but does not always log that.
void Change::find_dangling() {
  Need& need = applied_.follow_up;
  const auto is_gone = [](const auto& difference, const auto& brief) {
    return brief.id != 0 && difference.removed.contains(brief.id);
  };
  const bool has_removed = !(interfaces_.removed.empty() && addresses_.removed.empty() &&
                             vlans_.removed.empty() && l2vpns_.removed.empty() && vrfs_.removed.empty());
  if (!has_removed) return;
  for (const DeviceRow& row : tables_.devices) {
    if (is_gone(addresses_, row.primary_ip) || is_gone(addresses_, row.oob_ip))
      need.objects[ObjectKind::Device].insert(row.id);
  }
  for (const InterfaceRow& row : tables_.interfaces) {
    const bool holds_gone =
        is_gone(interfaces_, row.parent) || is_gone(interfaces_, row.lag) || is_gone(vrfs_, row.vrf) ||
        is_gone(vlans_, row.untagged_vlan) || is_gone(vlans_, row.qinq_svlan) ||
        std::any_of(row.tagged_vlans.begin(), row.tagged_vlans.end(),
                    [&](const Named& vlan) { return is_gone(vlans_, vlan); });
    if (holds_gone) need.objects[ObjectKind::Interface].insert(row.id);
  }
  for (const AddressRow& row : tables_.addresses) {
    const bool is_assigned_to_gone = row.assigned_object_type == "dcim.interface" &&
                                     interfaces_.removed.contains(row.assigned_object_id);
    if (is_gone(vrfs_, row.vrf) || is_assigned_to_gone) need.objects[ObjectKind::Address].insert(row.id);
  }
  for (const VlanRow& row : tables_.vlans) {
    if (is_gone(l2vpns_, row.l2vpn)) need.objects[ObjectKind::Vlan].insert(row.id);
  }
  for (const SessionRow& row : tables_.sessions) {
    if (is_gone(addresses_, row.local_address) || is_gone(addresses_, row.remote_address))
      need.objects[ObjectKind::Session].insert(row.id);
  }
}

std::uint64_t Change::device_of(const AddressRow& row) {
  if (row.assigned_object_type != "dcim.interface") return 0;
  const InterfaceRow* interface = find(tables_.interfaces, row.assigned_object_id);
  return interface == nullptr ? 0 : interface->device.id;
}

// Calls for each row that differs, as it was and as it is.
template <class Row, class Visit>
void each(const Difference<Row>& difference, std::vector<Row>& table, Visit visit) {
  for (const auto& [id, row] : difference.before) visit(row);
  for (const auto* ids : {&difference.changed, &difference.added}) {
    for (const std::uint64_t id : *ids) visit(*find(table, id));
  }
}

void Change::touch_all() {
  Touched& touched = applied_.touched;
  const auto touch = [&touched](ObjectKind kind, std::uint64_t id) { touched.objects.insert({kind, id}); };
  const auto touch_device = [&touched](std::uint64_t id) {
    if (id != 0) touched.devices.insert(id);
  };
  each(devices_, tables_.devices, [&](const DeviceRow& row) { touch_device(row.id); });
  each(interfaces_, tables_.interfaces, [&](const InterfaceRow& row) { touch_device(row.device.id); });
  each(addresses_, tables_.addresses, [&](const AddressRow& row) {
    touch(ObjectKind::Address, row.id);
    touch_device(device_of(row));
  });
  each(vlans_, tables_.vlans, [&](const VlanRow& row) {
    touch(ObjectKind::Vlan, row.id);
    touch(ObjectKind::AnyVlan, 0);
    if (!row.tags.empty()) touch(ObjectKind::TaggedVlan, 0);
    if (row.vid) touch(ObjectKind::VlanNumber, *row.vid);
  });
  each(l2vpns_, tables_.l2vpns, [&](const L2vpnRow& row) { touch(ObjectKind::L2vpn, row.id); });
  each(vrfs_, tables_.vrfs, [&](const VrfRow& row) { touch(ObjectKind::Vrf, row.id); });
  each(sessions_, tables_.sessions, [&](const SessionRow& row) { touch_device(row.device.id); });
  each(peer_groups_, tables_.peer_groups, [&](const PeerGroupRow& row) { touch(ObjectKind::PeerGroup, row.id); });
  each(sites_, tables_.sites, [&](const SiteRow& row) { touch(ObjectKind::Site, row.id); });
  if (!vlan_groups_.is_empty()) touch(ObjectKind::VlanGroup, 0);
  if (std::any_of(places_.begin(), places_.end(), [](const auto& places) { return !places.is_empty(); }))
    touch(ObjectKind::Place, 0);
}

Store::Applied Change::finish() {
  write_into_holders();
  find_dangling();
  touch_all();
  applied_.follow_up.interfaces_of = devices_.added;
  return std::move(applied_);
}

}  // namespace

const DeviceRow* Store::device(std::uint64_t id) const {
  const auto at = std::lower_bound(tables_.devices.begin(), tables_.devices.end(), id,
                                   [](const DeviceRow& row, std::uint64_t wanted) { return row.id < wanted; });
  return at == tables_.devices.end() || at->id != id ? nullptr : &*at;
}

Need Store::holders_of(const std::set<std::uint64_t>& tags) const {
  Need need;
  const auto add = [&](ObjectKind kind, const auto& table) {
    for (const auto& row : table) {
      const bool has_one = std::any_of(row.tags.begin(), row.tags.end(), [&](const Brief& tag) { return tags.contains(tag.id); });
      if (has_one) need.objects[kind].insert(row.id);
    }
  };
  add(ObjectKind::Interface, tables_.interfaces);
  add(ObjectKind::Address, tables_.addresses);
  add(ObjectKind::Vlan, tables_.vlans);
  add(ObjectKind::L2vpn, tables_.l2vpns);
  add(ObjectKind::Vrf, tables_.vrfs);
  add(ObjectKind::Session, tables_.sessions);
  need.lists.insert(ObjectKind::Device);
  return need;
}

Store::Applied Store::apply(const Need& need, Tables rows) {
  Change change(tables_, need, std::move(rows));
  return change.finish();
}

Store::Applied Store::drop_devices(const DeviceIds& devices) {
  Need need;
  need.lists.insert(ObjectKind::Device);
  Tables rows;
  std::copy_if(tables_.devices.begin(), tables_.devices.end(), std::back_inserter(rows.devices),
               [&](const DeviceRow& row) { return !devices.contains(row.id); });
  return apply(need, std::move(rows));
}

}  // namespace dm::intent::netbox
