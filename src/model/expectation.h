// What a device should have: one expectation per leaf or list entry, with its provenance.
//
// Value types; a published DeviceIntent is immutable and shared between threads.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "model/finding.h"
#include "model/path.h"
#include "model/path_text.h"
#include "model/shared_text.h"
#include "model/value.h"

namespace dm::model {

struct Provenance {
  SharedText source;  // "netbox" | "file"
  SharedText object;  // "dcim.interface:101" | "intent/leaf1.yaml:12"
  SharedText url;     // page a person can open, or empty (null in events)
  SharedText field{};  // of the object: "mtu", "custom_fields.l3vni"; empty: the object as a whole, or a file
  bool operator==(const Provenance&) const = default;
};

enum class Rule {
  Equal,   // values[0]
  Absent,  // must not be configured
  OneOf,   // any of values; an absent Value among them: may be absent
  Set,     // values[0] is the list of exactly the members, in any order
};

struct Expectation {
  PathText path;  // canonical, no wildcards
  Rule rule = Rule::Equal;
  std::vector<Value> values;
  Provenance from;

  // What events show as desired_value: EQUAL's value, SET's list, ONE-OF's first that is not absent.
  const Value& desired() const;
};

// A list entry that must exist, whatever is in it.
struct EntryExpectation {
  PathText path;
  Provenance from;
};

enum class ListPolicy {
  AtLeast,                  // extra entries are nobody's business
  Authoritative,            // extra entries are `unexpected`
  AuthoritativeIfDocumented // the same, once the intent has an entry of that list on that device
};

// Everything intended for one device. Lists are keyed by schema text ("/interfaces/interface").
struct DeviceIntent {
  std::string device;
  std::vector<Expectation> leaves;        // one per path, sorted by path text
  std::vector<EntryExpectation> entries;  // one per path, sorted by path text
  std::map<std::string, ListPolicy> lists;   // said by the sources themselves (intent files)
  // What is not compared because no source says anything about it, and why; by schema text. A list among them is
  // never authoritative.
  std::map<std::string, std::string> not_compared;
  std::vector<Path> unmanaged;               // patterns never compared on this device
  std::vector<Path> strict;                  // patterns below which what nobody intends must be absent
};

// What NetBox or the configuration says about a device besides its intent.
struct InventoryDevice {
  std::string name;
  std::string address;  // host:port; empty: not reachable by gNMI (no address documented)
  std::map<std::string, std::string> labels;
  std::string source;   // "netbox" | "config"
  bool is_staged = false;  // being set up: its drifts are of low severity
  bool operator==(const InventoryDevice&) const = default;
};

// A device that a source knows and says not to watch.
struct SuspendedDevice {
  std::string name;
  std::string reason;  // "its status is planned"
  bool operator==(const SuspendedDevice&) const = default;
};

// One consistent view of all intent, published by the intent thread.
struct IntentSnapshot {
  std::uint64_t version = 0;
  core::WallTime loaded_at{};
  bool is_usable = false;     // false: NetBox never reached and no files: every verdict is unknown
  std::string unusable_reason;
  std::string last_error;     // of the newest refresh, when the last good state is kept
  std::map<std::string, std::shared_ptr<const DeviceIntent>> devices;
  std::vector<InventoryDevice> inventory;  // as found by the sources (before configuration's overrides)
  std::vector<SuspendedDevice> suspended;  // by name
  std::vector<Finding> findings;           // by sort_key()
  std::size_t findings_cut = 0;            // beyond limits.intent_findings
};

}  // namespace dm::model
