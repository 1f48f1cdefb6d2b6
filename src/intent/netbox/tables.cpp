#include "intent/netbox/tables.h"

#include <algorithm>
#include <array>

#include "intent/netbox/json_values.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;
using core::Result;
using namespace std::string_view_literals;

void read_field(DeviceRow& row, std::string_view key, od::value value) {
  if (key == "name")
    row.name = text_of(value);
  else if (key == "status")
    row.status = choice_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "role")
    row.role = brief_of(value);
  else if (key == "site")
    row.site = brief_of(value);
  else if (key == "location")
    row.location = brief_of(value);
  else if (key == "rack")
    row.rack = brief_of(value);
  else if (key == "platform")
    row.platform = brief_of(value);
  else if (key == "primary_ip")
    row.primary_ip = brief_of(value);
  else if (key == "oob_ip")
    row.oob_ip = brief_of(value);
  else if (key == "tags")
    row.tags = briefs_of(value);
  else if (key == "custom_fields")
    row.custom_fields = custom_fields_of(value);
  else if (key == "config_context" && value.type() == od::json_type::object)
    row.config_context = std::string_view(simdjson::to_json_string(value));
}

std::vector<Named> named(const std::vector<Brief>& briefs) { return {briefs.begin(), briefs.end()}; }

void read_field(InterfaceRow& row, std::string_view key, od::value value) {
  if (key == "name")
    row.name = text_of(value);
  else if (key == "type")
    row.type = choice_of(value);
  else if (key == "mode")
    row.mode = choice_of(value);
  else if (key == "description")
    row.description = text_of(value);
  else if (key == "duplex")
    row.duplex = choice_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "device")
    row.device = brief_of(value);
  else if (key == "parent")
    row.parent = brief_of(value);
  else if (key == "lag")
    row.lag = brief_of(value);
  else if (key == "untagged_vlan")
    row.untagged_vlan = brief_of(value);
  else if (key == "qinq_svlan")
    row.qinq_svlan = brief_of(value);
  else if (key == "vrf")
    row.vrf = brief_of(value);
  else if (key == "tagged_vlans")
    row.tagged_vlans = named(briefs_of(value));
  else if (key == "mtu")
    row.mtu = unsigned_of(value);
  else if (key == "speed")
    row.speed = unsigned_of(value);
  else if (key == "enabled")
    row.enabled = bool_of(value, true);
  else if (key == "mgmt_only")
    row.mgmt_only = bool_of(value, false);
  else if (key == "custom_fields")
    row.custom_fields = custom_fields_of(value);
  else if (key == "tags")
    row.tags = briefs_of(value);
}

void read_field(AddressRow& row, std::string_view key, od::value value) {
  if (key == "address")
    row.address = text_of(value);
  else if (key == "status")
    row.status = choice_of(value);
  else if (key == "role")
    row.role = choice_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "vrf")
    row.vrf = brief_of(value);
  else if (key == "assigned_object_type")
    row.assigned_object_type = text_of(value);
  else if (key == "assigned_object_id")
    row.assigned_object_id = unsigned_of(value).value_or(0);
  else if (key == "custom_fields")
    row.custom_fields = custom_fields_of(value);
  else if (key == "tags")
    row.tags = briefs_of(value);
}

Brief l2vpn_of(od::value termination) {
  Brief l2vpn;
  if (termination.type() != od::json_type::object) return l2vpn;
  for (auto field : termination.get_object()) {
    if (std::string_view(field.unescaped_key()) == "l2vpn") l2vpn = brief_of(field.value());
  }
  return l2vpn;
}

void read_field(VlanRow& row, std::string_view key, od::value value) {
  if (key == "vid")
    row.vid = unsigned_of(value);
  else if (key == "name")
    row.name = text_of(value);
  else if (key == "status")
    row.status = choice_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "site")
    row.site = brief_of(value);
  else if (key == "group")
    row.group = brief_of(value);
  else if (key == "l2vpn_termination")
    row.l2vpn = l2vpn_of(value);
  else if (key == "custom_fields")
    row.custom_fields = custom_fields_of(value);
  else if (key == "tags")
    row.tags = briefs_of(value);
}

