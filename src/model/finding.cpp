#include "model/finding.h"

#include <fmt/format.h>

#include "core/check.h"

namespace dm::model {

std::string_view to_text(FindingKind kind) {
  switch (kind) {
    case FindingKind::Source: return "source";
    case FindingKind::Device: return "device";
    case FindingKind::Unreadable: return "unreadable";
    case FindingKind::WrongType: return "wrong_type";
    case FindingKind::ImpossibleValue: return "impossible_value";
    case FindingKind::VlanAmbiguous: return "vlan_ambiguous";
    case FindingKind::VlanOfAnotherSite: return "vlan_of_another_site";
    case FindingKind::DeprecatedInUse: return "deprecated_in_use";
    case FindingKind::TaggedWithoutVlans: return "tagged_without_vlans";
    case FindingKind::L2vpnIdentifier: return "l2vpn_identifier";
    case FindingKind::L2vpnShared: return "l2vpn_shared";
    case FindingKind::VrfNameReused: return "vrf_name_reused";
    case FindingKind::VrfConflict: return "vrf_conflict";
    case FindingKind::AddressDuplicate: return "address_duplicate";
    case FindingKind::SessionIncomplete: return "session_incomplete";
    case FindingKind::SessionDuplicate: return "session_duplicate";
    case FindingKind::RouteTarget: return "route_target";
    case FindingKind::Mlag: return "mlag";
    case FindingKind::Contradiction: return "contradiction";
    case FindingKind::Override: return "override";
    case FindingKind::AsnAmbiguous: return "asn_ambiguous";
    case FindingKind::TwoShapes: return "two_shapes";
  }
  CHECK(false, "unknown finding kind");
}

std::string to_line(const Finding& finding) {
  return fmt::format("{}: {}{}{}", finding.source, finding.device, finding.device.empty() ? "" : ": ", finding.message);
}

std::string sort_key(const Finding& finding) {
  return fmt::format("{}|{}|{}|{}", finding.device, to_text(finding.kind), finding.object, finding.message);
}

}  // namespace dm::model
