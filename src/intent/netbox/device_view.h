// The tables joined by id, seen from one device: its interfaces with their addresses, its sessions.
//
// Whatever a device's mapping takes from elsewhere it asks of Joined, which notes it: when such an object
// changes, this device is mapped again (fan_out.h). Borrows the tables, which outlive it. Lives on the
// intent thread.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "config/types.h"
#include "core/limits.h"
#include "intent/netbox/fan_out.h"
#include "intent/netbox/interface_kind.h"
#include "intent/netbox/ip_text.h"
#include "intent/netbox/tables.h"
#include "model/expectation.h"

namespace dm::intent::netbox {

inline constexpr const char* kDefaultInstance = "default";

// How the tables are read: the names of the data model's conventions, and where links point.
struct MappingOptions {
  config::NetBoxMapping names;
  std::string base_url;
  std::uint16_t gnmi_port = 6030;
  std::size_t override_bytes = core::Limits().intent_file_bytes;  // of a config context's own values
};

struct Address {
  const AddressRow* row = nullptr;
  IpText ip;
};

struct Interface {
  const InterfaceRow* row = nullptr;
  InterfaceKind kind = InterfaceKind::Other;
  std::string name;  // canonical
  std::vector<Address> addresses;

  bool is_lag_member() const { return row->lag.id != 0; }
};

class Joined;

struct DeviceView {
  const Joined* joined = nullptr;
  const MappingOptions* options = nullptr;
  const DeviceRow* device = nullptr;
  std::vector<Interface> interfaces;
  std::vector<const SessionRow*> sessions;
  bool is_vtep = false;  // by its role, or it has the VTEP's loopback or the VXLAN interface itself in NetBox

  const Interface* find(std::string_view canonical_name) const;
};

// All tables by id.
class TableIndex {
 public:
  TableIndex(const Tables& tables, const MappingOptions& options);

  // `joined` notes what the device's mapping looks at; it outlives the view.
  DeviceView view(const DeviceRow& device, const Joined& joined) const;

 private:
  friend class Joined;
  const MappingOptions* options_;
  std::unordered_map<std::uint64_t, const VlanRow*> vlans_;
  std::unordered_map<std::uint64_t, std::vector<const VlanRow*>> vlans_by_vid_;
  std::vector<const VlanRow*> tagged_vlans_, all_vlans_;
  std::unordered_map<std::uint64_t, const L2vpnRow*> l2vpns_;
  std::unordered_map<std::uint64_t, const VrfRow*> vrfs_;
  std::unordered_map<std::uint64_t, const PeerGroupRow*> peer_groups_;
  std::unordered_map<std::uint64_t, const SiteRow*> sites_;
  std::unordered_map<std::uint64_t, const VlanGroupRow*> vlan_groups_;
  std::unordered_map<std::uint64_t, const PlaceRow*> regions_, site_groups_, locations_;
  std::unordered_map<std::uint64_t, const AddressRow*> addresses_;
  std::unordered_map<std::uint64_t, std::vector<const AddressRow*>> addresses_of_interface_;
  std::unordered_map<std::uint64_t, std::vector<const InterfaceRow*>> interfaces_of_device_;
  std::unordered_map<std::uint64_t, std::vector<const SessionRow*>> sessions_of_device_;
};

// What one device's mapping may ask about objects that are not its own. Null: NetBox shows no such object.
class Joined {
 public:
  Joined(const TableIndex& index, LookedAt& looked_at) : index_(&index), looked_at_(&looked_at) {}

  const std::vector<const VlanRow*>& tagged_vlans() const;  // those with any tag
  const std::vector<const VlanRow*>& all_vlans() const;     // any change of a VLAN maps the device anew
  const std::vector<const VlanRow*>& vlans_with(std::uint64_t vid) const;
  const VlanRow* vlan(std::uint64_t id) const;
  const L2vpnRow* l2vpn(std::uint64_t id) const;
  const VrfRow* vrf(std::uint64_t id) const;
  const AddressRow* address(std::uint64_t id) const;
  const PeerGroupRow* peer_group(std::uint64_t id) const;
  const SiteRow* site(std::uint64_t id) const;
  const VlanGroupRow* vlan_group(std::uint64_t id) const;  // any change of a group, or of a place, maps the device anew
  const PlaceRow* region(std::uint64_t id) const;
  const PlaceRow* site_group(std::uint64_t id) const;
  const PlaceRow* location(std::uint64_t id) const;

 private:
  const TableIndex* index_;
  LookedAt* looked_at_;
};

// A custom field in the form that is wanted; absent if it is not there or something else.
std::string text_field(const CustomFields& fields, const std::string& name);
bool flag_field(const CustomFields& fields, const std::string& name);
std::optional<std::uint64_t> number_field(const CustomFields& fields, const std::string& name);

// "dcim.interface:101" and the page a person can open: display_url with the host that is
// configured.
model::Provenance provenance(const MappingOptions& options, std::string_view type, std::uint64_t id,
                             const std::string& display_url);
model::Provenance provenance(const MappingOptions& options, const DeviceRow& row);
model::Provenance provenance(const MappingOptions& options, const InterfaceRow& row);
model::Provenance provenance(const MappingOptions& options, const AddressRow& row);
model::Provenance provenance(const MappingOptions& options, const VlanRow& row);
model::Provenance provenance(const MappingOptions& options, const L2vpnRow& row);
model::Provenance provenance(const MappingOptions& options, const VrfRow& row);
model::Provenance provenance(const MappingOptions& options, const SessionRow& row);
model::Provenance provenance(const MappingOptions& options, const PeerGroupRow& row);
model::Provenance provenance(const MappingOptions& options, const SiteRow& row);
model::Provenance provenance(const MappingOptions& options, const VlanGroupRow& row);

// The same object, and which of its fields says it.
model::Provenance in_field(model::Provenance from, std::string_view field);
model::Provenance in_custom_field(model::Provenance from, std::string_view name);

}  // namespace dm::intent::netbox
