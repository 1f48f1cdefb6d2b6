// What is read of NetBox, as plain rows: only the fields that the mapping needs.
//
// Read tolerantly, so that NetBox 4.2 to 4.7 fit: unknown fields are skipped, missing ones stay
// empty, a choice is taken as {"value": …} or bare, a related object as its brief form. Only `id`
// is required. A field of another JSON type counts as empty, and is named in `wrong_fields`. Value types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "model/value.h"

namespace dm::intent::netbox {

// A related object as it is nested in another one. id 0: none.
struct Brief {
  std::uint64_t id = 0;
  std::string name, slug;
  std::string address;               // of an IP address
  std::optional<std::uint64_t> vid;  // of a VLAN
  std::optional<std::uint64_t> asn;  // of an AS number
  std::uint64_t depth = 0;           // of a role or platform below another one
  bool operator==(const Brief&) const = default;
};

// As much of one as ports and addresses need: there are many of them.
struct Named {
  std::uint64_t id = 0;
  std::string name;
  std::optional<std::uint64_t> vid;  // of a VLAN

  Named() = default;
  Named(const Brief& brief) : id(brief.id), name(brief.name), vid(brief.vid) {}  // NOLINT: implicit
  bool operator==(const Named&) const = default;
};

// Custom fields by name, those that have a value; selections and object fields are reduced to the one value that counts.
using CustomFields = std::map<std::string, model::Value>;

// What a config template makes of a device (POST render-config).
struct Rendered {
  std::uint64_t template_id = 0;  // 0: nothing was rendered
  std::string content;
  std::string mistake;  // why nothing was, if that is one; then the rest is what was rendered before, if anything
  bool operator==(const Rendered&) const = default;
};

struct DeviceRow {
  std::uint64_t id = 0;
  std::string name, status, display_url;
  Brief role, site, location, rack, platform, primary_ip, oob_ip;
  std::vector<Brief> tags;
  CustomFields custom_fields;
  std::string config_context;  // JSON, as NetBox merged it; empty where it is not asked for
  Rendered rendered;           // the same
  std::vector<std::string> wrong_fields;
  bool operator==(const DeviceRow&) const = default;
};

struct InterfaceRow {
  std::uint64_t id = 0;
  std::string name, type, mode, description, duplex, display_url;
  Named device, parent, lag, untagged_vlan, qinq_svlan, vrf;
  std::vector<Named> tagged_vlans;
  std::vector<Brief> tags;
  std::optional<std::uint64_t> mtu, speed;
  bool enabled = true;
  bool mgmt_only = false;
  CustomFields custom_fields;
  std::vector<std::string> wrong_fields;
  bool operator==(const InterfaceRow&) const = default;
};

struct AddressRow {
  std::uint64_t id = 0;
  std::string address, status, role, display_url;
  Named vrf;
  std::vector<Brief> tags;
  std::string assigned_object_type;
  std::uint64_t assigned_object_id = 0;
  CustomFields custom_fields;
  std::vector<std::string> wrong_fields;
  bool operator==(const AddressRow&) const = default;
};

struct VlanRow {
  std::uint64_t id = 0;
  std::optional<std::uint64_t> vid;
  std::string name, status, display_url;
  Brief site, group, l2vpn;
  std::vector<Brief> tags;
  CustomFields custom_fields;
  std::vector<std::string> wrong_fields;
  // Reserved and deprecated ones may be there or not.
  bool is_required() const { return status.empty() || status == "active"; }
  bool operator==(const VlanRow&) const = default;
};

struct L2vpnRow {
  std::uint64_t id = 0;
  std::optional<std::int64_t> identifier;
  std::string name, type, status, display_url;
  std::vector<Brief> import_targets, export_targets, tags;
  CustomFields custom_fields;
  std::vector<std::string> wrong_fields;
  bool operator==(const L2vpnRow&) const = default;
};

struct VrfRow {
  std::uint64_t id = 0;
  std::string name, rd, display_url;
  std::vector<Brief> import_targets, export_targets, tags;
  CustomFields custom_fields;
  std::vector<std::string> wrong_fields;
  bool operator==(const VrfRow&) const = default;
};

struct SessionRow {
  std::uint64_t id = 0;
  std::string name, status, description, display_url;
  Brief device, local_address, remote_address, local_as, remote_as, peer_group;
  std::vector<Brief> import_policies, export_policies, tags;
  CustomFields custom_fields;
  std::vector<std::string> wrong_fields;
  bool operator==(const SessionRow&) const = default;
};

struct PeerGroupRow {
  std::uint64_t id = 0;
  std::string name, display_url;
  std::vector<Brief> import_policies, export_policies;
  std::vector<std::string> wrong_fields;
  bool operator==(const PeerGroupRow&) const = default;
};

struct SiteRow {
  std::uint64_t id = 0;
  std::string name, display_url;
  Brief region, group;
  std::vector<Brief> asns;
  std::vector<std::string> wrong_fields;
  bool operator==(const SiteRow&) const = default;
};

// Where the VLANs of a group are available.
struct VlanGroupRow {
  std::uint64_t id = 0;
  std::string name, display_url;
  std::string scope_type;      // "dcim.location"; empty: everywhere
  std::uint64_t scope_id = 0;
  std::vector<std::string> wrong_fields;
  bool operator==(const VlanGroupRow&) const = default;
};

// A region, a site group or a location: what lies in what.
struct PlaceRow {
  std::uint64_t id = 0;
  Brief parent;
  bool operator==(const PlaceRow&) const = default;
};

// One row of the change log: which object is not what it was.
struct ChangeRow {
  std::uint64_t id = 0;
  std::string time;         // before the commit, as NetBox wrote it
  std::string object_type;  // "dcim.interface"
  std::uint64_t object_id = 0;
  bool operator==(const ChangeRow&) const = default;
};

struct Tables {
  std::vector<DeviceRow> devices;
  std::vector<InterfaceRow> interfaces;
  std::vector<AddressRow> addresses;
  std::vector<VlanRow> vlans;
  std::vector<L2vpnRow> l2vpns;
  std::vector<VrfRow> vrfs;
  std::vector<SessionRow> sessions;
  std::vector<PeerGroupRow> peer_groups;
  // Only read where a setting needs them.
  std::vector<SiteRow> sites;
  std::vector<VlanGroupRow> vlan_groups;
  std::vector<PlaceRow> regions, site_groups, locations;
  bool has_bgp = false;  // netbox-bgp is installed and answered
};

// One answer to a list request.
template <class Row>
struct Page {
  std::optional<std::uint64_t> count;  // of all pages; absent with keyset paging
  bool has_next = false;
  std::vector<Row> rows;
};

// Error Corrupt: not JSON, not a list answer, or a row that makes no sense.
template <class Row>
core::Result<Page<Row>> read_page(std::string_view json);

extern template core::Result<Page<DeviceRow>> read_page<DeviceRow>(std::string_view);
extern template core::Result<Page<InterfaceRow>> read_page<InterfaceRow>(std::string_view);
extern template core::Result<Page<AddressRow>> read_page<AddressRow>(std::string_view);
extern template core::Result<Page<VlanRow>> read_page<VlanRow>(std::string_view);
extern template core::Result<Page<L2vpnRow>> read_page<L2vpnRow>(std::string_view);
extern template core::Result<Page<VrfRow>> read_page<VrfRow>(std::string_view);
extern template core::Result<Page<SessionRow>> read_page<SessionRow>(std::string_view);
extern template core::Result<Page<PeerGroupRow>> read_page<PeerGroupRow>(std::string_view);
extern template core::Result<Page<SiteRow>> read_page<SiteRow>(std::string_view);
extern template core::Result<Page<VlanGroupRow>> read_page<VlanGroupRow>(std::string_view);
extern template core::Result<Page<PlaceRow>> read_page<PlaceRow>(std::string_view);
extern template core::Result<Page<ChangeRow>> read_page<ChangeRow>(std::string_view);

// The answer to POST render-config. Error Corrupt: it is none.
core::Result<Rendered> read_rendered(std::string_view json);

// GET /api/status/.
struct ServerStatus {
  std::string version;               // "4.4.10"
  std::vector<std::string> plugins;  // "netbox_bgp"
};
core::Result<ServerStatus> read_status(std::string_view json);

// What the server itself stumbled over ("OperationalError"); empty: the error answer says nothing of that.
std::string read_exception(std::string_view json);

// The `detail` or first message of an error answer; empty if it has none (HTML, other JSON).
std::string read_error_detail(std::string_view json);

}  // namespace dm::intent::netbox
