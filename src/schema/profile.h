// What a platform is like: which paths to subscribe to, its defaults, its spellings, what is never
// drift. Loaded from profiles/*.yaml (the shipped ones are built into the binary). Immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "model/expectation.h"
#include "model/path.h"
#include "model/path_table.h"
#include "model/value.h"

namespace dm::schema {

enum class PathMode { OnChange, Sample, Get, Off };
std::string_view to_text(PathMode mode);                          // on_change | sample | get | off
std::optional<PathMode> path_mode_from(std::string_view text);

// authoritative | at-least | authoritative-if-documented
std::string_view to_text(model::ListPolicy policy);
std::optional<model::ListPolicy> list_policy_from(std::string_view text);

struct ProfilePath {
  model::Path path;        // as sent in the request; may hold wildcards
  PathMode mode = PathMode::OnChange;
  std::string area;        // vlans | interfaces | vxlan | bgp | vrfs | evpn | mlag | system | other
  bool operator==(const ProfilePath&) const = default;
};

// One way in which requests write paths.
struct RequestForm {
  std::string origin;               // "" = none
  bool explicit_wildcards = false;  // `[name=*]` where a list has no key
  bool module_names = false;        // `module:name` where Profile::modules knows the module
  bool operator==(const RequestForm&) const = default;
};
std::string to_text(const RequestForm& form);  // for people

// A path some release or user spells differently: `from` is rewritten to `to`, what is below it stays.
// The n-th `[k=*]` of `from` captures a key value for the n-th `[k=*]` of `to`; one that the path leaves
// out, and one that `to` has beyond, stay `*`. The first alias that fits is applied, once.
struct Alias {
  model::Path from;
  model::Path to;
  bool operator==(const Alias&) const = default;
};

// "List entry N is made by the platform itself": the entry with this key is never drift while
// something below `sign` with the same key value exists and nothing below `unless` does.
struct InternalEntry {
  model::Path entry;   // .../vlans/vlan[vlan-id=*]
  model::Path sign;    // .../vlan-to-vni[vlan=*]/state
  model::Path unless;  // .../vlan-to-vni[vlan=*]/config
  bool operator==(const InternalEntry&) const = default;
};

struct Profile {
  std::string name;
  std::string origin;            // put into every request path; "" = none
  std::string encoding = "json_ietf";
  bool explicit_wildcards = false;   // write `[name=*]` where a list has no key (some targets need it)
  // Tried in this order where a device takes a path and never says anything of it.
  std::vector<RequestForm> other_forms;
  std::map<std::string, std::string, std::less<>> modules;  // element name -> YANG module
  core::Duration keepalive{};        // HTTP/2 PING interval; 0 = TCP keepalive only
  bool config_subscription = false;  // ask for commit boundaries (gNMI extension)
  std::uint32_t depth = 0;           // ask for so many levels below each path (gNMI extension); 0 = do not
  std::vector<ProfilePath> paths;
  std::map<std::string, model::Value> defaults;         // schema text -> value of an absent leaf
  bool empty_is_absent = true;                          // "" means not set
  std::vector<model::Path> never;                       // entries or leaves that are never drift
  std::vector<model::Path> never_unexpected;            // entries that may always be there
  std::vector<InternalEntry> internal;
  std::vector<Alias> aliases;                           // applied to everything a device says
  std::vector<Alias> request_aliases;                   // applied to configured subscription paths
  std::map<std::string, model::ListPolicy> lists;       // schema text -> shipped policy

  // The default of a leaf (schema text), or nullptr.
  const model::Value* default_of(const std::string& schema_text) const;
  bool operator==(const Profile&) const = default;
};

// True if devices are asked alike under both, and what they say is read alike: they differ at most in what is judged.
bool is_same_on_wire(const Profile& one, const Profile& other);

// Parses a profile. Errors are collected: one "file:line:column: message" per mistake.
struct ProfileLoad {
  std::shared_ptr<const Profile> profile;  // null if there are errors
  std::vector<std::string> errors;
};
ProfileLoad parse_profile(std::string_view yaml, const std::string& file_name);

// A shipped profile by name ("arista-eos", "openconfig"), or a file if `name_or_file` holds a '/' or ends
// in .yaml.
ProfileLoad load_profile(const std::string& name_or_file);

// Facts about a path, for a PathTable: configuration is what lies below a `config` container and not
// below `state`, and the leaves the leaf table lists as configuration elsewhere. Nothing of another
// origin is known to be configuration.
model::PathFacts classify(const model::Path& path);

// What a device said -> canonical: origin, module prefixes, key spellings, aliases. A path of another
// origin than OpenConfig's is left as it is.
model::Path canonicalise(const Profile& profile, model::Path path);

// The request form of a configured path (request aliases, origin, explicit wildcards).
// `translated` is set when an alias applied, so that it can be said once.
struct RequestPath {
  model::Path path;
  std::optional<std::string> translated_from;
};
RequestPath to_request(const Profile& profile, const model::Path& path);

// The forms of a profile: 0 is the one of to_request(), the others are other_forms.
std::size_t form_count(const Profile& profile);
RequestForm form_at(const Profile& profile, std::size_t form);
// What to_request() gave, in another form. A path of another origin than OpenConfig's has only one.
model::Path in_form(const Profile& profile, model::Path request, std::size_t form);

}  // namespace dm::schema
