#include "intent/netbox/rest_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;
using core::Result;
using core::Status;

constexpr std::size_t kNamesPerQuery = 40;
constexpr std::size_t kNewestChanges = 100;
// More rows of the change log than this are dearer to NetBox than a full reading of a middling fabric.
constexpr std::size_t kMostChanges = 5000;

constexpr const char* kDevicePath = "/api/dcim/devices/";
constexpr const char* kDevicePermission = "dcim.view_device";
constexpr const char* kSessionPath = "/api/plugins/bgp/bgpsession/";
constexpr const char* kChangePath = "/api/core/object-changes/";
constexpr const char* kChangePermission = "core.view_objectchange";

constexpr const char* kInterfaceFields =
    "fields=id,display_url,device,name,type,enabled,parent,lag,mtu,speed,duplex,mgmt_only,"
    "description,mode,"
    "untagged_vlan,tagged_vlans,qinq_svlan,vrf,tags,custom_fields";
constexpr const char* kAddressFields =
    "fields=id,display_url,address,vrf,status,role,assigned_object_type,assigned_object_id,tags,custom_"
    "fields";
constexpr const char* kVlanFields =
    "fields=id,display_url,vid,name,status,site,group,l2vpn_termination,tags,custom_fields";
constexpr const char* kL2vpnFields =
    "fields=id,display_url,identifier,name,type,status,import_targets,export_targets,tags,custom_fields";
constexpr const char* kVrfFields =
    "fields=id,display_url,name,rd,import_targets,export_targets,tags,custom_fields";

constexpr const char* kSiteFields = "fields=id,display_url,name,region,group,asns";
constexpr const char* kVlanGroupFields = "fields=id,display_url,name,scope_type,scope_id";
constexpr const char* kPlaceFields = "fields=id,parent";
constexpr const char* kSessionPermission = "netbox_bgp.view_bgpsession";

// What is read besides: without it less is compared.
ListQuery extra(std::string path, std::string permission, std::string parameters) {
  ListQuery query{std::move(path), std::move(permission), std::move(parameters)};
  query.may_be_absent = query.may_be_refused = true;
  return query;
}

// Sessions and their groups whole: the plugin's serializers do not all stand a `fields` parameter. Two spellings of one
// list.
ListQuery query_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::Address:
      return {"/api/ipam/ip-addresses/", "ipam.view_ipaddress", kAddressFields};
    case ObjectKind::Vlan:
      return {"/api/ipam/vlans/", "ipam.view_vlan", kVlanFields};
    case ObjectKind::Vrf:
      return {"/api/ipam/vrfs/", "ipam.view_vrf", kVrfFields};
    case ObjectKind::L2vpn:
      return {"/api/vpn/l2vpns/", "vpn.view_l2vpn", kL2vpnFields};
    case ObjectKind::Session: {
      ListQuery query{kSessionPath, kSessionPermission, ""};
      query.other_paths = {"/api/plugins/bgp/session/"};
      query.may_be_absent = true;
      return query;
    }
    case ObjectKind::PeerGroup: {
      ListQuery query = extra("/api/plugins/bgp/bgppeergroup/", "netbox_bgp.view_bgppeergroup", "");
      query.other_paths = {"/api/plugins/bgp/peer-group/"};
      return query;
    }
    case ObjectKind::Site:
      return extra("/api/dcim/sites/", "dcim.view_site", kSiteFields);
    case ObjectKind::VlanGroup:
      return extra("/api/ipam/vlan-groups/", "ipam.view_vlangroup", kVlanGroupFields);
    default:
      return {"/api/dcim/interfaces/", "dcim.view_interface", kInterfaceFields};
  }
}

ListJob job_of(ObjectKind kind, ListQuery query, Tables& rows) {
  switch (kind) {
    case ObjectKind::Address:
      return job(std::move(query), rows.addresses);
    case ObjectKind::Vlan:
      return job(std::move(query), rows.vlans);
    case ObjectKind::Vrf:
      return job(std::move(query), rows.vrfs);
    case ObjectKind::L2vpn:
      return job(std::move(query), rows.l2vpns);
    case ObjectKind::Session:
      return job(std::move(query), rows.sessions);
    case ObjectKind::PeerGroup:
      return job(std::move(query), rows.peer_groups);
    case ObjectKind::Site:
      return job(std::move(query), rows.sites);
    case ObjectKind::VlanGroup:
      return job(std::move(query), rows.vlan_groups);
    default:
      return job(std::move(query), rows.interfaces);
  }
}

