#include "intent/netbox/dirty.h"

#include <algorithm>
#include <array>
#include <map>

namespace dm::intent::netbox {
namespace {

using Lists = std::set<ObjectKind>;

const std::map<std::string_view, ObjectKind>& kept_types() {
  static const std::map<std::string_view, ObjectKind> kTypes{
      {"dcim.device", ObjectKind::Device},
      {"dcim.interface", ObjectKind::Interface}, {"ipam.ipaddress", ObjectKind::Address},
      {"ipam.vlan", ObjectKind::Vlan},           {"ipam.vrf", ObjectKind::Vrf},
      {"vpn.l2vpn", ObjectKind::L2vpn},          {"netbox_bgp.bgpsession", ObjectKind::Session},
  };
  return kTypes;
}

// Types whose objects are nested in, or decide on, rows of these lists: what the inventory's filter means is NetBox's
// to say.
const std::map<std::string_view, Lists>& nested_types() {
  static const Lists kDevices{ObjectKind::Device}, kVlans{ObjectKind::Vlan};
  static const Lists kPlaces{ObjectKind::Device, ObjectKind::Site, ObjectKind::Place};
  static const std::map<std::string_view, Lists> kTypes{
      {"dcim.devicerole", kDevices},
      {"dcim.devicetype", kDevices},
      {"dcim.location", kPlaces},
      {"dcim.manufacturer", kDevices},
      {"dcim.platform", kDevices},
      {"dcim.rack", kDevices},
      {"dcim.region", kPlaces},
      {"dcim.sitegroup", kPlaces},
      {"dcim.virtualchassis", kDevices},
      {"extras.configcontext", kDevices},
      {"extras.configcontextprofile", kDevices},
      {"extras.configtemplate", kDevices},
      {"tenancy.tenant", kDevices},
      {"tenancy.tenantgroup", kDevices},
      {"virtualization.cluster", kDevices},
      {"dcim.site", {ObjectKind::Device, ObjectKind::Vlan, ObjectKind::Site}},
      {"ipam.vlangroup", {ObjectKind::Vlan, ObjectKind::VlanGroup}},
      {"vpn.l2vpntermination", kVlans},
      {"ipam.routetarget", {ObjectKind::L2vpn, ObjectKind::Vrf}},
      {"ipam.asn", {ObjectKind::Session, ObjectKind::Site}},
  };
  return kTypes;
}

constexpr std::array<std::string_view, 14> kNobodysApps = {
    "account.", "auth.", "circuits.", "contenttypes.", "core.", "django_rq.", "sessions.", "social_django.",
    "taggit.", "users.", "virtualization.", "wireless.", "netbox_branching.", "tenancy."};

constexpr std::array<std::string_view, 52> kNobodysTypes = {
    "dcim.cable", "dcim.cablepath", "dcim.cabletermination", "dcim.consoleport", "dcim.consoleporttemplate",
    "dcim.consoleserverport", "dcim.consoleserverporttemplate", "dcim.devicebay", "dcim.devicebaytemplate",
    "dcim.frontport", "dcim.frontporttemplate", "dcim.interfacetemplate", "dcim.inventoryitem",
    "dcim.inventoryitemrole", "dcim.inventoryitemtemplate", "dcim.macaddress", "dcim.module", "dcim.modulebay",
    "dcim.modulebaytemplate", "dcim.moduletype", "dcim.moduletypeprofile", "dcim.powerfeed", "dcim.poweroutlet",
    "dcim.poweroutlettemplate", "dcim.powerpanel", "dcim.powerport", "dcim.powerporttemplate",
    "dcim.rackreservation", "dcim.rackrole", "dcim.racktype", "dcim.rearport", "dcim.rearporttemplate",
    "dcim.virtualdevicecontext", "extras.bookmark", "extras.customlink", "extras.eventrule", "extras.exporttemplate",
    "extras.imageattachment", "extras.journalentry", "extras.notification", "extras.notificationgroup",
    "extras.savedfilter", "extras.script", "extras.subscription", "extras.tableconfig", "extras.webhook",
    "ipam.aggregate", "ipam.asnrange", "ipam.prefix", "ipam.rir", "ipam.service", "ipam.servicetemplate"};

bool is_nobodys(std::string_view type) {
  return std::find(kNobodysTypes.begin(), kNobodysTypes.end(), type) != kNobodysTypes.end() ||
         std::any_of(kNobodysApps.begin(), kNobodysApps.end(),
                     [type](std::string_view app) { return type.starts_with(app); });
}

}  // namespace

Need need_of_change(std::string_view type, std::uint64_t id) {
  Need need;
  if (const auto kept = kept_types().find(type); kept != kept_types().end()) {
    need.objects[kept->second].insert(id);
  } else if (const auto nested = nested_types().find(type); nested != nested_types().end()) {
    need.lists = nested->second;
  } else if (type == "extras.tag") {
    need.tags.insert(id);
  } else if (type.starts_with("netbox_bgp.")) {
    need.lists = {ObjectKind::Session, ObjectKind::PeerGroup};  // groups, policies, communities
  } else {
    need.is_everything = !is_nobodys(type);
  }
  return need;
}

}  // namespace dm::intent::netbox
