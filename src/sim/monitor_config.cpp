#include "sim/monitor_config.h"

#include <fmt/format.h>

#include "core/text.h"
#include "sim/json_value.h"

namespace dm::sim {
namespace {

// A YAML double-quoted scalar: JSON's text form is one.
std::string quoted(const std::string& text) { return dump(Json(text)); }

// `leaf` of `leaf12`.
std::string role_of(const std::string& name) {
  return name.substr(0, name.find_first_of("0123456789"));
}

std::string devices_yaml(const Fabric& fabric) {
  std::string yaml;
  for (const std::string& name : fabric.device_names()) {
    yaml += fmt::format("    - {{ name: {}, address: {}, labels: {{ role: {}, site: evpn-lab }} }}\n", quoted(name),
                        quoted(fabric.device_address(name)), quoted(role_of(name)));
  }
  return yaml;
}

}  // namespace

std::string monitor_config(const Fabric& fabric, const MonitorConfig& wanted) {
  const Fabric::Options& options = fabric.options();
  const std::string tls = options.is_tls
                              ? fmt::format("  tls: {{ mode: verify, ca_file: {} }}\n", quoted(wanted.ca_file))
                              : std::string();
  return fmt::format(
      "# Written by fabric-sim for the fabric it simulates.\n"
      "gnmi:\n"
      "  username: {}\n"
      "  password: {}\n"
      "{}"
      "inventory:\n"
      "  devices:\n"
      "{}"
      "intent:\n"
      "  netbox: {{ url: {}, token: {}, poll_interval: 5s }}\n"
      "compare:\n"
      "  lists:  # the lab's NetBox documents everything\n"
      "    - {{ path: \"/interfaces/interface\", policy: authoritative }}\n"
      "    - {{ path: \"/interfaces/interface/subinterfaces/subinterface/ipv4/addresses/address\", policy: authoritative }}\n"
      "    - {{ path: \"/interfaces/interface/routed-vlan/ipv4/addresses/address\", policy: authoritative }}\n"
      "drift: {{ hold: {}, group_window: {} }}\n"
      "delivery:\n"
      "  kestra:\n"
      "    url: {}\n"
      "    actions: [opened, changed, resolved]\n"
      "store: {{ path: {} }}\n"
      "api: {{ listen: {} }}\n",
      quoted(options.username), quoted(options.password), tls, devices_yaml(fabric), quoted(fabric.netbox_url()),
      quoted(options.netbox_token), wanted.hold, wanted.group_window, quoted(fabric.kestra_url()),
      quoted(wanted.store_path), quoted(wanted.api_listen));
}

std::string ready_json(const Fabric& fabric) {
  Json devices = Json::object();
  for (const std::string& name : fabric.device_names()) devices[name] = fabric.device_address(name);
  return dump(Json{{"control", fabric.control_url()},
                   {"netbox", {{"url", fabric.netbox_url()}, {"token", fabric.options().netbox_token}}},
                   {"kestra", {{"url", fabric.kestra_url()}}},
                   {"username", fabric.options().username},
                   {"password", fabric.options().password},
                   {"devices", std::move(devices)}},
              2);
}

}  // namespace dm::sim
