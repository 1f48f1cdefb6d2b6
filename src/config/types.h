// The effective settings of the service: product.md section 4 as C++ types. Plain values; immutable
// once loaded. Secrets are held in Secret so that nothing prints them by accident.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/limits.h"
#include "core/log.h"
#include "model/difference.h"
#include "model/drift.h"
#include "model/expectation.h"
#include "model/path.h"
#include "schema/profile.h"

namespace dm::config {

// A value that must not be shown. reveal() is for the one place that sends it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

enum class TlsMode { Plaintext, Verify, InsecureSkipVerify };

struct Tls {
  TlsMode mode = TlsMode::Plaintext;
  std::string ca_file, cert_file, key_file, server_name;
  bool operator==(const Tls&) const = default;
};

struct PathOverride {
  model::Path path;
  std::string text;  // as written
  std::optional<schema::PathMode> mode;  // absent: add as on_change
};

struct Gnmi {
  std::uint16_t port = 6030;
  core::Duration get_interval = std::chrono::seconds(60);
  core::Duration sample_interval = std::chrono::seconds(60);
  core::Duration stale_after = std::chrono::seconds(60);
  std::string username;
  Secret password;
  std::string profile = "arista-eos";
  std::string target;  // gNMI prefix target, if a peer needs one
  std::vector<PathOverride> paths;
  Tls tls;
};

struct Device {
  std::string name;
  std::string address;  // host or host:port; empty: taken from NetBox
  std::map<std::string, std::string> labels;
  Gnmi gnmi;            // complete: global settings with this device's overrides applied
};

struct NetBoxInventory {
  std::string filter;  // query string of /api/dcim/devices/
};

struct Inventory {
  std::optional<NetBoxInventory> netbox;
  std::vector<Device> devices;
};

enum class AsnSource {
  Field,    // custom field of the device
  Session,  // local AS of its BGP sessions
  Context,  // key of its config context
  Site,     // the AS of its site, if that has one only
};

// Where a switch is expected to have the policies that NetBox lists at a BGP peer group.
enum class PoliciesAt {
  Group,     // at the group; a member may repeat them
  Neighbor,  // at each member
};

// VLANs that a device may have though nothing of it uses them.
enum class VlansMayExist {
  None,
  Site,  // those of its site, of no site, and of VLAN groups whose scope it is in
};

// Names of the data model's conventions in NetBox (facts: custom fields and interface names).
struct NetBoxMapping {
  std::string asn_field = "asn", l3vni_field = "l3vni", virtual_ip_field = "virtual_ip";
  std::string mlag_domain_field = "mlag_domain_id", mlag_peer_field = "mlag_peer_address",
              mlag_local_field = "mlag_local_address", mlag_peer_link_field = "mlag_peer_link",
              mlag_id_field = "mlag_id";
  std::string vtep_interface = "Loopback1", vxlan_interface = "Vxlan1", router_id_interface = "Loopback0";
  std::string management_vrf;           // of management ports without a VRF in NetBox; empty: not compared
  std::string everywhere_tag = "all-vteps";  // a VLAN with it is wanted on every VTEP of its site
  VlansMayExist vlans_may_exist = VlansMayExist::None;
  std::optional<std::uint16_t> vxlan_udp_port;
  std::string hostname_domain;          // cut off the device's name; "*": from the first dot on
  std::vector<AsnSource> asn_sources{AsnSource::Field, AsnSource::Session};  // the first that says one counts
  std::string asn_context_key = "bgp_as";
  std::string router_id_field;          // wins over router_id_interface
  std::vector<std::string> vtep_roles;  // devices of these roles have a VTEP, whatever interfaces NetBox knows
  std::string vrf_rd, vlan_rd;          // templates: "{router_id}:{l3vni}"; empty: not compared
  bool interface_type = false;          // whether config/type is compared
  std::string vlan_name_filler;         // stands for what EOS takes in no VLAN name; empty: such names are not compared
  std::string evpn_instance = "{vlan}";  // template: name of a VLAN's EVPN instance
  std::string vlan_vni_field;            // of VLANs without an L2VPN; empty: none is looked at
  PoliciesAt group_policies = PoliciesAt::Group;
  std::string mlag_domain;               // of devices with MLAG whose custom field says none
  std::string mlag_peer_link_interface, mlag_local_interface;  // names; where no custom field says it
  std::string mlag_tag;                  // of LAGs whose MLAG id is their number
  std::string ignore_tag = "drift:ignore", strict_tag = "drift:strict", complete_tag = "drift:complete";
  std::string policy_field = "drift_policy";  // "ignore" or "strict", as the tags
  std::string config_context_key = "drift_monitor";
};

struct NetBox {
  std::string url;
  Secret token;
  core::Duration poll_interval = std::chrono::seconds(30);
  core::Duration full_refresh = std::chrono::hours(6);
  core::Duration timeout = std::chrono::seconds(60);
  Secret webhook_secret;
  double max_loss_percent = 20;
  std::string ca_file;
  std::size_t page_size = 500;
  bool config_contexts = false;  // read them too: costs NetBox about as much again as the device list
  bool render_config = false;    // ask for a template rendered for each device: one POST each
  std::uint64_t config_template_id = 0;  // which; 0: the one NetBox assigns to the device
  NetBoxMapping mapping;
  std::string branch;  // schema id of a netbox-branching branch that is read instead of main; not of the file
};

struct Intent {
  std::optional<NetBox> netbox;
  std::vector<std::string> files;  // globs, relative to the configuration file's folder
  bool strict = false;             // what no source names must be absent
  std::vector<model::Path> strict_paths;  // the same below these patterns only
};

// Which devices a rule is for: all that are named so and have these labels (role, site, ...).
struct DeviceSelector {
  std::string device = "*";                   // glob over the name
  std::map<std::string, std::string> labels;  // globs over the values; a device without the label is none
  bool operator==(const DeviceSelector&) const = default;
};
bool selects(const DeviceSelector& selector, const std::string& device, const std::map<std::string, std::string>& labels);
std::string to_text(const DeviceSelector& selector);  // "leaf* role=leaf"

struct IgnoreRule {
  DeviceSelector devices;
  model::Path path;  // pattern
  // Of the difference; absent: any. Values are globs over what people see.
  std::optional<model::DifferenceKind> difference;
  std::optional<std::string> current, desired;
  std::string reason;
  std::optional<core::WallTime> until;
};
std::string to_text(const IgnoreRule& rule);  // "leaf* /interfaces/** if different current 'x*' until ..."
struct SeverityRule {
  DeviceSelector devices;
  model::Path path;
  model::Severity severity = model::Severity::Warning;
};
struct ListRule {
  DeviceSelector devices;
  std::string path;  // schema text
  model::ListPolicy policy = model::ListPolicy::AtLeast;
};
struct Compare {
  std::vector<IgnoreRule> ignore;
  std::vector<SeverityRule> severity;
  std::vector<ListRule> lists;
};

struct Flap {
  int count = 5;
  core::Duration window = std::chrono::minutes(10);
};
struct DriftRules {
  core::Duration hold = std::chrono::seconds(2);
  core::Duration group_window = std::chrono::milliseconds(500);
  core::Duration reminder{0};
  Flap flap;
};

struct Kestra {
  Secret url;  // holds `{key}` or the key itself: a secret either way; empty: nothing is delivered
  Secret key;
  std::vector<model::EventAction> actions{model::EventAction::Opened, model::EventAction::Changed};
  model::Severity min_severity = model::Severity::Info;
  core::Duration timeout = std::chrono::seconds(40);
  std::string username;
  Secret password;
  std::map<std::string, Secret> headers;
  Secret signing_secret;
  std::string ca_file;
};

struct Store {
  std::string path = "/var/lib/drift-monitor/state.db";
};
struct Api {
  std::string listen = "127.0.0.1:8080";
  std::string public_url;  // base of the links in events; default: http://<listen>
  std::string tokens_file;
  std::string tls_cert_file, tls_key_file;
};
struct Log {
  core::LogLevel level = core::LogLevel::Info;
  core::LogFormat format = core::LogFormat::Text;
};

struct Settings {
  Gnmi gnmi;
  Inventory inventory;
  Intent intent;
  Compare compare;
  DriftRules drift;
  Kestra kestra;
  Store store;
  Api api;
  Log log;
  core::Limits limits;
  std::string file;  // configuration file, empty when run from the environment alone
  Secret text;       // what it held
  std::map<std::string, std::string> watched;  // files of secrets, certificates and tokens: stamps as they were read
  std::vector<std::string> warnings;
};

}  // namespace dm::config