void add_places(Tables& rows, std::vector<ListJob>& jobs) {
  jobs.push_back(job(extra("/api/dcim/regions/", "dcim.view_region", kPlaceFields), rows.regions));
  jobs.push_back(job(extra("/api/dcim/site-groups/", "dcim.view_sitegroup", kPlaceFields), rows.site_groups));
  jobs.push_back(job(extra("/api/dcim/locations/", "dcim.view_location", kPlaceFields), rows.locations));
}

bool is_wanted(const Need& need, ObjectKind kind) { return need.is_everything || need.lists.contains(kind); }

}  // namespace

RestReader::RestReader(Client::Options options, Scope scope, Extras extras)
    : scope_(std::move(scope)), extras_(extras), client_(std::move(options)) {}

ListQuery RestReader::device_query(const std::string& parameters) const {
  const char* without = extras_.config_contexts ? "" : "exclude=config_context";
  const bool needs_both = !parameters.empty() && !extras_.config_contexts;
  return {kDevicePath, kDevicePermission, parameters + (needs_both ? "&" : "") + without};
}

Status RestReader::render(std::vector<DeviceRow>& devices) {
  if (!extras_.template_id) return {};
  std::vector<std::uint64_t> ids;
  for (const DeviceRow& device : devices) ids.push_back(device.id);
  auto rendered = client_.render(ids, *extras_.template_id);
  if (!rendered) return rendered.error();
  for (std::size_t i = 0; i < ids.size(); ++i) devices[i].rendered = std::move((*rendered)[i]);
  return {};
}

Status RestReader::connect() {
  auto status = client_.status();
  if (!status) return status.error();
  status_ = std::move(*status);
  return {};
}

Result<std::vector<DeviceFilter>> RestReader::filters() const {
  std::vector<DeviceFilter> filters;
  if (scope_.is_inventory) {
    auto filter = DeviceFilter::parse(scope_.filter);
    if (!filter) return filter.error();
    filters.push_back(std::move(*filter));
    return filters;
  }
  for (std::size_t at = 0; at < scope_.names.size(); at += kNamesPerQuery) {
    const auto first = scope_.names.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(kNamesPerQuery, scope_.names.size() - at);
    filters.push_back(DeviceFilter::of_names({first, first + static_cast<std::ptrdiff_t>(count)}));
  }
  return filters;
}

bool RestReader::reads(ObjectKind kind) const {
  if (kind == ObjectKind::Site) return extras_.site_asns || extras_.vlan_scopes;
  return (kind != ObjectKind::VlanGroup && kind != ObjectKind::Place) || extras_.vlan_scopes;
}

void RestReader::add_objects(const Need& need, Tables& rows, std::vector<ListJob>& jobs) const {
  using enum ObjectKind;
  if (is_wanted(need, Place) && reads(Place)) add_places(rows, jobs);
  for (const ObjectKind kind : {PeerGroup, Session, Site, VlanGroup, Vlan, Vrf, L2vpn, Address}) {
    if (!reads(kind)) continue;
    if (is_wanted(need, kind)) {
      jobs.push_back(job_of(kind, query_of(kind), rows));
      continue;
    }
    if (const auto asked = need.objects.find(kind); asked != need.objects.end()) {
      ListQuery query = query_of(kind);
      query.id_parameter = "id";
      query.ids.assign(asked->second.begin(), asked->second.end());
      jobs.push_back(job_of(kind, std::move(query), rows));
    }
  }
  ListQuery by_device = query_of(Interface);
  by_device.id_parameter = "device_id";
  by_device.ids.assign(need.interfaces_of.begin(), need.interfaces_of.end());
  jobs.push_back(job_of(Interface, std::move(by_device), rows));
  if (const auto asked = need.objects.find(Interface); asked != need.objects.end()) {
    ListQuery by_id = query_of(Interface);
    by_id.id_parameter = "id";
    by_id.ids.assign(asked->second.begin(), asked->second.end());
    jobs.push_back(job_of(Interface, std::move(by_id), rows));
  }
}