void read_field(L2vpnRow& row, std::string_view key, od::value value) {
  if (key == "identifier")
    row.identifier = signed_of(value);
  else if (key == "name")
    row.name = text_of(value);
  else if (key == "type")
    row.type = choice_of(value);
  else if (key == "status")
    row.status = choice_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "import_targets")
    row.import_targets = briefs_of(value);
  else if (key == "export_targets")
    row.export_targets = briefs_of(value);
  else if (key == "custom_fields")
    row.custom_fields = custom_fields_of(value);
  else if (key == "tags")
    row.tags = briefs_of(value);
}

void read_field(VrfRow& row, std::string_view key, od::value value) {
  if (key == "name")
    row.name = text_of(value);
  else if (key == "rd")
    row.rd = text_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "import_targets")
    row.import_targets = briefs_of(value);
  else if (key == "export_targets")
    row.export_targets = briefs_of(value);
  else if (key == "custom_fields")
    row.custom_fields = custom_fields_of(value);
  else if (key == "tags")
    row.tags = briefs_of(value);
}

void read_field(SessionRow& row, std::string_view key, od::value value) {
  if (key == "name")
    row.name = text_of(value);
  else if (key == "status")
    row.status = choice_of(value);
  else if (key == "description")
    row.description = text_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "device")
    row.device = brief_of(value);
  else if (key == "local_address")
    row.local_address = brief_of(value);
  else if (key == "remote_address")
    row.remote_address = brief_of(value);
  else if (key == "local_as")
    row.local_as = brief_of(value);
  else if (key == "remote_as")
    row.remote_as = brief_of(value);
  else if (key == "peer_group")
    row.peer_group = brief_of(value);
  else if (key == "import_policies")
    row.import_policies = briefs_of(value);
  else if (key == "export_policies")
    row.export_policies = briefs_of(value);
  else if (key == "custom_fields")
    row.custom_fields = custom_fields_of(value);
  else if (key == "tags")
    row.tags = briefs_of(value);
}

void read_field(PeerGroupRow& row, std::string_view key, od::value value) {
  if (key == "name")
    row.name = text_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "import_policies")
    row.import_policies = briefs_of(value);
  else if (key == "export_policies")
    row.export_policies = briefs_of(value);
}

void read_field(SiteRow& row, std::string_view key, od::value value) {
  if (key == "name")
    row.name = text_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "region")
    row.region = brief_of(value);
  else if (key == "group")
    row.group = brief_of(value);
  else if (key == "asns")
    row.asns = briefs_of(value);
}

void read_field(VlanGroupRow& row, std::string_view key, od::value value) {
  if (key == "name")
    row.name = text_of(value);
  else if (key == "display_url")
    row.display_url = text_of(value);
  else if (key == "scope_type")
    row.scope_type = text_of(value);
  else if (key == "scope_id")
    row.scope_id = unsigned_of(value).value_or(0);
}

void read_field(PlaceRow& row, std::string_view key, od::value value) {
  if (key == "parent") row.parent = brief_of(value);
}

