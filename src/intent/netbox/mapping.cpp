#include "intent/netbox/mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.h"
#include "intent/netbox/findings.h"
#include "intent/netbox/intent_builder.h"
#include "intent/netbox/lists.h"
#include "intent/netbox/mapping_parts.h"

namespace dm::intent::netbox {
namespace {

// Staged devices are compared like active ones; all other states are not watched.
bool is_watched(const DeviceRow& device) {
  return device.status.empty() || device.status == "active" || device.status == "staged";
}

std::string target_address(const DeviceRow& device, std::uint16_t port) {
  const Brief& best = device.oob_ip.id != 0 ? device.oob_ip : device.primary_ip;
  const auto ip = parse_ip(best.address);
  if (!ip) return {};
  return ip->is_v6 ? fmt::format("[{}]:{}", ip->ip, port) : fmt::format("{}:{}", ip->ip, port);
}

model::InventoryDevice inventory_of(const DeviceRow& device, std::uint16_t port) {
  model::InventoryDevice found{device.name, target_address(device, port), {}, "netbox"};
  const auto label = [&found](const char* name, const Brief& object) {
    const std::string& text = object.slug.empty() ? object.name : object.slug;
    if (!text.empty()) found.labels[name] = text;
  };
  label("role", device.role);
  label("site", device.site);
  label("platform", device.platform);
  for (const Brief& tag : device.tags) {
    if (!tag.slug.empty()) found.labels["tag_" + tag.slug] = "true";
  }
  return found;
}

bool has_vlans(const Tables& tables) {
  return std::any_of(
      tables.interfaces.begin(), tables.interfaces.end(), [](const InterfaceRow& row) {
        return (!row.mode.empty() && (row.untagged_vlan.id != 0 || !row.tagged_vlans.empty())) ||
               svi_vlan(canonical_interface_name(row.name));
      });
}

bool has_ipv6(const Tables& tables) {
  return std::any_of(tables.addresses.begin(), tables.addresses.end(), [](const AddressRow& row) {
    return row.address.find(':') != std::string::npos;
  });
}

// Lists for which this NetBox has no data at all: an extra entry there says nothing about a switch.
std::set<std::string_view> unfilled_lists(const Tables& tables, const MappingOptions& options) {
  std::set<std::string_view> unfilled;
  const auto is_vxlan = [](const L2vpnRow& row) { return row.type.starts_with("vxlan"); };
  const auto has_l3vni = [&options](const VrfRow& row) {
    return !text_field(row.custom_fields, options.names.l3vni_field).empty();
  };
  const bool has_vlan_vnis = std::any_of(tables.l2vpns.begin(), tables.l2vpns.end(), is_vxlan);
  const bool has_vrf_vnis = std::any_of(tables.vrfs.begin(), tables.vrfs.end(), has_l3vni);
  if (tables.sessions.empty()) unfilled.insert(kNeighborList);
  if (!has_vlans(tables)) unfilled.insert(kVlanList);
  if (!has_vlan_vnis) unfilled.insert(kVlanVniList);
  if (!has_vrf_vnis) unfilled.insert(kVrfVniList);
  if (!has_ipv6(tables)) unfilled.insert(kIpv6Lists.begin(), kIpv6Lists.end());
  return unfilled;
}

// The same for one device: no interface, or no address, is documented for it.
void add_unfilled(const DeviceView& view, std::set<std::string_view> unfilled, IntentBuilder& out) {
  const bool has_addresses =
      std::any_of(view.interfaces.begin(), view.interfaces.end(),
                  [](const Interface& interface) { return !interface.addresses.empty(); });
  if (view.interfaces.empty()) unfilled.insert({kInterfaceList, kSubinterfaceList, kVlanList});
  if (!has_addresses) {
    unfilled.insert(kIpv4Lists.begin(), kIpv4Lists.end());
    unfilled.insert(kIpv6Lists.begin(), kIpv6Lists.end());
    unfilled.insert(kInstanceInterfaceList);
  }
  // Every switch has `default`: that alone documents no VRF.
  if (vrfs_of(view).empty()) unfilled.insert(kInstanceList);
  for (const std::string_view list : unfilled) out.unfilled(list);
}

model::DeviceIntent intent_of(const DeviceView& view, const std::set<std::string_view>& unfilled,
                              std::vector<std::string>& warnings) {
  IntentBuilder out(view.device->name, warnings);
  if (view.interfaces.empty()) out.warn("NetBox documents no interface of it");
  map_system(view, out);
  map_interfaces(view, out);
  map_addresses(view, out);
  map_vlans(view, out);
  map_vrfs(view, out);
  map_bgp(view, out);
  add_unfilled(view, unfilled, out);
  return std::move(out).finish();
}

}  // namespace

DeviceIds Mapping::stale_devices(const Touched& touched) const {
  DeviceIds stale = touched.devices;
  for (const ObjectId& object : touched.objects) {
    const DeviceIds& devices = fan_out_.devices_of(object);
    stale.insert(devices.begin(), devices.end());
  }
  return stale;
}

const Mapping::MappedDevice& Mapping::map_device(const TableIndex& index, const DeviceRow& device,
                                                 bool is_stale) {
  const auto [slot, is_new] = devices_.try_emplace(device.id);
  if (!is_new && !is_stale) return slot->second;
  LookedAt looked_at;
  const Joined joined(index, looked_at);
  MappedDevice mapped;
  mapped.intent = std::make_shared<const model::DeviceIntent>(
      intent_of(index.view(device, joined), *unfilled_, mapped.warnings));
  fan_out_.note(device.id, std::move(looked_at));
  slot->second = std::move(mapped);
  return slot->second;
}

Loaded Mapping::map(const Tables& tables, const Touched& touched) {
  Loaded loaded;
  loaded.warnings = find_mistakes(tables);
  const TableIndex index(tables, options_);
  auto unfilled = unfilled_lists(tables, options_);
  const bool is_everything = touched.is_everything || unfilled_ != unfilled;
  unfilled_ = std::move(unfilled);
  const DeviceIds stale = is_everything ? DeviceIds() : stale_devices(touched);
  std::set<std::string> names;
  DeviceIds mapped;
  for (const DeviceRow& device : tables.devices) {
    if (device.name.empty()) {
      loaded.warnings.push_back(fmt::format("device {} has no name; it is not watched", device.id));
    } else if (!is_watched(device)) {
      loaded.suspended.push_back(device.name);
      loaded.warnings.push_back(
          fmt::format("{}: its status is {}; it is not watched", device.name, device.status));
    } else if (!names.insert(device.name).second) {
      loaded.warnings.push_back(
          fmt::format("{}: a second device of that name is not watched", device.name));
    } else {
      loaded.inventory.push_back(inventory_of(device, options_.gnmi_port));
      if (loaded.inventory.back().address.empty()) {
        loaded.warnings.push_back(fmt::format(
            "{}: it has neither an out-of-band nor a primary address; it cannot be reached",
            device.name));
      }
      const MappedDevice& one = map_device(index, device, is_everything || stale.contains(device.id));
      mapped.insert(device.id);
      loaded.devices.push_back(one.intent);
      loaded.warnings.insert(loaded.warnings.end(), one.warnings.begin(), one.warnings.end());
    }
  }
  for (auto device = devices_.begin(); device != devices_.end();) {
    const bool is_kept = mapped.contains(device->first);
    if (!is_kept) fan_out_.note(device->first, {});
    device = is_kept ? std::next(device) : devices_.erase(device);
  }
  return loaded;
}

Loaded map_tables(const Tables& tables, const MappingOptions& options) {
  return Mapping(options).map(tables, {.is_everything = true, .devices = {}, .objects = {}});
}

}  // namespace dm::intent::netbox