// Devices of some ids are asked for together with the filter: NetBox says which of them still pass it. A filter by id
// would mix with that, and names are quickly compared here.
Result<RestReader::Devices> RestReader::devices_of(const Need& need) const {
  Devices asked;
  const bool is_all = is_wanted(need, ObjectKind::Device);
  const auto some = need.objects.find(ObjectKind::Device);
  if (!is_all && some == need.objects.end()) return asked;
  auto parsed = filters();
  if (!parsed) return parsed.error();
  asked.filters = std::move(*parsed);
  const bool can_ask_for_some = !scope_.is_inventory || !asked.filters.front().asks_for_ids();
  if (!is_all && can_ask_for_some) {
    if (!scope_.is_inventory) asked.filters = {DeviceFilter::of_names(scope_.names)};
    asked.ids.assign(some->second.begin(), some->second.end());
  }
  asked.found.resize(asked.filters.size());
  return asked;
}

ListQuery RestReader::query_for(const Devices& asked, const DeviceFilter& filter) const {
  const bool is_by_id_alone = !asked.ids.empty() && !scope_.is_inventory;
  ListQuery query = device_query(is_by_id_alone ? "" : filter.parameters());
  if (!asked.ids.empty()) {
    query.id_parameter = "id";
    query.ids = asked.ids;
  }
  return query;
}

Result<ReadAnswer> RestReader::read(const Need& need) {
  ReadAnswer answer;
  std::vector<ListJob> jobs;
  auto asked = devices_of(need);
  if (!asked) return asked.error();
  for (std::size_t i = 0; i < asked->filters.size(); ++i)
    jobs.push_back(job(query_for(*asked, asked->filters[i]), asked->found[i]));
  add_objects(need, answer.rows, jobs);
  const auto report = client_.read(std::move(jobs));
  if (!report) return report.error();
  answer.vanished.insert(report->vanished.begin(), report->vanished.end());
  if (is_wanted(need, ObjectKind::Session)) take_sessions(*report, answer);
  tell_refused(need, *report, answer);
  if (asked->filters.empty()) return answer;
  const Status taken = asked->ids.empty() ? take_all(*asked, answer) : take_some(*asked, answer);
  if (!taken) return taken.error();
  drop_unasked(answer.rows.devices);
  if (auto rendered = render(answer.rows.devices); !rendered) return rendered.error();
  return answer;
}

// NetBox 4.7 sends contexts whatever is excluded: what was not asked for does not count.
void RestReader::drop_unasked(std::vector<DeviceRow>& devices) const {
  if (extras_.config_contexts) return;
  for (DeviceRow& row : devices) std::string().swap(row.config_context);
}

Status RestReader::take_some(Devices& asked, ReadAnswer& answer) const {
  const DeviceFilter& filter = asked.filters.front();
  for (DeviceRow& row : asked.found.front()) {
    auto obeyed = filter.check(row);
    if (!obeyed && scope_.is_inventory) return obeyed;
    if (obeyed) answer.rows.devices.push_back(std::move(row));
  }
  return {};
}

Status RestReader::take_all(Devices& asked, ReadAnswer& answer) {
  std::vector<std::string>& warnings = answer.warnings[ObjectKind::Device];
  std::vector<DeviceRow>& devices = answer.rows.devices;
  for (std::size_t i = 0; i < asked.filters.size(); ++i) {
    const DeviceFilter& filter = asked.filters[i];
    std::vector<DeviceRow>& found = asked.found[i];
    for (const DeviceRow& row : found) {
      if (auto obeyed = filter.check(row); !obeyed) return obeyed;
    }
    if (!filter.unchecked().empty()) {
      const auto without = client_.count(device_query(filter.checked_parameters()));
      if (!without) return without.error();
      if (*without == found.size()) {
        warnings.push_back(fmt::format(
            "inventory.netbox.filter: '{}' makes no difference ({} devices with and without "
            "it); NetBox ignores parameters that it does not know",
            filter.unchecked().front(), found.size()));
      }
    }
    std::move(found.begin(), found.end(), std::back_inserter(devices));
  }
  const auto by_id = [](const DeviceRow& a, const DeviceRow& b) { return a.id < b.id; };
  const auto same_id = [](const DeviceRow& a, const DeviceRow& b) { return a.id == b.id; };
  std::sort(devices.begin(), devices.end(), by_id);
  devices.erase(std::unique(devices.begin(), devices.end(), same_id), devices.end());
  return {};
}

