#include "intent/netbox/netbox_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "intent/netbox/mapping.h"
#include "net/http_client.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;
using core::Status;

// gunicorn, NetBox's server, takes request lines of up to 4094 bytes.
constexpr std::size_t kIdsPerQuery = 100;
constexpr std::size_t kNamesPerQuery = 40;

// What the mapping needs: the other fields of an interface or address cost NetBox up to ten times
// as much.
constexpr const char* kInterfaceFields =
    "fields=id,display_url,device,name,type,enabled,parent,lag,mtu,speed,duplex,mgmt_only,"
    "description,mode,"
    "untagged_vlan,tagged_vlans,qinq_svlan,vrf,tags,custom_fields";
constexpr const char* kAddressFields =
    "fields=id,display_url,address,vrf,status,role,assigned_object_type,assigned_object_id,tags,custom_"
    "fields";
constexpr const char* kVlanFields =
    "fields=id,display_url,vid,name,status,site,group,l2vpn_termination,tags";
constexpr const char* kL2vpnFields =
    "fields=id,display_url,identifier,name,type,status,import_targets,export_targets,tags";
constexpr const char* kVrfFields =
    "fields=id,display_url,name,rd,import_targets,export_targets,tags,custom_fields";

const char* const kDevicePath = "/api/dcim/devices/";
const char* const kDevicePermission = "dcim.view_device";

template <class T>
Status move_into(std::vector<T>& rows, core::Result<std::vector<T>> read) {
  if (!read) return read.error();
  rows = std::move(*read);
  return {};
}

}  // namespace

NetBoxSource::NetBoxSource(const config::NetBox& settings, Scope scope, std::uint16_t gnmi_port,
                           const core::Limits& limits)
    : scope_(std::move(scope)),
      reads_contexts_(settings.config_contexts),
      template_id_(settings.render_config ? std::optional(settings.config_template_id) : std::nullopt),
      mapping_{settings.mapping, {}, gnmi_port, limits.intent_file_bytes},
      client_({settings.url, settings.token, settings.timeout, settings.ca_file, settings.page_size,
               limits}) {
  mapping_.base_url = client_.base_url();
}

std::string NetBoxSource::scope() const {
  std::string text =
      client_.base_url() + (scope_.is_inventory ? " filter " + scope_.filter : " names");
  for (const std::string& name : scope_.names) text += " " + name;
  return text;
}

core::Result<Loaded> NetBoxSource::load() {
  std::vector<std::string> warnings;
  const auto tables = read_tables(warnings);
  if (!tables) {
    const std::string where = net::origin_of(client_.base_url());
    const std::string& message = tables.error().message;
    const bool names_it = message.find(where) != std::string::npos;
    // Nobody was reached there: what NetBox itself or its proxy answers is explained where it is read.
    const bool is_nobody_there = tables.error().code == Code::Unavailable && message.starts_with(where);
    return Error{tables.error().code,
                 fmt::format("netbox{}: {}{}", names_it ? "" : " " + where, message,
                             is_nobody_there ? "; is NetBox up, and intent.netbox.url (NETBOX_URL) its address?" : "")};
  }
  Loaded loaded = map_tables(*tables, mapping_);
  loaded.warnings.insert(loaded.warnings.begin(), warnings.begin(), warnings.end());
  return loaded;
}

core::Result<Tables> NetBoxSource::read_tables(std::vector<std::string>& warnings) {
  const auto status = client_.status();
  if (!status) return status.error();
  Tables tables;
  if (auto read = read_devices(tables, warnings); !read) return read.error();
  if (auto read = read_rendered(tables); !read) return read.error();
  if (auto read = read_interfaces(tables); !read) return read.error();
  if (auto read = read_shared(tables); !read) return read.error();
  if (auto read = read_sessions(tables, *status, warnings); !read) return read.error();
  return tables;
}

