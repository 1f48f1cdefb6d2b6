// intent: what the devices should have.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/checks.h"
#include "config/parts.h"

namespace dm::config {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kLargestPage = 1000;  // NetBox answers no more at once

// Path patterns, each with its own mistake.
std::vector<model::Path> read_patterns(Section& section, std::string_view key) {
  std::vector<model::Path> patterns;
  for (const std::string& text : section.texts(key, {})) {
    auto path = model::parse_path(text);
    if (path) {
      patterns.push_back(std::move(*path));
    } else {
      section.refuse(key, path.error().message);
    }
  }
  return patterns;
}

constexpr Word<PoliciesAt> kPoliciesAt[] = {{"group", PoliciesAt::Group}, {"neighbor", PoliciesAt::Neighbor}};
constexpr Word<VlansMayExist> kVlansMayExist[] = {{"none", VlansMayExist::None}, {"site", VlansMayExist::Site}};

std::vector<AsnSource> read_asn_sources(Section& section) {
  static const std::map<std::string, AsnSource> kWords{
      {"field", AsnSource::Field}, {"session", AsnSource::Session}, {"context", AsnSource::Context}, {"site", AsnSource::Site}};
  std::vector<AsnSource> sources;
  for (const std::string& word : section.texts("asn_sources", {"field", "session"})) {
    const auto known = kWords.find(word);
    if (known != kWords.end()) {
      sources.push_back(known->second);
    } else {
      section.refuse("asn_sources", fmt::format("'{}' is none of field, session, context, site", word));
    }
  }
  return sources;
}

// Text with `{name}`s, each of them one of `known`.
std::string read_template(Section& section, std::string_view key, const std::vector<std::string>& known,
                          const std::string& otherwise = {}) {
  std::string text = section.text(key, otherwise);
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    const std::string name = close == std::string::npos ? text.substr(open) : text.substr(open + 1, close - open - 1);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    section.refuse(key, fmt::format("'{}' is none of {{{}}}", name, fmt::join(known, "}, {")));
  }
  return text;
}

NetBoxMapping read_mapping(Section section) {
  NetBoxMapping names;
  names.asn_field = section.text("asn_field", names.asn_field);
  names.l3vni_field = section.text("l3vni_field", names.l3vni_field);
  names.virtual_ip_field = section.text("virtual_ip_field", names.virtual_ip_field);
  names.mlag_domain_field = section.text("mlag_domain_field", names.mlag_domain_field);
  names.mlag_peer_field = section.text("mlag_peer_field", names.mlag_peer_field);
  names.mlag_local_field = section.text("mlag_local_field", names.mlag_local_field);
  names.mlag_peer_link_field = section.text("mlag_peer_link_field", names.mlag_peer_link_field);
  names.mlag_id_field = section.text("mlag_id_field", names.mlag_id_field);
  names.vtep_interface = section.text("vtep_interface", names.vtep_interface);
  names.vxlan_interface = section.text("vxlan_interface", names.vxlan_interface);
  names.router_id_interface = section.text("router_id_interface", names.router_id_interface);
  names.management_vrf = section.text("management_vrf", names.management_vrf);
  names.everywhere_tag = section.text("everywhere_tag", names.everywhere_tag);
  names.vlans_may_exist = section.word("vlans_may_exist", names.vlans_may_exist, kVlansMayExist);
  if (section.has("vxlan_udp_port")) {
    names.vxlan_udp_port = static_cast<std::uint16_t>(section.number("vxlan_udp_port", 4789, 1, 65535));
  }
  names.hostname_domain = section.text("hostname_domain", names.hostname_domain);
  names.asn_sources = read_asn_sources(section);
  names.asn_context_key = section.text("asn_context_key", names.asn_context_key);
  names.router_id_field = section.text("router_id_field", names.router_id_field);
  names.vtep_roles = section.texts("vtep_roles", {});
  names.vrf_rd = read_template(section, "vrf_rd", {"router_id", "asn", "vni", "rd"});
  names.vlan_rd = read_template(section, "vlan_rd", {"router_id", "asn", "vni", "vlan"});
  names.evpn_instance = read_template(section, "evpn_instance", {"vlan", "vni", "name", "l2vpn", "router_id", "asn"}, names.evpn_instance);
  if (names.evpn_instance.empty()) section.refuse("evpn_instance", "is empty: an EVPN instance has a name");
  names.vlan_name_filler = section.text("vlan_name_filler", names.vlan_name_filler);
  if (names.vlan_name_filler.find_first_of(" \t") != std::string::npos) {
    section.refuse("vlan_name_filler", "has a space, which EOS takes in no VLAN name");
  }
  names.vlan_vni_field = section.text("vlan_vni_field", names.vlan_vni_field);
  names.group_policies = section.word("group_policies", names.group_policies, kPoliciesAt);
  names.mlag_domain = section.text("mlag_domain", names.mlag_domain);
  names.mlag_peer_link_interface = section.text("mlag_peer_link_interface", names.mlag_peer_link_interface);
  names.mlag_local_interface = section.text("mlag_local_interface", names.mlag_local_interface);
  names.mlag_tag = section.text("mlag_tag", names.mlag_tag);
  names.interface_type = section.boolean("interface_type", names.interface_type);
  names.config_context_key = section.text("config_context_key", names.config_context_key);
  names.ignore_tag = section.text("ignore_tag", names.ignore_tag);
  names.strict_tag = section.text("strict_tag", names.strict_tag);
  names.complete_tag = section.text("complete_tag", names.complete_tag);
  names.policy_field = section.text("policy_field", names.policy_field);
  section.refuse_others();
  return names;
}

