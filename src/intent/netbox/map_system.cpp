#include <fmt/format.h>

#include "intent/netbox/mapping_parts.h"

namespace dm::intent::netbox {
namespace {

using model::FindingKind;
using model::Path;
using model::Provenance;

// The device's name without the domain that the switch does not know.
std::string host_name(const DeviceView& view) {
  const std::string& name = view.device->name;
  const std::string& domain = view.options->names.hostname_domain;
  if (domain == "*") return name.substr(0, name.find('.'));
  const std::string suffix = "." + domain;
  const bool has_domain = !domain.empty() && name.size() > suffix.size() && name.ends_with(suffix);
  return has_domain ? name.substr(0, name.size() - suffix.size()) : name;
}

const Interface* holder_of(const DeviceView& view, const std::string& ip) {
  for (const Interface& interface : view.interfaces) {
    for (const Address& address : interface.addresses) {
      if (address.ip.ip == ip) return &interface;
    }
  }
  return nullptr;
}

void map_peer_link(const DeviceView& view, const Path& config, IntentBuilder& out) {
  const Interface* peer_link = nullptr;
  for (const Interface& interface : view.interfaces) {
    if (!flag_field(interface.row->custom_fields, view.options->names.mlag_peer_link_field))
      continue;
    if (peer_link != nullptr) {
      out.find(FindingKind::Mlag, provenance(*view.options, *interface.row),
               fmt::format("MLAG: {} and {} are both marked as the peer link; it is not compared",
                           peer_link->name, interface.name));
      return;
    }
    peer_link = &interface;
  }
  if (peer_link == nullptr) return;
  out.equal(below(config, "peer-link-intf"), peer_link->name,
            in_custom_field(provenance(*view.options, *peer_link->row),
                            view.options->names.mlag_peer_link_field));
}

void map_mlag(const DeviceView& view, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  const CustomFields& fields = view.device->custom_fields;
  const Provenance from = provenance(*view.options, *view.device);
  const Path config = below({}, "arista/eos/mlag/config");
  const std::string domain = text_field(fields, names.mlag_domain_field);
  if (!domain.empty()) {
    out.equal(below(config, "domain-id"), domain, in_custom_field(from, names.mlag_domain_field));
  } else {
    out.not_compared("/arista/eos/mlag/config/domain-id",
                     fmt::format("custom field {} is not set", names.mlag_domain_field));
  }
  if (const auto peer = parse_ip(text_field(fields, names.mlag_peer_field))) {
    out.equal(below(config, "peer-address"), peer->ip, in_custom_field(from, names.mlag_peer_field));
  }
  if (const auto local = parse_ip(text_field(fields, names.mlag_local_field))) {
    const Interface* holder = holder_of(view, local->ip);
    if (holder != nullptr) {
      out.equal(below(config, "local-intf"), holder->name, in_custom_field(from, names.mlag_local_field));
    } else {
      out.find(FindingKind::Mlag, from,
               fmt::format("MLAG: no interface holds {} ({})", local->ip, names.mlag_local_field));
    }
  }
  map_peer_link(view, config, out);
}

void map_vtep(const DeviceView& view, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  if (!view.is_vtep) {
    return out.not_compared("/interfaces/interface/arista-vxlan/config/src-ip-intf",
                            fmt::format("no VTEP: NetBox has neither {} nor {} on this device", names.vtep_interface,
                                        names.vxlan_interface));
  }
  const Path config = below(interface_path(names.vxlan_interface), "arista-vxlan/config");
  if (const Interface* source = view.find(names.vtep_interface)) {
    out.equal(below(config, "src-ip-intf"), names.vtep_interface,
              in_field(provenance(*view.options, *source->row), "name"));
  }
  if (names.vxlan_udp_port) {
    const Provenance setting{"config", "intent.netbox.mapping.vxlan_udp_port", {}, {}};
    out.equal(below(config, "udp-port"), std::uint64_t{*names.vxlan_udp_port}, setting);
  }
}

}  // namespace

void map_system(const DeviceView& view, IntentBuilder& out) {
  out.equal(below({}, "system/config/hostname"), host_name(view),
            in_field(provenance(*view.options, *view.device), "name"));
  map_mlag(view, out);
  map_vtep(view, out);
}

}  // namespace dm::intent::netbox