std::vector<std::string> RestReader::scope_warnings(const std::vector<DeviceRow>& devices) const {
  if (scope_.is_inventory) {
    if (!devices.empty()) return {};
    return {fmt::format("NetBox finds no device (inventory.netbox.filter '{}')", scope_.filter)};
  }
  std::set<std::string_view> known;
  for (const DeviceRow& row : devices) known.insert(row.name);
  std::vector<std::string> warnings;
  for (const std::string& name : scope_.names) {
    if (!known.contains(name)) warnings.push_back(fmt::format("{}: NetBox knows no device of this name", name));
  }
  return warnings;
}

void RestReader::take_sessions(const ReadReport& report, ReadAnswer& answer) const {
  std::vector<std::string>& warnings = answer.warnings[ObjectKind::Session];
  answer.rows.has_bgp = std::find(report.absent.begin(), report.absent.end(), kSessionPermission) == report.absent.end();
  if (answer.rows.has_bgp) return;
  const auto& plugins = status_.plugins;
  const bool is_installed =
      std::find(plugins.begin(), plugins.end(), "netbox_bgp") != plugins.end();
  warnings.push_back(fmt::format("{}: BGP neighbors are not compared",
                                 is_installed
                                     ? "netbox-bgp is installed, but has no list of sessions"
                                     : "netbox-bgp is not installed"));
}

void RestReader::tell_refused(const Need& need, const ReadReport& report, ReadAnswer& answer) const {
  struct List {
    ObjectKind kind;
    const char* permission;
    const char* lost;
  };
  static constexpr List kLists[] = {
      {ObjectKind::PeerGroup, "netbox_bgp.view_bgppeergroup", "policies of sessions in a peer group are not compared"},
      {ObjectKind::Site, "dcim.view_site", "AS numbers, regions and groups of sites are not known"},
      {ObjectKind::VlanGroup, "ipam.view_vlangroup", "scopes of VLAN groups are not known"},
      {ObjectKind::Place, "dcim.view_region", "VLAN groups of a region above a site's own are not known"},
      {ObjectKind::Place, "dcim.view_sitegroup", "VLAN groups of a site group above a site's own are not known"},
      {ObjectKind::Place, "dcim.view_location", "VLAN groups of a location above a device's own are not known"}};
  for (const List& list : kLists) {
    if (!is_wanted(need, list.kind)) continue;
    std::vector<std::string>& warnings = answer.warnings[list.kind];
    const bool is_refused = std::find(report.refused.begin(), report.refused.end(), list.permission) != report.refused.end();
    if (is_refused) warnings.push_back(fmt::format("the token has no permission {}: {}", list.permission, list.lost));
  }
}

Result<std::vector<ChangeRow>> RestReader::newest_changes(std::uint64_t before) {
  std::string parameters = fmt::format("ordering=-id&limit={}", kNewestChanges);
  if (before > 0) parameters += fmt::format("&id__lt={}", before);
  return client_.page<ChangeRow>({kChangePath, kChangePermission, parameters});
}

Result<std::vector<ChangeRow>> RestReader::changes(const ChangeCursor::Query& query) {
  ListQuery list{kChangePath, kChangePermission, ""};
  list.after = query.after;
  list.most_rows = kMostChanges;
  if (query.before) list.parameters = fmt::format("id__lt={}", *query.before);
  if (!query.ids.empty()) {
    list.id_parameter = "id";
    list.ids = query.ids;
  }
  auto rows = client_.list<ChangeRow>(list);
  if (!rows) return rows.error();
  std::erase_if(*rows, [&](const ChangeRow& row) {
    if (query.ids.empty()) return row.id <= query.after || (query.before && row.id >= *query.before);
    return std::find(query.ids.begin(), query.ids.end(), row.id) == query.ids.end();
  });
  return std::move(*rows);
}

}  // namespace dm::intent::netbox