Status NetBoxSource::read_devices(Tables& tables, std::vector<std::string>& warnings) {
  std::vector<DeviceFilter> filters;
  if (scope_.is_inventory) {
    auto filter = DeviceFilter::parse(scope_.filter);
    if (!filter) return filter.error();
    filters.push_back(std::move(*filter));
  } else {
    for (std::size_t at = 0; at < scope_.names.size(); at += kNamesPerQuery) {
      const auto first = scope_.names.begin() + static_cast<std::ptrdiff_t>(at);
      const auto count = std::min(kNamesPerQuery, scope_.names.size() - at);
      filters.push_back(
          DeviceFilter::of_names({first, first + static_cast<std::ptrdiff_t>(count)}));
    }
  }
  for (const DeviceFilter& filter : filters) {
    const auto query = [this](const std::string& parameters) {
      const char* without = reads_contexts_ ? "" : "exclude=config_context";
      const bool needs_both = !parameters.empty() && !reads_contexts_;
      return ListQuery{kDevicePath, kDevicePermission, parameters + (needs_both ? "&" : "") + without};
    };
    auto rows = client_.list<DeviceRow>(query(filter.parameters()));
    if (!rows) return rows.error();
    for (const DeviceRow& row : *rows) {
      if (auto obeyed = filter.check(row); !obeyed) return obeyed;
    }
    if (!filter.unchecked().empty()) {
      const auto without = client_.count(query(filter.checked_parameters()));
      if (!without) return without.error();
      if (*without == rows->size()) {
        warnings.push_back(fmt::format(
            "inventory.netbox.filter: '{}' makes no difference ({} devices with and without "
            "it); NetBox ignores parameters that it does not know",
            filter.unchecked().front(), rows->size()));
      }
    }
    std::move(rows->begin(), rows->end(), std::back_inserter(tables.devices));
  }
  if (scope_.is_inventory && tables.devices.empty()) {
    warnings.push_back(
        fmt::format("NetBox finds no device (inventory.netbox.filter '{}')", scope_.filter));
  }
  for (const std::string& name : scope_.names) {
    const bool is_known = std::any_of(tables.devices.begin(), tables.devices.end(),
                                      [&name](const DeviceRow& row) { return row.name == name; });
    if (!is_known) warnings.push_back(fmt::format("{}: NetBox knows no device of this name", name));
  }
  return {};
}

core::Status NetBoxSource::read_rendered(Tables& tables) {
  if (!template_id_) return {};
  std::vector<std::uint64_t> ids;
  for (const DeviceRow& device : tables.devices) ids.push_back(device.id);
  auto rendered = client_.render(ids, *template_id_);
  if (!rendered) return rendered.error();
  for (std::size_t i = 0; i < ids.size(); ++i) tables.devices[i].rendered = std::move((*rendered)[i]);
  return {};
}

// Rows of others (a server that ignores the filter) are dropped.
Status NetBoxSource::read_interfaces(Tables& tables) {
  ListQuery query{"/api/dcim/interfaces/", "dcim.view_interface", kInterfaceFields, "device_id", {}};
  for (const DeviceRow& device : tables.devices) query.ids.push_back(device.id);
  std::vector<ListJob> jobs;
  jobs.push_back(job(query, tables.interfaces));
  const auto report = client_.read(std::move(jobs));
  if (!report) return report.error();
  return {};
}

Status NetBoxSource::read_shared(Tables& tables) {
  if (tables.devices.empty()) return {};
  if (auto read = move_into(tables.addresses,
                            client_.list<AddressRow>({"/api/ipam/ip-addresses/",
                                                      "ipam.view_ipaddress", kAddressFields}));
      !read)
    return read;
  if (auto read = move_into(
          tables.vlans, client_.list<VlanRow>({"/api/ipam/vlans/", "ipam.view_vlan", kVlanFields}));
      !read)
    return read;
  if (auto read = move_into(tables.vrfs,
                            client_.list<VrfRow>({"/api/ipam/vrfs/", "ipam.view_vrf", kVrfFields}));
      !read)
    return read;
  return move_into(tables.l2vpns,
                   client_.list<L2vpnRow>({"/api/vpn/l2vpns/", "vpn.view_l2vpn", kL2vpnFields}));
}

// Whole rows: the plugin's serializers do not all stand a `fields` parameter. Two spellings of one
// list.
Status NetBoxSource::read_sessions(Tables& tables, const ServerStatus& status,
                                   std::vector<std::string>& warnings) {
  if (tables.devices.empty()) return {};
  for (const char* path : {"/api/plugins/bgp/bgpsession/", "/api/plugins/bgp/session/"}) {
    auto rows = client_.list<SessionRow>({path, "netbox_bgp.view_bgpsession", ""});
    if (rows) {
      tables.has_bgp = true;
      tables.sessions = std::move(*rows);
      return {};
    }
    if (rows.error().code != Code::NotFound) return rows.error();
  }
  const auto& plugins = status.plugins;
  const bool is_installed =
      std::find(plugins.begin(), plugins.end(), "netbox_bgp") != plugins.end();
  warnings.push_back(fmt::format("{}: BGP neighbors are not compared",
                                 is_installed
                                     ? "netbox-bgp is installed, but has no list of sessions"
                                     : "netbox-bgp is not installed"));
  return {};
}

}  // namespace dm::intent::netbox
