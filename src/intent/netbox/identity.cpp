#include "intent/netbox/identity.h"

#include <algorithm>
#include <charconv>

#include "core/check.h"
#include "intent/netbox/config_context.h"

namespace dm::intent::netbox {
namespace {

constexpr std::uint64_t kLargestAs = 4'294'967'295;

// What a place says, before it is known to be an AS number.
struct Said {
  std::string text;
  model::Provenance from;
};

Said by_field(const DeviceView& view) {
  const std::string& field = view.options->names.asn_field;
  return {text_field(view.device->custom_fields, field),
          in_custom_field(provenance(*view.options, *view.device), field)};
}

// The AS that all sessions of the device share as their local one.
Said by_sessions(const DeviceView& view) {
  std::map<std::uint64_t, const SessionRow*> told;
  for (const SessionRow* session : view.sessions) {
    if (session->local_as.asn) told.try_emplace(*session->local_as.asn, session);
  }
  if (told.size() != 1) return {};
  const auto& [as, session] = *told.begin();
  return {std::to_string(as), in_field(provenance(*view.options, *session), "local_as")};
}

Said by_context(const DeviceView& view) {
  const std::string& key = view.options->names.asn_context_key;
  const auto text = context_text(view.device->config_context, key);
  return {text.value_or(""), in_field(provenance(*view.options, *view.device), "config_context." + key)};
}

// The one AS of the device's site.
Said by_site(const DeviceView& view) {
  const SiteRow* site = view.device->site.id == 0 ? nullptr : view.joined->site(view.device->site.id);
  if (site == nullptr || site->asns.size() != 1 || !site->asns.front().asn) return {};
  return {std::to_string(*site->asns.front().asn), in_field(provenance(*view.options, *site), "asns")};
}

Said said_by(const DeviceView& view, config::AsnSource source) {
  switch (source) {
    case config::AsnSource::Site: return by_site(view);
    case config::AsnSource::Field: return by_field(view);
    case config::AsnSource::Session: return by_sessions(view);
    case config::AsnSource::Context: return by_context(view);
  }
  CHECK(false, "unknown source of AS numbers");
}

std::optional<std::string> value_of(const std::string& name, const DeviceView& view,
                                    const std::map<std::string, std::string>& values) {
  if (name == "router_id") {
    const auto id = router_id(view);
    return id ? std::optional(id->ip) : std::nullopt;
  }
  if (name == "asn") {
    const auto as = local_as(view);
    return as ? std::optional(std::to_string(as->number)) : std::nullopt;
  }
  const auto found = values.find(name);
  return found == values.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<std::uint64_t> parse_as(const std::string& text) {
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_all =
        !digits.empty() && error == std::errc() && end == digits.data() + digits.size();
    return is_all ? std::optional(value) : std::nullopt;
  };
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos) {
    const auto as = number(text);
    return as && *as >= 1 && *as <= kLargestAs ? as : std::nullopt;
  }
  const auto high = number(std::string_view(text).substr(0, dot));
  const auto low = number(std::string_view(text).substr(dot + 1));
  if (!high || !low || *high > 65535 || *low > 65535) return std::nullopt;
  return *high * 65536 + *low;
}

std::optional<LocalAs> local_as(const DeviceView& view) {
  for (const config::AsnSource source : view.options->names.asn_sources) {
    Said said = said_by(view, source);
    if (said.text.empty()) continue;
    const auto as = parse_as(said.text);
    return as ? std::optional(LocalAs{*as, std::move(said.from)}) : std::nullopt;
  }
  return std::nullopt;
}

const SiteRow* site_of_several_as(const DeviceView& view) {
  const auto& sources = view.options->names.asn_sources;
  const bool is_asked = std::find(sources.begin(), sources.end(), config::AsnSource::Site) != sources.end();
  const SiteRow* site = !is_asked || view.device->site.id == 0 ? nullptr : view.joined->site(view.device->site.id);
  return site != nullptr && site->asns.size() > 1 ? site : nullptr;
}

std::optional<RouterId> router_id(const DeviceView& view) {
  const config::NetBoxMapping& names = view.options->names;
  if (!names.router_id_field.empty()) {
    const auto ip = parse_ip(text_field(view.device->custom_fields, names.router_id_field));
    if (ip && !ip->is_v6)
      return RouterId{ip->ip, in_custom_field(provenance(*view.options, *view.device), names.router_id_field)};
  }
  const Interface* loopback = view.find(names.router_id_interface);
  if (loopback == nullptr) return std::nullopt;
  std::vector<const Address*> candidates;
  for (const Address& address : loopback->addresses) {
    if (!address.ip.is_v6 && address.row->status == "active") candidates.push_back(&address);
  }
  if (candidates.size() != 1) return std::nullopt;
  return RouterId{candidates.front()->ip.ip,
                  in_field(provenance(*view.options, *candidates.front()->row), "address")};
}

std::optional<std::string> fill(const std::string& text, const DeviceView& view,
                                const std::map<std::string, std::string>& values) {
  if (text.empty()) return std::nullopt;
  std::string filled;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = text.find('{', at);
    const std::size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return filled + text.substr(at);
    const auto value = value_of(text.substr(open + 1, close - open - 1), view, values);
    if (!value) return std::nullopt;
    filled += text.substr(at, open - at) + *value;
    at = close + 1;
  }
  return filled;
}

}  // namespace dm::intent::netbox
