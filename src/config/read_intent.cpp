// intent: what the devices should have.
#include <fmt/format.h>

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
      section.refuse(key, fmt::format("'{}': {}", text, path.error().message));
    }
  }
  return patterns;
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
  if (section.has("vxlan_udp_port")) {
    names.vxlan_udp_port = static_cast<std::uint16_t>(section.number("vxlan_udp_port", 4789, 1, 65535));
  }
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
  if (netbox.full_refresh != NetBox().full_refresh) {
    section.context().warnings.push_back(
        "intent.netbox.full_refresh is not used yet: everything is read again at every poll_interval");
  }
  netbox.timeout = section.duration("timeout", netbox.timeout, seconds(1));
  netbox.webhook_secret = section.secret("webhook_secret", {});
  if (!netbox.webhook_secret.empty()) {
    section.context().warnings.push_back(
        "intent.netbox.webhook_secret is not used yet: NetBox' webhooks are not taken, changes are found by polling");
  }
  Section guard = section.map("guard");
  netbox.max_loss_percent = guard.percent("max_loss_percent", netbox.max_loss_percent);
  guard.refuse_others();
  netbox.ca_file = section.file("ca_file", "");
  netbox.page_size = section.number("page_size", netbox.page_size, 1, kLargestPage);
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
