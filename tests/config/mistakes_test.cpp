// Every mistake that a configuration file can hold, and what is said of it.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/minimal.h"

namespace dm::config {
namespace {

struct Mistake {
  std::string yaml;
  std::vector<std::string> errors;  // without "drift-monitor.yaml:"
};
void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.yaml; }

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreSaidWithTheirPlaces) {
  const auto environment = [](const std::string& name) { return name == "SET" ? std::optional<std::string>("1") : std::nullopt; };
  const Load load = load_text(GetParam().yaml, "drift-monitor.yaml", environment);

  std::vector<std::string> wanted;
  for (const std::string& error : GetParam().errors) wanted.push_back("drift-monitor.yaml:" + error);
  EXPECT_EQ(load.errors, wanted);
  EXPECT_EQ(load.settings, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Form, Mistakes, testing::ValuesIn(std::vector<Mistake>{
    {"- a\n", {"1:1: the file: expected a map, found a list"}},
    {"", {"1:1: inventory: no devices: list them under inventory.devices, or set inventory.netbox to take NetBox's"}},
    {"\xff", {"1:1: the file is not UTF-8"}},
    {"a: \x02\n", {"1:1: a control character on line 1"}},
    {with_device("gmni: {}\nlog: {}\nlog: {}\n"),
     {"2:1: unknown key 'gmni'; did you mean 'gnmi'?", "4:1: 'log' is written twice, first on line 3"}},
    {with_device("gnmi: [1]\n"), {"2:7: gnmi: expected a map, found a list"}},
    {with_device("gnmi: { prot: 1 }\n"), {"2:9: unknown key 'prot' in gnmi; did you mean 'port'?"}},
    {with_device("gnmi: { port: [1] }\n"), {"2:15: gnmi.port: expected a value, found a list"}},
    {with_device("log: { level: ${UNSET}, format: ${SET} }\n"),
     {"2:15: log.level: environment variable UNSET is not set; set it, or write ${UNSET:-default}",
      "2:33: log.format: '1' is none of text, json"}},
    {with_device("intent: { files: x }\n"), {"2:18: intent.files: expected a list, found a value"}},
    {with_device("intent: { files: [ {a: 1} ] }\n"), {"2:20: intent.files: expected a value, found a map"}}}));

INSTANTIATE_TEST_SUITE_P(Gnmi, Mistakes, testing::ValuesIn(std::vector<Mistake>{
    {with_device("gnmi: { port: 0 }\n"), {"2:15: gnmi.port: '0' is not a whole number from 1 to 65535"}},
    {with_device("gnmi: { port: 70000 }\n"), {"2:15: gnmi.port: '70000' is not a whole number from 1 to 65535"}},
    {with_device("gnmi: { port: -1 }\n"), {"2:15: gnmi.port: '-1' is not a whole number from 1 to 65535"}},
    {with_device("gnmi: { stale_after: 60 }\n"),
     {"2:22: gnmi.stale_after: '60' is not a duration; write it like 500ms, 2s, 5m or 6h"}},
    {with_device("gnmi: { get_interval: 0s }\n"), {"2:23: gnmi.get_interval: '0s' is less than 1s"}},
    {with_device("gnmi: { sample_interval: 0s }\n"), {"2:26: gnmi.sample_interval: '0s' is less than 1s"}},
    {with_device("gnmi: { password: p }\n"), {"2:19: gnmi.password: is set, but username is not"}},
    {with_device("gnmi: { profile: ios }\n"),
     {"2:18: gnmi.profile: profile 'ios' does not exist; there are arista-eos, junos, nxos, openconfig, sonic, srlinux, or the name of a .yaml file"}},
    {with_device("gnmi: { profile: ./gone.yaml }\n"), {"2:18: gnmi.profile: ./gone.yaml: cannot be read"}},
    {with_device("gnmi: { paths: [ a, { path: /b, mode: often }, { mode: off }, /c, /c ] }\n"),
     {"2:18: gnmi.paths: path 'a': a path starts with '/' (character 1)",
      "2:39: gnmi.paths.mode: 'often' is none of on_change, sample, get, off", "2:48: gnmi.paths.path: is missing",
      "2:67: gnmi.paths: '/c' is written twice"}},
    {with_device("gnmi: { tls: { mode: tls13 } }\n"),
     {"2:22: gnmi.tls.mode: 'tls13' is none of plaintext, verify, insecure-skip-verify"}},
    {with_device("gnmi: { tls: { mode: verify, ca_file: gone.pem } }\n"),
     {"2:39: gnmi.tls.ca_file: 'gone.pem' cannot be read: No such file or directory"}},
    {with_device("gnmi: { tls: { ca_file: /dev/null } }\n"),
     {"2:25: gnmi.tls.ca_file: has no effect while mode is plaintext; set mode: verify"}},
    {with_device("gnmi: { tls: { mode: verify, cert_file: /dev/null } }\n"),
     {"2:41: gnmi.tls.cert_file: a client certificate needs cert_file and key_file"}}}));

INSTANTIATE_TEST_SUITE_P(Inventory, Mistakes, testing::ValuesIn(std::vector<Mistake>{
    {"inventory: { devices: [ {}, { name: \"\" }, { name: a, name: b } ] }\n",
     {"1:25: inventory.devices.name: is missing", "1:37: inventory.devices.name: is missing",
      "1:54: 'name' is written twice, first on line 1"}},
    {"inventory:\n  devices:\n    - { name: a }\n    - { name: a }\n",
     {"4:7: inventory.devices: 'a' is listed twice, first on line 3"}},
    {"inventory: { devices: [ { name: \" a\" } ] }\n",
     {"1:33: inventory.devices. a.name: begins or ends with a blank, or holds a control character"}},
    {"inventory: { devices: [ { name: a, address: \"a:x\" } ] }\n",
     {"1:45: inventory.devices.a.address: 'a:x' its port is no number from 1 to 65535; write host, host:port, [IPv6] or "
      "[IPv6]:port"}},
    {"inventory: { devices: [ { name: a, labels: { role: [x] } } ] }\n",
     {"1:52: inventory.devices.a.labels.role: expected a value, found a list"}},
    {"inventory: { devices: [ { name: a, gnmi: { port: x } }, leaf2 ] }\n",
     {"1:50: inventory.devices.a.gnmi.port: 'x' is not a whole number from 1 to 65535",
      "1:57: inventory.devices: expected a map, found a value"}},
    {"inventory: { netbox: { filter: \"role\" } }\nintent: { netbox: { url: \"http://n\", token: t } }\n",
     {"1:32: inventory.netbox.filter: 'role' is not name=value; a filter is written as in role=leaf&site=dc1"}},
    {"inventory: { netbox: {} }\n",
     {"1:12: inventory: netbox needs to know where NetBox is: set intent.netbox.url, or NETBOX_URL in the environment"}}}));

INSTANTIATE_TEST_SUITE_P(Intent, Mistakes, testing::ValuesIn(std::vector<Mistake>{
    {with_device("intent: { netbox: {} }\n"),
     {"2:19: intent.netbox.url: is missing; set it, or NETBOX_URL in the environment"}},
    {with_device("intent: { netbox: { url: netbox } }\n"), {"2:26: intent.netbox.url: expected http://... or https://..."}},
    {with_device("intent: { netbox: { url: \"http://n/?a=b\" } }\n"),
     {"2:26: intent.netbox.url: ends before '?' and '#': it is the address NetBox's pages start with"}},
    {with_device("intent: { strict: yes, netbox: { url: http://n, page_size: 5000, guard: { max_loss_percent: 101 }, "
                 "mapping: { vxlan_udp_port: 0 } } }\n"),
     {"2:19: intent.strict: 'yes' is neither true nor false",
      "2:60: intent.netbox.page_size: '5000' is not a whole number from 1 to 1000",
      "2:93: intent.netbox.guard.max_loss_percent: '101' is not a number from 0 to 100",
      "2:127: intent.netbox.mapping.vxlan_udp_port: '0' is not a whole number from 1 to 65535"}},
    {with_device("intent: { strict_paths: [interfaces], netbox: { url: http://n, token: t, mapping: { asn_sources: [field, rack], "
                 "vrf_rd: \"{router}:1\", vlan_rd: \"{asn\", evpn_instance: \"\", group_policies: both } } }\n"),
     {"2:25: intent.strict_paths: path 'interfaces': a path starts with '/' (character 1)",
      "2:98: intent.netbox.mapping.asn_sources: 'rack' is none of field, session, context, site",
      "2:121: intent.netbox.mapping.vrf_rd: 'router' is none of {router_id}, {asn}, {vni}, {rd}",
      "2:144: intent.netbox.mapping.vlan_rd: '{asn' is none of {router_id}, {asn}, {vni}, {vlan}",
      "2:167: intent.netbox.mapping.evpn_instance: is empty: an EVPN instance has a name",
      "2:187: intent.netbox.mapping.group_policies: 'both' is none of group, neighbor"}}}));

INSTANTIATE_TEST_SUITE_P(CompareAndDrift, Mistakes, testing::ValuesIn(std::vector<Mistake>{
    {with_device("compare: { ignore: [ { path: x, until: tomorrow }, { device: \"\", path: /a } ] }\n"),
     {"2:30: compare.ignore.path: path 'x': a path starts with '/' (character 1)",
      "2:40: compare.ignore.until: 'tomorrow' is not an RFC 3339 time; write it like 2026-12-31T00:00:00Z",
      "2:62: compare.ignore.device: is missing"}},
    {with_device("compare: { severity: [ { path: /a }, { path: /a, severity: loud }, { severity: info } ] }\n"),
     {"2:24: compare.severity.severity: is missing",
      "2:60: compare.severity.severity: 'loud' is none of critical, warning, info",
      "2:68: compare.severity.path: is missing"}},
    {with_device("compare: { lists: [ { path: \"/a[k=1]\", policy: authoritative }, { path: /a, policy: all }, { path: /a } ] }\n"),
     {"2:29: compare.lists.path: a list is named without keys",
      "2:85: compare.lists.policy: 'all' is none of authoritative, at-least, authoritative-if-documented",
      "2:92: compare.lists.policy: is missing"}},
    {with_device("compare:\n  lists:\n    - { path: /a, policy: at-least }\n    - { path: /a, policy: at-least }\n"),
     {"5:7: compare.lists: '/a' is written twice"}},
    {with_device("drift: { hold: -1s, flap: { count: 1001, window: 0s } }\n"),
     {"2:16: drift.hold: '-1s' is not a duration; write it like 500ms, 2s, 5m or 6h",
      "2:36: drift.flap.count: '1001' is not a whole number from 0 to 1000",
      "2:50: drift.flap.window: '0s' is less than 1s"}}}));

INSTANTIATE_TEST_SUITE_P(DeliveryAndService, Mistakes, testing::ValuesIn(std::vector<Mistake>{
    {with_device("delivery: { kestra: { url: kestra, actions: [opened, opened, closed], min_severity: low } }\n"),
     {"2:28: delivery.kestra.url: expected http://... or https://...",
      "2:45: delivery.kestra.actions: 'opened' is written twice",
      "2:45: delivery.kestra.actions: 'closed' is none of opened, changed, resolved, reminder",
      "2:85: delivery.kestra.min_severity: 'low' is none of critical, warning, info"}},
    {with_device("delivery: { kestra: { url: \"http://k/{key}\" } }\n"),
     {"2:21: delivery.kestra.key: is missing, but the url holds {key}; set it, or KESTRA_WEBHOOK_KEY in the environment"}},
    {with_device("delivery: { kestra: { password: p, headers: { \"A B\": x, C: [1], A_file: gone } } }\n"),
     {"2:33: delivery.kestra.password: is set, but username is not", "2:54: delivery.kestra.headers.A B: is no header name",
      "2:60: delivery.kestra.headers.C: expected a value, found a list",
      "2:73: delivery.kestra.headers.A_file: 'gone' cannot be read: No such file or directory"}},
    {with_device("store: { path: \"\" }\n"), {"2:16: store.path: is empty"}},
    {with_device("api: { listen: 8080 }\n"),
     {"2:16: api.listen: '8080' has no port; write host:port, as in 127.0.0.1:8080 or [::1]:8080"}},
    {with_device("api: { listen: \"0.0.0.0:80\", public_url: x, tokens_file: \"\", tls: { cert_file: /dev/null } }\n"),
     {"2:16: api.listen: '0.0.0.0:80' can be reached from other machines and there is no api.tokens_file; set one, or listen on "
      "127.0.0.1 or [::1]",
      "2:42: api.public_url: expected http://... or https://...", "2:80: api.tls.cert_file: TLS needs cert_file and key_file"}},
    {with_device("api: { tokens_file: gone }\n"),
     {"2:21: api.tokens_file: 'gone' cannot be read: No such file or directory"}},
    {with_device("log: { level: loud }\n"), {"2:15: log.level: 'loud' is none of debug, info, warning, error"}},
    {with_device("limits: { leaves_per_device: 0, leafs: 1, retry_horizon: 1s }\n"),
     {"2:30: limits.leaves_per_device: '0' is not a whole number of at least 1", "2:33: unknown key 'leafs' in limits",
      "2:58: limits.retry_horizon: '1s' is less than 1m"}}}));

}  // namespace
}  // namespace dm::config
