#include "intent/netbox/device_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/text.h"

namespace dm::intent::netbox {
namespace {

template <class Map>
auto found_or_null(const Map& map, std::uint64_t id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : found->second;
}

// "https://netbox.example" of "https://netbox.example/netbox/dcim/": scheme and host.
std::string_view origin_part(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find('/', scheme + 3));
}

const model::Value* field(const CustomFields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &found->second;
}

}  // namespace

const Interface* DeviceView::find(std::string_view canonical_name) const {
  const auto found =
      std::find_if(interfaces.begin(), interfaces.end(),
                   [&](const Interface& interface) { return interface.name == canonical_name; });
  return found == interfaces.end() ? nullptr : &*found;
}

TableIndex::TableIndex(const Tables& tables, const MappingOptions& options)
    : options_(&options) {
  for (const VlanRow& row : tables.vlans) {
    vlans_[row.id] = &row;
    if (row.vid) vlans_by_vid_[*row.vid].push_back(&row);
    if (!row.tags.empty()) tagged_vlans_.push_back(&row);
    all_vlans_.push_back(&row);
  }
  for (const L2vpnRow& row : tables.l2vpns) l2vpns_[row.id] = &row;
  for (const VrfRow& row : tables.vrfs) vrfs_[row.id] = &row;
  for (const PeerGroupRow& row : tables.peer_groups) peer_groups_[row.id] = &row;
  for (const SiteRow& row : tables.sites) sites_[row.id] = &row;
  for (const VlanGroupRow& row : tables.vlan_groups) vlan_groups_[row.id] = &row;
  for (const PlaceRow& row : tables.regions) regions_[row.id] = &row;
  for (const PlaceRow& row : tables.site_groups) site_groups_[row.id] = &row;
  for (const PlaceRow& row : tables.locations) locations_[row.id] = &row;
  for (const AddressRow& row : tables.addresses) {
    addresses_[row.id] = &row;
    if (row.assigned_object_type == "dcim.interface")
      addresses_of_interface_[row.assigned_object_id].push_back(&row);
  }
  for (const InterfaceRow& row : tables.interfaces)
    interfaces_of_device_[row.device.id].push_back(&row);
  for (const SessionRow& row : tables.sessions) {
    if (row.device.id != 0) sessions_of_device_[row.device.id].push_back(&row);
  }
}

DeviceView TableIndex::view(const DeviceRow& device, const Joined& joined) const {
  DeviceView view;
  view.joined = &joined;
  view.options = options_;
  view.device = &device;
  if (const auto rows = interfaces_of_device_.find(device.id);
      rows != interfaces_of_device_.end()) {
    for (const InterfaceRow* row : rows->second) {
      Interface interface {
        row, interface_kind(*row), canonical_interface_name(row->name), {}
      };
      if (const auto own = addresses_of_interface_.find(row->id);
          own != addresses_of_interface_.end()) {
        for (const AddressRow* address : own->second) {
          if (auto ip = parse_ip(address->address))
            interface.addresses.push_back({address, std::move(*ip)});
        }
      }
      view.interfaces.push_back(std::move(interface));
    }
  }
  if (const auto rows = sessions_of_device_.find(device.id); rows != sessions_of_device_.end()) {
    view.sessions = rows->second;
  }
  const auto& roles = options_->names.vtep_roles;
  view.is_vtep = std::find(roles.begin(), roles.end(), device.role.slug) != roles.end() ||
                 view.find(options_->names.vtep_interface) != nullptr ||
                 view.find(options_->names.vxlan_interface) != nullptr;
  return view;
}

const std::vector<const VlanRow*>& Joined::tagged_vlans() const {
  looked_at_->insert({ObjectKind::TaggedVlan, 0});
  return index_->tagged_vlans_;
}

const std::vector<const VlanRow*>& Joined::all_vlans() const {
  looked_at_->insert({ObjectKind::AnyVlan, 0});
  return index_->all_vlans_;
}

