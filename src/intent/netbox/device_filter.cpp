#include "intent/netbox/device_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/text.h"
#include "net/http_client.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;

constexpr std::array<std::string_view, 7> kCheckable = {"id",       "name",   "role", "site",
                                                        "platform", "status", "tag"};
constexpr std::array<std::string_view, 8> kOurs = {"limit",  "offset", "ordering", "start",
                                                   "fields", "omit",   "brief",    "exclude"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string percent_decode(std::string_view text) {
  const auto digit = [](char c) {
    return c <= '9' ? c - '0' : std::tolower(static_cast<unsigned char>(c)) - 'a' + 10;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                           std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    if (!is_escape) {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    out.push_back(static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])));
    i += 2;
  }
  return out;
}

// What the device says where the filter asks; several for tags.
std::vector<std::string> values_of(const DeviceRow& device, std::string_view name) {
  if (name == "id") return {std::to_string(device.id)};
  if (name == "name") return {device.name};
  if (name == "role") return {device.role.slug};
  if (name == "site") return {device.site.slug};
  if (name == "platform") return {device.platform.slug};
  if (name == "status") return {device.status};
  std::vector<std::string> tags;
  for (const Brief& tag : device.tags) tags.push_back(tag.slug);
  return tags;
}

// A filter by role or platform also finds what is below it (NetBox 4.3 and later).
bool may_be_below(const DeviceRow& device, std::string_view name) {
  return (name == "role" && device.role.depth > 0) ||
         (name == "platform" && device.platform.depth > 0);
}

bool obeys(const DeviceRow& device, const std::string& name,
           const std::vector<std::string>& wanted) {
  const std::vector<std::string> has = values_of(device, name);
  const auto is_there = [&has](const std::string& value) {
    return std::find(has.begin(), has.end(), value) != has.end();
  };
  // Repeated parameters are alternatives, but for tags, which must all be there.
  return name == "tag" ? std::all_of(wanted.begin(), wanted.end(), is_there)
                       : std::any_of(wanted.begin(), wanted.end(), is_there);
}

}  // namespace

core::Result<DeviceFilter> DeviceFilter::parse(std::string_view query) {
  DeviceFilter filter;
  if (query.starts_with('?')) query.remove_prefix(1);
  for (const std::string_view pair : core::split(query, '&')) {
    if (core::trim(pair).empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string name = percent_decode(core::trim(pair.substr(0, equals)));
    if (equals == std::string_view::npos || name.empty()) {
      return Error{
          Code::InvalidArgument,
          fmt::format("inventory.netbox.filter: '{}' is not name=value", core::shorten(pair, 80))};
    }
    if (holds(kOurs, name)) {
      return Error{
          Code::InvalidArgument,
          fmt::format("inventory.netbox.filter: '{}' is set by drift-monitor itself", name)};
    }
    filter.add(name, percent_decode(core::trim(pair.substr(equals + 1))));
  }
  return filter;
}

DeviceFilter DeviceFilter::of_names(const std::vector<std::string>& names) {
  DeviceFilter filter;
  for (const std::string& name : names) filter.add("name", name);
  return filter;
}

void DeviceFilter::add(std::string name, std::string value) {
  const auto append = [&](std::string& text) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", net::percent_encode(name),
                        net::percent_encode(value));
  };
  append(parameters_);
  if (holds(kCheckable, name)) {
    append(checked_parameters_);
    checked_[name].push_back(std::move(value));
  } else if (std::find(unchecked_.begin(), unchecked_.end(), name) == unchecked_.end()) {
    unchecked_.push_back(std::move(name));
  }
}

core::Status DeviceFilter::check(const DeviceRow& device) const {
  for (const auto& [name, wanted] : checked_) {
    if (obeys(device, name, wanted) || may_be_below(device, name)) continue;
    return Error{
        Code::InvalidArgument,
        fmt::format("NetBox did not apply the filter {}={}: it answered with device '{}'", name,
                    wanted.front(), core::shorten(core::to_valid_utf8(device.name), 80))};
  }
  return {};
}

}  // namespace dm::intent::netbox
