#include "config/load.h"
#include "config/minimal.h"
#include "core/file_stamp.h"
#include "source_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace dm::config {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;
using namespace std::chrono_literals;

using Variables = std::map<std::string, std::string>;

Environment environment(Variables variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

const Variables kAll{{"KESTRA_WEBHOOK_URL", "http://kestra:8080/api/v1/main/executions/webhook/ns/flow/{key}"},
                     {"KESTRA_WEBHOOK_KEY", "s3cret-key"},
                     {"GNMI_USERNAME", "monitor"},
                     {"GNMI_PASSWORD", "s3cret-gnmi"},
                     {"NETBOX_URL", "http://netbox:8000"},
                     {"NETBOX_TOKEN", "s3cret-token"}};

Load load_yaml(std::string_view yaml, Variables variables = {}) {
  return load_text(yaml, "drift-monitor.yaml", environment(std::move(variables)));
}

std::string shown(const Load& load, std::string_view key) {
  for (const Load::Shown& line : load.shown) {
    if (line.key == key) return line.value + " | " + line.origin;
  }
  return "(not shown)";
}

// A folder of its own for a test's files.
class Files : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("dm_config_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

// The configuration page of the product, as it stands there; secret and token files are made up.
constexpr std::string_view kExample = R"(gnmi:
  port: 6030
  get_interval: 60s                   # for paths read by Get
  sample_interval: 60s                # for paths that are sampled
  stale_after: 60s                    # a peer that answers nothing for so long is stale
  username: ${GNMI_USERNAME}
  password: ${GNMI_PASSWORD}
  profile: arista-eos                 # profiles/*.yaml: paths, defaults, aliases
  paths: []                           # adds to the profile's; `{path, mode: on_change|sample|get|off}` changes one
  tls: { mode: plaintext, ca_file: "", cert_file: "", key_file: "", server_name: "" }   # plaintext | verify | insecure-skip-verify
inventory:
  netbox: { filter: "role=leaf&role=spine" }        # omitted: only the devices below
  devices:                                          # adds to or overrides what NetBox lists
    - { name: leaf1, address: "172.16.0.25:6030", labels: { role: leaf }, gnmi: { password_file: leaf1.secret } }
intent:
  netbox: { url: ${NETBOX_URL}, token: ${NETBOX_TOKEN}, poll_interval: 30s, full_refresh: 6h, webhook_secret: "", guard: { max_loss_percent: 20 } }
  files: [ "intent/*.yaml" ]                        # intent-files.md; wins over NetBox leaf by leaf; works without it
compare:
  ignore:   [ { device: "leaf*", path: "/interfaces/interface[name=*]/config/description", reason: "…", until: "2026-12-31T00:00:00Z" } ]
  severity: [ { path: "/network-instances/**/bgp/**", severity: critical } ]      # critical | warning (default) | info
  lists:    [ { path: "/network-instances/network-instance/vlans/vlan", policy: authoritative } ]
drift:    { hold: 2s, group_window: 500ms, reminder: 0s, flap: { count: 5, window: 10m } }
delivery:
  kestra: { url: ${KESTRA_WEBHOOK_URL}, key: ${KESTRA_WEBHOOK_KEY:-}, actions: [opened, changed], min_severity: info, timeout: 40s,
            username: "", password: "", headers: {}, signing_secret: "", ca_file: "" }
store: { path: /var/lib/drift-monitor/state.db }
api:   { listen: "127.0.0.1:8080", tokens_file: "", tls: { cert_file: "", key_file: "" } }
log:   { level: info, format: text }                # text | json, on stderr
)";

TEST_F(Files, ReadsTheExampleOfTheContract) {
  write("leaf1.secret", "s3cret-leaf1\n");
  const std::string file = write("drift-monitor.yaml", kExample);

  const Load load = config::load(file, environment(kAll));

  ASSERT_THAT(load.errors, IsEmpty());
  const Settings& settings = *load.settings;
  EXPECT_EQ(settings.file, file);
  EXPECT_THAT(settings.warnings, IsEmpty());
  EXPECT_EQ(settings.gnmi.port, 6030);
  EXPECT_EQ(settings.gnmi.username, "monitor");
  EXPECT_EQ(settings.gnmi.password, Secret("s3cret-gnmi"));
  EXPECT_EQ(settings.gnmi.tls, Tls());
  EXPECT_EQ(settings.inventory.netbox->filter, "role=leaf&role=spine");
  ASSERT_EQ(settings.inventory.devices.size(), 1U);
  const Device& leaf1 = settings.inventory.devices[0];
  EXPECT_EQ(leaf1.address, "172.16.0.25:6030");
  EXPECT_THAT(leaf1.labels, ElementsAre(testing::Pair("role", "leaf")));
  EXPECT_EQ(leaf1.gnmi.username, "monitor");
  EXPECT_EQ(leaf1.gnmi.password, Secret("s3cret-leaf1"));
  EXPECT_EQ(settings.intent.netbox->url, "http://netbox:8000");
  EXPECT_EQ(settings.intent.netbox->token, Secret("s3cret-token"));
  EXPECT_EQ(settings.intent.netbox->full_refresh, 6h);
  EXPECT_EQ(settings.intent.netbox->max_loss_percent, 20);
  EXPECT_THAT(settings.intent.files, ElementsAre("intent/*.yaml"));
  ASSERT_EQ(settings.compare.ignore.size(), 1U);
  EXPECT_EQ(settings.compare.ignore[0].devices.device, "leaf*");
  EXPECT_EQ(settings.compare.ignore[0].reason, "…");
  EXPECT_EQ(core::to_rfc3339(*settings.compare.ignore[0].until), "2026-12-31T00:00:00.000000000Z");
  ASSERT_EQ(settings.compare.severity.size(), 1U);
  EXPECT_EQ(settings.compare.severity[0].devices.device, "*");
  EXPECT_EQ(settings.compare.severity[0].severity, model::Severity::Critical);
  ASSERT_EQ(settings.compare.lists.size(), 1U);
  EXPECT_EQ(settings.compare.lists[0].policy, model::ListPolicy::Authoritative);
  EXPECT_EQ(settings.drift.hold, 2s);
  EXPECT_EQ(settings.drift.group_window, 500ms);
  EXPECT_EQ(settings.drift.flap.window, 10min);
  EXPECT_THAT(settings.kestra.url.reveal(), HasSubstr("{key}"));
  EXPECT_EQ(settings.kestra.key, Secret("s3cret-key"));
  EXPECT_THAT(settings.kestra.actions, ElementsAre(model::EventAction::Opened, model::EventAction::Changed));
  EXPECT_EQ(settings.kestra.timeout, 40s);
  EXPECT_EQ(settings.store.path, "/var/lib/drift-monitor/state.db");
  EXPECT_EQ(settings.api.listen, "127.0.0.1:8080");
}

// What is left out has the value the example shows, so the example documents the defaults.
TEST(Load, HasTheDefaultsTheExampleShows) {
  const Load load = load_yaml(kMinimal);

  ASSERT_THAT(load.errors, IsEmpty());
  const Settings& settings = *load.settings;
  EXPECT_EQ(settings.gnmi.get_interval, 60s);
  EXPECT_EQ(settings.gnmi.sample_interval, 60s);
  EXPECT_EQ(settings.gnmi.stale_after, 60s);
  EXPECT_EQ(settings.gnmi.profile, "arista-eos");
  EXPECT_EQ(settings.inventory.netbox, std::nullopt);
  EXPECT_EQ(settings.intent.netbox, std::nullopt);
  EXPECT_FALSE(settings.intent.strict);
  EXPECT_EQ(settings.drift.hold, 2s);
  EXPECT_EQ(settings.drift.reminder, 0s);
  EXPECT_EQ(settings.drift.flap.count, 5);
  EXPECT_TRUE(settings.kestra.url.empty());
  EXPECT_EQ(settings.api.listen, "127.0.0.1:8080");
  EXPECT_EQ(settings.log.format, core::LogFormat::Text);
  EXPECT_EQ(settings.limits.event_bytes, 256U << 10U);
  EXPECT_THAT(settings.warnings,
              UnorderedElementsAre(HasSubstr("nothing is delivered"), HasSubstr("every verdict will be unknown")));
}

TEST(Load, RunsFromTheEnvironmentAlone) {
  const Load load = config::load("", environment(kAll));

  ASSERT_THAT(load.errors, IsEmpty());
  const Settings& settings = *load.settings;
  EXPECT_EQ(settings.file, "");
  EXPECT_THAT(settings.warnings, IsEmpty());
  EXPECT_EQ(settings.inventory.netbox->filter, "status=active&status=staged");
  EXPECT_EQ(settings.intent.netbox->url, "http://netbox:8000");
  EXPECT_EQ(settings.intent.netbox->token, Secret("s3cret-token"));
  EXPECT_EQ(settings.gnmi.username, "monitor");
  EXPECT_EQ(settings.gnmi.password, Secret("s3cret-gnmi"));
  EXPECT_EQ(settings.kestra.key, Secret("s3cret-key"));
  EXPECT_EQ(shown(load, "intent.netbox.url"), "http://netbox:8000 | environment NETBOX_URL");
  EXPECT_EQ(shown(load, "intent.netbox.token"), "******** | environment NETBOX_TOKEN");
  EXPECT_EQ(shown(load, "inventory.netbox.filter"), "status=active&status=staged | default");
  EXPECT_EQ(shown(load, "gnmi.port"), "6030 | default");
}

TEST(Load, SaysWhatAnEmptyEnvironmentLacks) {
  for (const Variables& variables : {Variables{}, Variables{{"NETBOX_URL", ""}, {"GNMI_USERNAME", "x"}}}) {
    const Load load = config::load("", environment(variables));

    EXPECT_EQ(load.settings, std::nullopt);
    EXPECT_THAT(load.errors,
                ElementsAre("nothing to do: name a file with --config, or set NETBOX_URL and NETBOX_TOKEN (devices and intent "
                            "from NetBox), GNMI_USERNAME and GNMI_PASSWORD (logging in to the devices), KESTRA_WEBHOOK_URL "
                            "(where drifts go)"));
  }
}

TEST(Load, WarnsAboutAThinEnvironment) {
  const Load load = config::load("", environment({{"NETBOX_URL", "http://netbox"}}));

  ASSERT_THAT(load.errors, IsEmpty());
  EXPECT_THAT(load.settings->warnings,
              UnorderedElementsAre(HasSubstr("NETBOX_TOKEN"), HasSubstr("KESTRA_WEBHOOK_URL"), HasSubstr("GNMI_USERNAME")));
}

TEST(Load, NamesTheVariableBehindAMistake) {
  const Load load = config::load("", environment({{"NETBOX_URL", "netbox:8000"},
                                                  {"GNMI_PASSWORD", "p"},
                                                  {"KESTRA_WEBHOOK_URL", "http://kestra/{key}"},
                                                  {"DRIFT_MONITOR_LISTEN", "0.0.0.0:8080"}}));

  EXPECT_THAT(load.errors,
              ElementsAre("environment GNMI_PASSWORD: gnmi.password: is set, but username is not",
                          "environment NETBOX_URL: intent.netbox.url: expected http://... or https://...",
                          "delivery.kestra.key: is missing, but the url holds {key}; set it, or KESTRA_WEBHOOK_KEY in the "
                          "environment",
                          "environment DRIFT_MONITOR_LISTEN: api.listen: '0.0.0.0:8080' can be reached from other machines and "
                          "there is no api.tokens_file; set one, or listen on 127.0.0.1 or [::1]"));
}

TEST(Load, FillsFromTheEnvironmentWhatTheFileLeavesOut) {
  const Load load = load_yaml(with_device("gnmi: { username: file }\nintent: { netbox: { token: \"\" } }\n"), kAll);

  ASSERT_THAT(load.errors, IsEmpty());
  EXPECT_EQ(load.settings->gnmi.username, "file");
  EXPECT_EQ(load.settings->gnmi.password, Secret("s3cret-gnmi"));
  EXPECT_EQ(load.settings->intent.netbox->token, Secret("s3cret-token"));
  EXPECT_EQ(shown(load, "gnmi.username"), "file | drift-monitor.yaml:2");
  EXPECT_EQ(shown(load, "gnmi.password"), "******** | environment GNMI_PASSWORD");
}

TEST(Load, LetsTheEnvironmentOverrideStoreAndListen) {
  const Load load = load_yaml(with_device("store: { path: a.db }\napi: { listen: \"127.0.0.1:1\" }\n"),
                              {{"DRIFT_MONITOR_STORE", "/tmp/b.db"}, {"DRIFT_MONITOR_LISTEN", "[::1]:0"}});

  ASSERT_THAT(load.errors, IsEmpty());
  EXPECT_EQ(load.settings->store.path, "/tmp/b.db");
  EXPECT_EQ(load.settings->api.listen, "[::1]:0");
  EXPECT_EQ(shown(load, "store.path"), "/tmp/b.db | environment DRIFT_MONITOR_STORE");
}

TEST_F(Files, ReadsEverySecretFromAFile) {
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) write(name, std::string("secret ") + name + "\r\n");
  write("u", "http://kestra/hook");
  const std::string file = write("c.yaml", with_device(R"(gnmi: { username: u, password_file: a }
intent: { netbox: { url: "http://n", token_file: b, webhook_secret_file: c } }
delivery:
  kestra: { url_file: u, key_file: d, username: u, password_file: e, signing_secret_file: f, headers: { X-One_file: g, X-Two: plain } }
)"));

  const Load load = config::load(file, environment({}));

  ASSERT_THAT(load.errors, IsEmpty());
  const Settings& settings = *load.settings;
  EXPECT_EQ(settings.gnmi.password, Secret("secret a"));
  EXPECT_EQ(settings.intent.netbox->token, Secret("secret b"));
  EXPECT_EQ(settings.intent.netbox->webhook_secret, Secret("secret c"));
  EXPECT_EQ(settings.kestra.url, Secret("http://kestra/hook"));
  EXPECT_EQ(settings.kestra.key, Secret("secret d"));
  EXPECT_EQ(settings.kestra.password, Secret("secret e"));
  EXPECT_EQ(settings.kestra.signing_secret, Secret("secret f"));
  EXPECT_EQ(settings.kestra.headers.at("X-One"), Secret("secret g"));
  EXPECT_EQ(settings.kestra.headers.at("X-Two"), Secret("plain"));
  EXPECT_EQ(shown(load, "gnmi.password"), "******** | " + file + ":2, file a");
  EXPECT_EQ(shown(load, "delivery.kestra.headers.X-One"), "******** | " + file + ":5");
}

TEST_F(Files, ReadsSecretsOfTheEnvironmentFromFiles) {
  Variables variables = kAll;
  variables.erase("NETBOX_TOKEN");
  variables["NETBOX_TOKEN_FILE"] = write("token", "from file\n");
  variables.erase("GNMI_PASSWORD");
  variables["GNMI_PASSWORD_FILE"] = "/no/such/file";

  const Load load = config::load("", environment(variables));

  EXPECT_THAT(load.errors, ElementsAre("environment GNMI_PASSWORD_FILE: gnmi.password: '/no/such/file' cannot be read: No such "
                                       "file or directory"));
  EXPECT_EQ(shown(load, "intent.netbox.token"), "******** | environment NETBOX_TOKEN_FILE, file " + variables["NETBOX_TOKEN_FILE"]);
}

TEST_F(Files, SaysWhyASecretFileCannotBeUsed) {
  write("empty", "\n");
  write("large", std::string(70'000, 'x'));
  write("zero", std::string("a\0b", 3));
  const std::string at = folder_.string() + "/";
  const std::string file = write("c.yaml", with_device(R"(gnmi: { username: u, password_file: empty }
intent: { netbox: { url: "http://n", token_file: large, webhook_secret_file: zero } }
delivery: { kestra: { key: x, key_file: empty, signing_secret_file: gone, password_file: . } }
)"));

  const Load load = config::load(file, environment({}));

  EXPECT_THAT(load.errors,
              UnorderedElementsAre(
                  file + ":2:37: gnmi.password_file: '" + at + "empty' is empty",
                  file + ":3:50: intent.netbox.token_file: '" + at + "large' is larger than 64 KiB",
                  file + ":3:78: intent.netbox.webhook_secret_file: '" + at + "zero' holds a NUL",
                  file + ":4:41: delivery.kestra.key_file: 'key' is set too; keep one of them",
                  file + ":4:41: delivery.kestra.key_file: '" + at + "empty' is empty",
                  file + ":4:69: delivery.kestra.signing_secret_file: '" + at + "gone' cannot be read: No such file or directory",
                  file + ":4:90: delivery.kestra.password_file: '" + at + ".' cannot be read: Is a directory"));
}

TEST_F(Files, RefusesSecretsThatWouldBreakAHeader) {
  const std::string secret = write("two-lines", "hidden\nhidden\n");
  const std::string file = write("c.yaml", with_device(R"(gnmi: { username: "a\nb", password_file: two-lines }
intent: { netbox: { url: "http://n", token_file: two-lines } }
)"));

  const Load load = config::load(file, environment({}));

  const std::string what = "its value holds a line break or control character";
  EXPECT_THAT(load.errors, UnorderedElementsAre(file + ":2:19: gnmi.username: " + what, file + ":2:42: gnmi.password: " + what,
                                                file + ":3:50: intent.netbox.token: " + what));
}

TEST(Load, GivesADeviceTheCommonSettingsAndItsOwn) {
  const Load load = load_yaml(R"(gnmi:
  port: 1
  username: u
  password: p
  target: t
  paths: [ /a, { path: /b, mode: off } ]
inventory:
  devices:
    - name: one
    - name: two
      gnmi: { port: 2, profile: openconfig, target: "", paths: [ { path: /b, mode: get }, /c ], tls: { mode: verify, server_name: s } }
)");

  ASSERT_THAT(load.errors, IsEmpty());
  const auto& devices = load.settings->inventory.devices;
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].address, "");
  EXPECT_EQ(devices[0].gnmi.port, 1);
  EXPECT_EQ(devices[0].gnmi.target, "t");
  EXPECT_EQ(devices[0].gnmi.paths.size(), 2U);
  EXPECT_EQ(devices[1].gnmi.port, 2);
  EXPECT_EQ(devices[1].gnmi.username, "u");
  EXPECT_EQ(devices[1].gnmi.password, Secret("p"));
  EXPECT_EQ(devices[1].gnmi.profile, "openconfig");
  EXPECT_EQ(devices[1].gnmi.target, "");
  EXPECT_EQ(devices[1].gnmi.tls.mode, TlsMode::Verify);
  ASSERT_EQ(devices[1].gnmi.paths.size(), 3U);
  EXPECT_EQ(devices[1].gnmi.paths[0].text, "/a");
  EXPECT_EQ(devices[1].gnmi.paths[0].mode, std::nullopt);
  EXPECT_EQ(devices[1].gnmi.paths[1].mode, schema::PathMode::Get);
  EXPECT_EQ(devices[1].gnmi.paths[2].text, "/c");
  EXPECT_EQ(shown(load, "inventory.devices.two.gnmi.port"), "2 | drift-monitor.yaml:11");
  EXPECT_EQ(shown(load, "inventory.devices.two.gnmi.username"), "(not shown)");
  EXPECT_EQ(shown(load, "inventory.devices.two.gnmi.paths[0]"), "/b get | drift-monitor.yaml:11");
  EXPECT_EQ(shown(load, "gnmi.paths[1]"), "/b off | drift-monitor.yaml:6");
}

TEST(Load, ReadsTheKeysBeyondTheExample) {
  const Load load = load_yaml(with_device(R"(gnmi: { target: t }
intent:
  strict: true
  strict_paths: ["/interfaces/interface[name=*]/config/description", /system]
  netbox:
    url: http://n
    token: t
    timeout: 5s
    page_size: 50
    mapping: { asn_field: as_number, vtep_interface: Loopback2, vxlan_udp_port: 4790,
               ignore_tag: hands-off, strict_tag: "", complete_tag: whole, policy_field: policy,
               hostname_domain: "*", asn_sources: [context, field, site], asn_context_key: as, router_id_field: rid,
               vtep_roles: [leaf], vrf_rd: "{router_id}:{vni}", vlan_rd: "{asn}:{vlan}", interface_type: true,
               config_context_key: dm, vlans_may_exist: site, evpn_instance: "{l2vpn}", vlan_vni_field: vni, vlan_name_filler: "_",
               group_policies: neighbor, mlag_domain: MLAG, mlag_peer_link_interface: Port-Channel1000,
               mlag_local_interface: Vlan4094, mlag_tag: mlag }
    config_contexts: true
    render_config: true
    config_template_id: 7
api: { public_url: "https://drift.example/" }
limits: { leaves_per_device: 1000, intent_findings: 7, retry_horizon: 1d }
log: { level: debug, format: json }
drift: { flap: { count: 0 } }
)"));

  ASSERT_THAT(load.errors, IsEmpty());
  const Settings& settings = *load.settings;
  EXPECT_EQ(settings.gnmi.target, "t");
  EXPECT_TRUE(settings.intent.strict);
  ASSERT_EQ(settings.intent.strict_paths.size(), 2U);
  EXPECT_EQ(model::to_text(settings.intent.strict_paths[1]), "/system");
  EXPECT_EQ(settings.intent.netbox->mapping.ignore_tag, "hands-off");
  EXPECT_EQ(settings.intent.netbox->mapping.strict_tag, "");
  EXPECT_EQ(settings.intent.netbox->mapping.complete_tag, "whole");
  EXPECT_EQ(settings.intent.netbox->mapping.policy_field, "policy");
  const NetBoxMapping& mapping = settings.intent.netbox->mapping;
  EXPECT_EQ(mapping.hostname_domain, "*");
  EXPECT_EQ(mapping.asn_sources, (std::vector{AsnSource::Context, AsnSource::Field, AsnSource::Site}));
  EXPECT_EQ(mapping.asn_context_key, "as");
  EXPECT_EQ(mapping.router_id_field, "rid");
  EXPECT_EQ(mapping.vtep_roles, std::vector<std::string>{"leaf"});
  EXPECT_EQ(mapping.vrf_rd, "{router_id}:{vni}");
  EXPECT_EQ(mapping.vlan_rd, "{asn}:{vlan}");
  EXPECT_TRUE(mapping.interface_type);
  EXPECT_EQ(mapping.vlans_may_exist, VlansMayExist::Site);
  EXPECT_EQ(mapping.config_context_key, "dm");
  EXPECT_EQ(mapping.evpn_instance, "{l2vpn}");
  EXPECT_EQ(mapping.vlan_name_filler, "_");
  EXPECT_EQ(mapping.vlan_vni_field, "vni");
  EXPECT_EQ(mapping.group_policies, PoliciesAt::Neighbor);
  EXPECT_EQ(mapping.mlag_domain, "MLAG");
  EXPECT_EQ(mapping.mlag_peer_link_interface, "Port-Channel1000");
  EXPECT_EQ(mapping.mlag_local_interface, "Vlan4094");
  EXPECT_EQ(mapping.mlag_tag, "mlag");
  EXPECT_TRUE(settings.intent.netbox->config_contexts);
  EXPECT_TRUE(settings.intent.netbox->render_config);
  EXPECT_EQ(settings.intent.netbox->config_template_id, 7U);
  EXPECT_EQ(settings.intent.netbox->timeout, 5s);
  EXPECT_EQ(settings.intent.netbox->page_size, 50U);
  EXPECT_EQ(settings.intent.netbox->mapping.asn_field, "as_number");
  EXPECT_EQ(settings.intent.netbox->mapping.l3vni_field, "l3vni");
  EXPECT_EQ(settings.intent.netbox->mapping.vtep_interface, "Loopback2");
  EXPECT_EQ(settings.intent.netbox->mapping.vxlan_udp_port, 4790);
  EXPECT_EQ(settings.api.public_url, "https://drift.example/");
  EXPECT_EQ(settings.limits.leaves_per_device, 1000U);
  EXPECT_EQ(settings.limits.intent_findings, 7U);
  EXPECT_EQ(settings.limits.retry_horizon, 24h);
  EXPECT_EQ(settings.log.level, core::LogLevel::Debug);
  EXPECT_EQ(settings.drift.flap.count, 0);
}

TEST_F(Files, ResolvesFileNamesAgainstItsOwnFolder) {
  for (const char* name : {"ca.pem", "cert.pem", "key.pem", "tokens"}) write(name, "x");
  write("mine.yaml", "name: mine\n");
  const std::string file = write("c.yaml", R"(gnmi: { profile: ./mine.yaml, tls: { mode: verify, ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem } }
inventory: { devices: [ { name: a } ] }
store: { path: state.db }
api: { listen: "0.0.0.0:8080", tokens_file: tokens, tls: { cert_file: cert.pem, key_file: key.pem } }
)");

  const Load load = config::load(file, environment({}));

  ASSERT_THAT(load.errors, IsEmpty());
  const Settings& settings = *load.settings;
  EXPECT_EQ(settings.gnmi.tls.ca_file, folder_ / "ca.pem");
  EXPECT_EQ(settings.gnmi.profile, folder_ / "./mine.yaml");
  EXPECT_EQ(settings.store.path, folder_ / "state.db");
  EXPECT_EQ(settings.api.tokens_file, folder_ / "tokens");
  EXPECT_EQ(settings.api.tls_key_file, folder_ / "key.pem");
}

TEST(Load, ShowsNoSecret) {
  const Load load = load_yaml(with_device(R"(gnmi: { username: u, password: hidden1 }
intent: { netbox: { url: "http://n", token: hidden2, webhook_secret: hidden3 } }
delivery: { kestra: { url: "http://k/hidden4", username: u, password: hidden5, signing_secret: hidden6, headers: { A: hidden7 } } }
)"));

  ASSERT_THAT(load.errors, IsEmpty());
  for (const Load::Shown& line : load.shown) {
    EXPECT_THAT(line.value + line.origin, Not(HasSubstr("hidden"))) << line.key;
  }
  EXPECT_EQ(shown(load, "delivery.kestra.url"), "******** | drift-monitor.yaml:4");
  EXPECT_EQ(shown(load, "delivery.kestra.headers.A"), "******** | drift-monitor.yaml:4");
  EXPECT_EQ(shown(load, "delivery.kestra.key"), " | default");
}

TEST(Load, PutsNoSecretIntoAMessage) {
  const Load load = load_yaml(with_device(R"(delivery: { kestra: { url: "hidden1", headers: { "A B": "hidden2\n" }, timeout: x } }
intent: { netbox: { url: "http://user:hidden3@n" } }
)"));

  EXPECT_EQ(load.errors.size(), 4U);
  for (const std::string& error : load.errors) EXPECT_THAT(error, Not(HasSubstr("hidden")));
}

TEST(Load, WarnsAboutAKeyNobodyUses) {
  const Load load = load_yaml(with_device("delivery: { kestra: { url: \"http://k/x\", key: y } }\n"));

  ASSERT_THAT(load.errors, IsEmpty());
  EXPECT_THAT(load.settings->warnings, testing::Contains(HasSubstr("has no {key}")));
}

TEST_F(Files, ReportsAFileThatCannotBeRead) {
  EXPECT_THAT(config::load("/no/such.yaml", environment({})).errors,
              ElementsAre("'/no/such.yaml' cannot be read: No such file or directory"));
  EXPECT_THAT(config::load(folder_.string(), environment({})).errors,
              ElementsAre("'" + folder_.string() + "' cannot be read: Is a directory"));
}

// The page of the configuration must not forget a key.
TEST(Load, ShowsOnlyKeysThatAreDocumented) {
  std::ifstream stream(tests::source_path("docs/configuration.md"));
  const std::string page{std::istreambuf_iterator<char>(stream), {}};
  const Load load = config::load("", environment(kAll));

  EXPECT_GT(load.shown.size(), 60U);
  for (const Load::Shown& line : load.shown) {
    const std::string last = line.key.substr(line.key.rfind('.') + 1);
    EXPECT_THAT(page, testing::AnyOf(HasSubstr("." + last + "`"), HasSubstr("`" + last + "`"))) << line.key;
  }
}

TEST(ProcessEnvironment, TellsUnsetFromEmpty) {
  ::setenv("DM_CONFIG_TEST_EMPTY", "", 1);
  ::unsetenv("DM_CONFIG_TEST_UNSET");

  EXPECT_EQ(process_environment()("DM_CONFIG_TEST_EMPTY"), "");
  EXPECT_EQ(process_environment()("DM_CONFIG_TEST_UNSET"), std::nullopt);
}

TEST(Load, ReportsBrokenYamlWithItsPlace) {
  const Load load = load_yaml("gnmi: {\n  port: 1\nlog: [\n");

  ASSERT_EQ(load.errors.size(), 1U);
  EXPECT_THAT(load.errors[0], testing::MatchesRegex("drift-monitor\\.yaml:[0-9]+:[0-9]+: not YAML: .*"));
}

TEST(Load, ReadsTheConditionsOfRules) {
  const Load loaded = load_yaml(R"(inventory: { devices: [{ name: leaf1, address: 192.0.2.1 }] }
compare:
  ignore: [{ path: /interfaces/**, device: "leaf*", labels: { role: leaf }, difference: unexpected, current: "x*", desired: "" }]
  lists:
    - { path: /interfaces/interface, labels: { site: dc1 }, policy: authoritative }
    - { path: /interfaces/interface, policy: at-least }
)");

  ASSERT_TRUE(loaded.settings) << loaded.errors.front();
  const IgnoreRule& rule = loaded.settings->compare.ignore.at(0);
  EXPECT_EQ(rule.devices, (DeviceSelector{.device = "leaf*", .labels = {{"role", "leaf"}}}));
  EXPECT_EQ(rule.difference, model::DifferenceKind::Unexpected);
  EXPECT_EQ(rule.current, "x*");
  EXPECT_EQ(rule.desired, "");
  EXPECT_EQ(shown(loaded, "compare.ignore[0]"), "leaf* role=leaf /interfaces/** if unexpected current 'x*' desired '' | drift-monitor.yaml:3");
  EXPECT_EQ(loaded.settings->compare.lists.size(), 2U);
}

TEST(Load, RefusesRulesThatSayNothingOrTwice) {
  const Load loaded = load_yaml(R"(inventory: { devices: [{ name: leaf1, address: 192.0.2.1 }] }
compare:
  ignore: [{ path: /interfaces/**, difference: wrong }]
  lists: [{ path: /interfaces/interface, policy: at-least }, { path: /interfaces/interface, policy: authoritative }]
)");

  EXPECT_THAT(loaded.errors, ElementsAre(HasSubstr(":3:48: compare.ignore.difference: 'wrong' is none of missing, unexpected, different"),
                                         HasSubstr("compare.lists: '/interfaces/interface' is written twice")));
}

TEST(ParseIgnoreRule, ReadsOneRuleOrSaysWhatIsWrong) {
  const auto rule = parse_ignore_rule("{ path: /interfaces/**, difference: missing }");
  ASSERT_TRUE(rule) << rule.error().message;
  EXPECT_EQ(to_text(*rule), "* /interfaces/** if missing");

  for (const char* wrong : {"{ device: leaf1 }", "{ path: /interfaces/**, reson: x }", "{ path: ", "no map"}) {
    EXPECT_FALSE(parse_ignore_rule(wrong)) << wrong;
  }
}

TEST_F(Files, NamesTheFilesOfSecretsAndCertificatesThatWereRead) {
  const std::string secret = write("secret", "one"), authority = write("ca.pem", "x");
  const std::string file = write("c.yaml", R"(gnmi: { username: u, password_file: secret, tls: { mode: verify, ca_file: ca.pem } }
inventory: { devices: [{ name: leaf1, address: 192.0.2.1 }] }
)");

  const Load loaded = load(file, environment({{"NETBOX_TOKEN_FILE", secret}}));

  ASSERT_TRUE(loaded.settings);
  EXPECT_THAT(loaded.settings->watched, ElementsAre(testing::Pair(authority, core::file_stamp(authority)),
                                                    testing::Pair(secret, core::file_stamp(secret))));
  EXPECT_EQ(load_text(loaded.settings->text.reveal(), file, environment({})).settings->gnmi.password.reveal(), "one");
}

TEST(Load, WarnsWhenCertificatesAreNotChecked) {
  const auto warnings = [](const std::string& yaml) { return load_yaml(yaml).settings.value().warnings; };
  const std::string device = "inventory: { devices: [{ name: leaf1, address: 192.0.2.1%s }, { name: leaf2, address: 192.0.2.2 }] }\n";
  const auto with = [&](const std::string& gnmi) {
    std::string text = device;
    return text.replace(text.find("%s"), 2, gnmi);
  };

  EXPECT_THAT(warnings(with("") + "gnmi: { tls: { mode: insecure-skip-verify } }\n"),
              testing::Contains(HasSubstr("gnmi.tls.mode is insecure-skip-verify: certificates are not checked")));
  EXPECT_THAT(warnings(with(", gnmi: { tls: { mode: insecure-skip-verify } }")),
              testing::Contains(HasSubstr("tls.mode of leaf1 is insecure-skip-verify")));
  EXPECT_THAT(warnings(with("") + "gnmi: { tls: { mode: verify } }\n"),
              testing::Not(testing::Contains(HasSubstr("insecure"))));
}

}  // namespace
}  // namespace dm::config