const std::vector<const VlanRow*>& Joined::vlans_with(std::uint64_t vid) const {
  static const std::vector<const VlanRow*> kNone;
  looked_at_->insert({ObjectKind::VlanNumber, vid});
  const auto found = index_->vlans_by_vid_.find(vid);
  return found == index_->vlans_by_vid_.end() ? kNone : found->second;
}

const VlanRow* Joined::vlan(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::Vlan, id});
  return found_or_null(index_->vlans_, id);
}

const L2vpnRow* Joined::l2vpn(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::L2vpn, id});
  return found_or_null(index_->l2vpns_, id);
}

const VrfRow* Joined::vrf(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::Vrf, id});
  return found_or_null(index_->vrfs_, id);
}

const AddressRow* Joined::address(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::Address, id});
  return found_or_null(index_->addresses_, id);
}

const PeerGroupRow* Joined::peer_group(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::PeerGroup, id});
  return found_or_null(index_->peer_groups_, id);
}

const SiteRow* Joined::site(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::Site, id});
  return found_or_null(index_->sites_, id);
}

const VlanGroupRow* Joined::vlan_group(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::VlanGroup, 0});
  return found_or_null(index_->vlan_groups_, id);
}

const PlaceRow* Joined::region(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::Place, 0});
  return found_or_null(index_->regions_, id);
}

const PlaceRow* Joined::site_group(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::Place, 0});
  return found_or_null(index_->site_groups_, id);
}

const PlaceRow* Joined::location(std::uint64_t id) const {
  looked_at_->insert({ObjectKind::Place, 0});
  return found_or_null(index_->locations_, id);
}

std::string text_field(const CustomFields& fields, const std::string& name) {
  const model::Value* value = field(fields, name);
  if (value == nullptr) return {};
  if (const std::string* text = value->text()) return std::string(core::trim(*text));
  if (const auto* number = std::get_if<std::uint64_t>(&value->data)) return std::to_string(*number);
  return {};
}

bool flag_field(const CustomFields& fields, const std::string& name) {
  const model::Value* value = field(fields, name);
  const bool* flag = value == nullptr ? nullptr : std::get_if<bool>(&value->data);
  return flag != nullptr && *flag;
}

std::optional<std::uint64_t> number_field(const CustomFields& fields, const std::string& name) {
  const std::string text = text_field(fields, name);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

model::Provenance provenance(const MappingOptions& options, std::string_view type, std::uint64_t id,
                             const std::string& display_url) {
  model::Provenance from{"netbox", fmt::format("{}:{}", type, id), {}, {}};
  const std::string_view host = origin_part(display_url);
  const std::string_view configured = origin_part(options.base_url);
  if (!host.empty() && !configured.empty()) {
    from.url = std::string(configured) + display_url.substr(host.size());
  }
  return from;
}
model::Provenance provenance(const MappingOptions& options, const DeviceRow& row) {
  return provenance(options, "dcim.device", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const InterfaceRow& row) {
  return provenance(options, "dcim.interface", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const AddressRow& row) {
  return provenance(options, "ipam.ipaddress", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const VlanRow& row) {
  return provenance(options, "ipam.vlan", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const L2vpnRow& row) {
  return provenance(options, "vpn.l2vpn", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const VrfRow& row) {
  return provenance(options, "ipam.vrf", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const SessionRow& row) {
  return provenance(options, "netbox_bgp.bgpsession", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const PeerGroupRow& row) {
  return provenance(options, "netbox_bgp.bgppeergroup", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const SiteRow& row) {
  return provenance(options, "dcim.site", row.id, row.display_url);
}
model::Provenance provenance(const MappingOptions& options, const VlanGroupRow& row) {
  return provenance(options, "ipam.vlangroup", row.id, row.display_url);
}

model::Provenance in_field(model::Provenance from, std::string_view field) {
  from.field = field;
  return from;
}
model::Provenance in_custom_field(model::Provenance from, std::string_view name) {
  from.field = fmt::format("custom_fields.{}", name);
  return from;
}

}  // namespace dm::intent::netbox