// Whether a field of ours has a JSON type that NetBox gives it; null is always one, and unknown fields are
// nobody's business.
bool is_of_its_type(std::string_view key, od::value value) {
  using Type = od::json_type;
  static constexpr std::array kTexts{"name"sv, "description"sv, "display_url"sv, "address"sv, "assigned_object_type"sv,
                                     "rd"sv,   "scope_type"sv};
  static constexpr std::array kNumbers{"mtu"sv, "speed"sv, "vid"sv, "identifier"sv, "assigned_object_id"sv, "scope_id"sv};
  static constexpr std::array kFlags{"enabled"sv, "mgmt_only"sv};
  static constexpr std::array kLists{"tags"sv,           "asns"sv,            "tagged_vlans"sv,    "import_targets"sv,
                                     "export_targets"sv, "import_policies"sv, "export_policies"sv};
  static constexpr std::array kChoices{"status"sv, "type"sv, "mode"sv, "duplex"sv};
  static constexpr std::array kObjects{"device"sv, "parent"sv, "lag"sv,  "untagged_vlan"sv, "qinq_svlan"sv,
                                       "vrf"sv,    "site"sv,   "group"sv, "platform"sv,     "primary_ip"sv,
                                       "oob_ip"sv, "local_address"sv, "remote_address"sv, "local_as"sv,
                                       "remote_as"sv, "peer_group"sv, "region"sv, "location"sv, "rack"sv};
  const auto is_among = [key](const auto& keys) { return std::find(keys.begin(), keys.end(), key) != keys.end(); };
  const Type type = value.type();
  if (type == Type::null) return true;
  if (is_among(kTexts)) return type == Type::string;
  if (is_among(kNumbers)) return type == Type::number;
  if (is_among(kFlags)) return type == Type::boolean;
  if (is_among(kLists)) return type == Type::array;
  if (is_among(kChoices)) return type == Type::object || type == Type::string;
  if (is_among(kObjects)) return type == Type::object || type == Type::number;  // whole, or the id alone
  return (key != "custom_fields" && key != "config_context") || type == Type::object;
}

void read_field(ChangeRow& row, std::string_view key, od::value value) {
  if (key == "time")
    row.time = text_of(value);
  else if (key == "changed_object_type")
    row.object_type = text_of(value);
  else if (key == "changed_object_id")
    row.object_id = unsigned_of(value).value_or(0);
}

template <class Row>
Row row_of(od::object object) {
  Row row;
  for (auto field : object) {
    const std::string_view key = field.unescaped_key();
    od::value value = field.value();
    if (key == "id") {
      row.id = unsigned_of(value).value_or(0);
    } else if (is_of_its_type(key, value)) {
      read_field(row, key, value);
    } else if constexpr (requires { row.wrong_fields; }) {
      row.wrong_fields.emplace_back(key);
    }
  }
  return row;
}

}  // namespace

template <class Row>
Result<Page<Row>> read_page(std::string_view json) {
  return read_document<Page<Row>>(json, [](od::object root) -> Result<Page<Row>> {
    Page<Row> page;
    bool has_results = false;
    for (auto field : root) {
      const std::string_view key = field.unescaped_key();
      if (key == "count") {
        page.count = unsigned_of(field.value());
      } else if (key == "next") {
        page.has_next = !text_of(field.value()).empty();
      } else if (key == "results") {
        has_results = true;
        for (auto item : field.value().get_array()) {
          page.rows.push_back(row_of<Row>(item.get_object()));
          if (page.rows.back().id == 0)
            return Error{Code::Corrupt, "an object of the list has no id"};
        }
      }
    }
    if (!has_results)
      return Error{Code::Corrupt, "the answer is no NetBox list (it has no `results`)"};
    return page;
  });
}

template Result<Page<DeviceRow>> read_page<DeviceRow>(std::string_view);
template Result<Page<InterfaceRow>> read_page<InterfaceRow>(std::string_view);
template Result<Page<AddressRow>> read_page<AddressRow>(std::string_view);
template Result<Page<VlanRow>> read_page<VlanRow>(std::string_view);
template Result<Page<L2vpnRow>> read_page<L2vpnRow>(std::string_view);
template Result<Page<VrfRow>> read_page<VrfRow>(std::string_view);
template Result<Page<SessionRow>> read_page<SessionRow>(std::string_view);
template Result<Page<PeerGroupRow>> read_page<PeerGroupRow>(std::string_view);
template Result<Page<SiteRow>> read_page<SiteRow>(std::string_view);
template Result<Page<VlanGroupRow>> read_page<VlanGroupRow>(std::string_view);
template Result<Page<PlaceRow>> read_page<PlaceRow>(std::string_view);
template Result<Page<ChangeRow>> read_page<ChangeRow>(std::string_view);

}  // namespace dm::intent::netbox
