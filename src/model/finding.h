// A mistake in what a source of intent says: told to the people who keep the data, never drift.
//
// Where data is wrong or says two things, nothing is compared rather than guessed; the finding says what
// and where. Value type.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "model/severity.h"

namespace dm::model {

enum class FindingKind {
  Source,              // the reading as a whole: a plugin is missing, a filter makes no difference
  Device,              // a device that cannot be watched: no name, a name used twice, no address, no interface
  Unreadable,          // a related object that the token does not show
  WrongType,           // a field that is not of the JSON type it is documented with
  ImpossibleValue,     // an MTU, AS, VNI, MLAG id or name that no switch can have
  VlanAmbiguous,       // several VLAN objects of one id could be meant on a device
  VlanOfAnotherSite,   // a VLAN object that belongs to another site
  DeprecatedInUse,     // a VLAN, address or L2VPN that is on its way out, and in use
  TaggedWithoutVlans,  // mode tagged, and no tagged VLAN
  L2vpnIdentifier,     // no VNI: not there, or out of range
  L2vpnShared,         // two L2VPNs with one identifier
  VrfNameReused,       // several VRFs of one name
  VrfConflict,         // an interface and its addresses are in different VRFs
  AddressDuplicate,    // an address assigned twice in one VRF
  SessionIncomplete,   // a BGP session without device, remote address or remote AS
  SessionDuplicate,    // two BGP sessions with one neighbor
  RouteTarget,         // a route target or distinguisher that is none
  Mlag,                // MLAG fields that do not fit together
  Contradiction,       // two objects that disagree about one path
  Override,            // a config context or rendered template whose values cannot be used
  AsnAmbiguous,        // a site with several AS numbers that is to say a device's
  TwoShapes,           // two expectations of one leaf or entry, written in two shapes of the platform's models
};

inline constexpr std::array kAllFindingKinds{
    FindingKind::Source,          FindingKind::Device,            FindingKind::Unreadable,
    FindingKind::WrongType,       FindingKind::ImpossibleValue,   FindingKind::VlanAmbiguous,
    FindingKind::VlanOfAnotherSite, FindingKind::DeprecatedInUse, FindingKind::TaggedWithoutVlans,
    FindingKind::L2vpnIdentifier, FindingKind::L2vpnShared,       FindingKind::VrfNameReused,
    FindingKind::VrfConflict,     FindingKind::AddressDuplicate,  FindingKind::SessionIncomplete,
    FindingKind::SessionDuplicate, FindingKind::RouteTarget,      FindingKind::Mlag,
    FindingKind::Contradiction,   FindingKind::Override,          FindingKind::AsnAmbiguous,
    FindingKind::TwoShapes};

std::string_view to_text(FindingKind kind);  // "vlan_ambiguous"

struct Finding {
  FindingKind kind = FindingKind::Source;
  Severity severity = Severity::Warning;
  std::string source;   // "netbox" | "files"
  std::string device;   // empty: it concerns no single device
  std::string object;   // "ipam.vlan:12"; empty: no single object
  std::string url;      // page a person can open, or empty
  std::string message;  // one line, without source and device
  bool operator==(const Finding&) const = default;
};

// "netbox: leaf1: message", for logs and warnings.
std::string to_line(const Finding& finding);
// What findings are listed by, unique for what is not said twice: device, kind, object, message.
std::string sort_key(const Finding& finding);

}  // namespace dm::model
