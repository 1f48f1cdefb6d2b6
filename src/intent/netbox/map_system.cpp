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

Provenance setting(std::string_view name) { return {"config", fmt::format("intent.netbox.mapping.{}", name), {}, {}}; }

// Who is the peer link: the interface that is marked, else the one of the configured name.
struct PeerLink {
  const Interface* interface = nullptr;  // null: none is known
  Provenance from;
};

PeerLink peer_link_of(const DeviceView& view, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  PeerLink found;
  for (const Interface& interface : view.interfaces) {
    if (!flag_field(interface.row->custom_fields, names.mlag_peer_link_field)) continue;
    if (found.interface != nullptr) {
      out.find(FindingKind::Mlag, provenance(*view.options, *interface.row),
               fmt::format("MLAG: {} and {} are both marked as the peer link; it is not compared",
                           found.interface->name, interface.name));
      return {};
    }
    found = {&interface, in_custom_field(provenance(*view.options, *interface.row), names.mlag_peer_link_field)};
  }
  if (found.interface == nullptr && !names.mlag_peer_link_interface.empty())
    found = {view.find(names.mlag_peer_link_interface), setting("mlag_peer_link_interface")};
  return found;
}

void map_mlag_domain(const DeviceView& view, bool has_mlag, const Path& config, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  const std::string domain = text_field(view.device->custom_fields, names.mlag_domain_field);
  if (!domain.empty()) {
    out.equal(below(config, "domain-id"), domain, in_custom_field(provenance(*view.options, *view.device), names.mlag_domain_field));
  } else if (has_mlag && !names.mlag_domain.empty()) {
    out.equal(below(config, "domain-id"), names.mlag_domain, setting("mlag_domain"));
  } else {
    out.not_compared("/arista/eos/mlag/config/domain-id", fmt::format("custom field {} is not set", names.mlag_domain_field));
  }
}

// The interface that holds the local address, else the one of the configured name.
void map_local_interface(const DeviceView& view, bool has_mlag, const Path& config, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  const Provenance from = provenance(*view.options, *view.device);
  const auto local = parse_ip(text_field(view.device->custom_fields, names.mlag_local_field));
  if (!local) {
    const Interface* named = has_mlag && !names.mlag_local_interface.empty() ? view.find(names.mlag_local_interface) : nullptr;
    if (named != nullptr) out.equal(below(config, "local-intf"), named->name, setting("mlag_local_interface"));
    return;
  }
  if (const Interface* holder = holder_of(view, local->ip)) {
    return out.equal(below(config, "local-intf"), holder->name, in_custom_field(from, names.mlag_local_field));
  }
  out.find(FindingKind::Mlag, from, fmt::format("MLAG: no interface holds {} ({})", local->ip, names.mlag_local_field));
}

void map_mlag(const DeviceView& view, IntentBuilder& out) {
  const config::NetBoxMapping& names = view.options->names;
  const Path config = below({}, "arista/eos/mlag/config");
  const auto peer = parse_ip(text_field(view.device->custom_fields, names.mlag_peer_field));
  const PeerLink peer_link = peer_link_of(view, out);
  const bool has_mlag = peer || peer_link.interface != nullptr;
  map_mlag_domain(view, has_mlag, config, out);
  if (peer) {
    out.equal(below(config, "peer-address"), peer->ip,
              in_custom_field(provenance(*view.options, *view.device), names.mlag_peer_field));
  }
  map_local_interface(view, has_mlag, config, out);
  if (peer_link.interface != nullptr) out.equal(below(config, "peer-link-intf"), peer_link.interface->name, peer_link.from);
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
    out.equal(below(config, "udp-port"), std::uint64_t{*names.vxlan_udp_port}, setting("vxlan_udp_port"));
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
