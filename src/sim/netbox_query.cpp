#include "sim/netbox_query.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "api/http_target.h"
#include "core/text.h"

namespace dm::sim {
namespace {

std::optional<std::size_t> to_number(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Where a filter looks; the first of the places that a row has counts.
const std::map<std::string, std::vector<const char*>>& places() {
  static const std::map<std::string, std::vector<const char*>> table{
      {"id", {"/id"}},
      {"name", {"/name"}},
      {"slug", {"/slug"}},
      {"vid", {"/vid"}},
      {"asn", {"/asn"}},
      {"role", {"/role/slug"}},
      {"site", {"/site/slug"}},
      {"site_id", {"/site/id"}},
      {"group", {"/group/slug"}},
      {"group_id", {"/group/id"}},
      {"status", {"/status/value"}},
      {"type", {"/type/value"}},
      {"vrf", {"/vrf/rd"}},
      {"vrf_id", {"/vrf/id"}},
      {"device", {"/device/name", "/assigned_object/device/name"}},
      {"device_id", {"/device/id", "/assigned_object/device/id"}},
      {"interface_id", {"/assigned_object_id"}},
      {"l2vpn_id", {"/l2vpn/id"}},
      {"assigned_object_type", {"/assigned_object_type"}},
      {"changed_object_type", {"/changed_object_type"}},
  };
  return table;
}

std::string as_text(const Json& value) { return value.is_string() ? value.get<std::string>() : dump(value); }

const Json* place(const Json& row, const char* pointer) {
  const Json::json_pointer at(pointer);
  return row.contains(at) ? &row.at(at) : nullptr;
}

bool has_tag(const Json& row, const std::string& slug) {
  const Json tags = row.value("tags", Json::array());
  return std::any_of(tags.begin(), tags.end(), [&](const Json& tag) {
    return tag.is_object() && text_member(tag, "slug") == slug;
  });
}

// Whether a filter applies to the row at all, and if so, whether this value is the row's.
std::optional<bool> is_value(const Json& row, const std::string& name, const std::string& value) {
  if (name == "tag" && row.contains("tags")) return has_tag(row, value);
  if (name == "id__lt") return int_member(row, "id", 0) < static_cast<std::int64_t>(to_number(value).value_or(0));
  if (name == "id__gt") return int_member(row, "id", 0) > static_cast<std::int64_t>(to_number(value).value_or(0));
  const auto known = places().find(name);
  if (known == places().end()) return std::nullopt;
  // A nested null (an unassigned address) is a row that has the place and not the value.
  bool has_parent = false;
  for (const char* pointer : known->second) {
    if (const Json* found = place(row, pointer)) return as_text(*found) == value;
    const std::string_view text(pointer);
    const std::string parent(text.substr(1, text.find('/', 1) - 1));
    has_parent = has_parent || row.contains(parent);
  }
  return has_parent ? std::optional(false) : std::nullopt;
}

}  // namespace

NetBoxQuery parse_query(std::string_view target) {
  NetBoxQuery query;
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return query;
  for (const std::string_view pair : core::split(target.substr(question + 1), '&')) {
    const auto parsed = api::parse_target("/?" + std::string(pair));
    if (!parsed || parsed->query.empty()) continue;
    const auto& [name, value] = *parsed->query.begin();
    if (name == "limit") {
      query.limit = to_number(value);
    } else if (name == "offset") {
      query.offset = to_number(value).value_or(0);
    } else if (name == "fields") {
      for (const std::string_view field : core::split(value, ',')) query.fields.emplace_back(field);
    } else if (name == "brief") {
      query.is_brief = !value.empty() && core::to_lower(value) != "false";
    } else if (name == "ordering") {
      query.ordering = value;
    } else {
      query.filters.emplace_back(name, value);
    }
  }
  return query;
}

bool passes(const NetBoxQuery& query, const Json& row) {
  std::map<std::string, bool> verdicts;  // by filter: one of its values fits
  for (const auto& [name, value] : query.filters) {
    const auto fits = is_value(row, name, value);
    if (!fits) continue;
    bool& verdict = verdicts.try_emplace(name, false).first->second;
    verdict = verdict || *fits;
  }
  return std::all_of(verdicts.begin(), verdicts.end(), [](const auto& one) { return one.second; });
}

Json projected(const NetBoxQuery& query, const Json& row) {
  static const std::vector<std::string> kBrief{"id", "url", "display", "name", "slug", "description"};
  if (query.fields.empty() && !query.is_brief) return row;
  Json out = Json::object();
  for (const std::string& field : query.fields.empty() ? kBrief : query.fields) {
    if (row.contains(field)) out[field] = row.at(field);
  }
  return out;
}

}  // namespace dm::sim