NetBox read_netbox(Section section) {
  NetBox netbox;
  netbox.url = section.text("url", "", {.fallback = "NETBOX_URL"});
  netbox.token = section.secret("token", {}, "NETBOX_TOKEN");
  netbox.poll_interval = section.duration("poll_interval", netbox.poll_interval, seconds(1));
  netbox.full_refresh = section.duration("full_refresh", netbox.full_refresh, seconds(1));
  netbox.timeout = section.duration("timeout", netbox.timeout, seconds(1));
  netbox.webhook_secret = section.secret("webhook_secret", {});
  Section guard = section.map("guard");
  netbox.max_loss_percent = guard.percent("max_loss_percent", netbox.max_loss_percent);
  guard.refuse_others();
  netbox.ca_file = section.file("ca_file", "");
  netbox.page_size = section.number("page_size", netbox.page_size, 1, kLargestPage);
  netbox.config_contexts = section.boolean("config_contexts", netbox.config_contexts);
  netbox.render_config = section.boolean("render_config", netbox.render_config);
  netbox.config_template_id = section.number("config_template_id", netbox.config_template_id, 0, 9'007'199'254'740'992);
  netbox.mapping = read_mapping(section.map("mapping"));
  section.refuse_others();
  if (netbox.url.empty()) {
    section.refuse("url", "is missing; set it, or NETBOX_URL in the environment");
  } else if (const auto mistake = url_mistake(netbox.url)) {
    section.refuse("url", *mistake);
  } else if (netbox.url.find_first_of("?#") != std::string::npos) {
    section.refuse("url", "ends before '?' and '#': it is the address NetBox's pages start with");
  }
  section.refuse_if_no_header("token", netbox.token.reveal());
  if (netbox.token.empty()) {
    section.context().warnings.push_back("intent.netbox.token is not set (nor NETBOX_TOKEN): NetBox will refuse us");
  }
  return netbox;
}

}  // namespace

Intent read_intent(Section section) {
  Intent intent;
  const auto url = section.context().environment("NETBOX_URL");
  const bool is_in_environment = url && !url->empty();
  if (section.has("netbox") || is_in_environment) intent.netbox = read_netbox(section.map("netbox"));
  intent.files = section.texts("files", {});
  intent.strict = section.boolean("strict", false);
  intent.strict_paths = read_patterns(section, "strict_paths");
  section.refuse_others();
  return intent;
}

}  // namespace dm::config
