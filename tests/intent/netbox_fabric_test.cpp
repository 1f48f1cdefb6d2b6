// The lab's recorded NetBox, through HTTP and paging, against the lab's intent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/fabric_intent.h"
#include "intent/netbox/lists.h"
#include "intent/netbox/netbox_source.h"
#include "intent/netbox_face.h"

namespace dm::intent::netbox {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;
using namespace testing_support;

config::NetBox settings_for(const NetBoxFace& face) {
  config::NetBox settings;
  settings.url = face.url();
  settings.token = config::Secret(NetBoxFace::token());
  return settings;
}

Scope fabric_scope() { return {true, "role=leaf&role=spine", {}}; }

core::Result<Loaded> load_fabric(const NetBoxFace& face,
                                 std::optional<std::uint16_t> udp_port = std::nullopt) {
  config::NetBox settings = settings_for(face);
  settings.mapping.vxlan_udp_port = udp_port;
  settings.mapping.management_vrf = "default";  // as the lab's intent has it
  const core::SystemClock clock;
  return make_netbox_source(settings, fabric_scope(), 6030, {}, clock)->load({});
}

// What NetBox gives beyond the lab's intent: the AS of the peer groups.
std::size_t drop_group_as(FabricDevice& device) {
  return std::erase_if(device.leaves, [](const auto& leaf) {
    return leaf.first.find("/peer-groups/peer-group[") != std::string::npos && leaf.first.ends_with("]/config/peer-as");
  });
}

constexpr const char* kUdpPort = "/interfaces/interface[name=Vxlan1]/arista-vxlan/config/udp-port";

TEST(NetBoxFabric, GivesTheLabsIntentButTheUdpPortsAndNothingMore) {
  const NetBoxFace face;
  const auto loaded = load_fabric(face);
  ASSERT_TRUE(loaded) << loaded.error().message;

  std::map<std::string, FabricDevice> wanted = read_fabric_intent();
  std::size_t leaves = 0, entries = 0, without = 0, groups = 0;
  for (auto& [name, device] : wanted) without += device.leaves.erase(kUdpPort);
  ASSERT_EQ(loaded->devices.size(), 10U);
  for (const auto& device : loaded->devices) {
    const model::DeviceIntent& intent = *device;
    ASSERT_TRUE(wanted.contains(intent.device));
    FabricDevice got = as_fabric(intent);
    groups += drop_group_as(got);
    leaves += got.leaves.size();
    expect_same(intent.device, wanted.at(intent.device), got);
    entries += intent.entries.size();
    EXPECT_TRUE(intent.unmanaged.empty());
  }

  EXPECT_EQ(groups, 24U);  // three of each leaf; the spines' sessions have an AS each
  EXPECT_EQ(leaves, 1096U);
  EXPECT_EQ(entries, 400U);
  EXPECT_EQ(without, 8U);
}

TEST(NetBoxFabric, GivesTheUdpPortsFromTheSetting) {
  const NetBoxFace face;
  const auto loaded = load_fabric(face, 4789);
  ASSERT_TRUE(loaded) << loaded.error().message;

  const auto wanted = read_fabric_intent();
  std::size_t leaves = 0;
  for (const auto& device : loaded->devices) {
    const model::DeviceIntent& intent = *device;
    FabricDevice got = as_fabric(intent);
    drop_group_as(got);
    leaves += got.leaves.size();
    expect_same(intent.device, wanted.at(intent.device), got);
  }
  EXPECT_EQ(leaves, 1104U);
}

TEST(NetBoxFabric, SortsByPathAndNamesWhereEachExpectationComesFrom) {
  const NetBoxFace face;
  const auto loaded = load_fabric(face);
  ASSERT_TRUE(loaded);

  for (const auto& device : loaded->devices) {
    const model::DeviceIntent& intent = *device;
    EXPECT_TRUE(std::is_sorted(intent.leaves.begin(), intent.leaves.end(),
                               [](const auto& a, const auto& b) {
                                 return a.path.text() < b.path.text();
                               }));
    for (const auto& leaf : intent.leaves) {
      EXPECT_EQ(leaf.from.source, "netbox");
      EXPECT_THAT(leaf.from.object.str(),
                  testing::MatchesRegex("(dcim|ipam|vpn|netbox_bgp)\\.[a-z0-9]+:[0-9]+"));
      const bool is_session = leaf.from.object.str().starts_with("netbox_bgp");  // has no display_url
      EXPECT_EQ(leaf.from.url.str().starts_with(face.url() + "/"), !is_session)
          << leaf.from.object.str() << " " << leaf.from.url.str();
    }
  }
}

TEST(NetBoxFabric, ListsTheInventoryWithAddressesAndLabels) {
  const NetBoxFace face;
  const auto loaded = load_fabric(face);
  ASSERT_TRUE(loaded);

  ASSERT_EQ(loaded->inventory.size(), 10U);
  const auto leaf2 =
      std::find_if(loaded->inventory.begin(), loaded->inventory.end(),
                   [](const model::InventoryDevice& device) { return device.name == "leaf2"; });
  ASSERT_NE(leaf2, loaded->inventory.end());
  EXPECT_EQ(leaf2->address, "172.16.0.50:6030");
  EXPECT_EQ(leaf2->source, "netbox");
  EXPECT_THAT(leaf2->labels,
              AllOf(Contains(Pair("role", "leaf")), Contains(Pair("site", "evpn-lab")),
                    Contains(Pair("platform", "arista-eos")), Contains(Key("tag_drift-monitor"))));
}

TEST(NetBoxFabric, HasNoFindingAndOnlyIpv6AndUnusedVrfListsUnfilled) {
  const NetBoxFace face;
  const auto loaded = load_fabric(face);
  ASSERT_TRUE(loaded);

  EXPECT_THAT(loaded->warnings, testing::IsEmpty());
  EXPECT_THAT(loaded->findings, testing::IsEmpty());
  EXPECT_THAT(loaded->suspended, testing::IsEmpty());
  for (const auto& device : loaded->devices) {
    const model::DeviceIntent& intent = *device;
    const bool has_vrf = std::any_of(intent.entries.begin(), intent.entries.end(), [](const auto& entry) {
      return entry.path.text() == "/network-instances/network-instance[name=gold]";
    });
    const std::string instances = "/network-instances/network-instance";
    std::vector<std::string> unfilled;
    for (const std::string_view list : kAllLists) {
      if (intent.not_compared.contains(std::string(list))) unfilled.emplace_back(list);
    }
    EXPECT_THAT(unfilled, testing::Each(testing::AnyOf(HasSubstr("ipv6"), instances)));
    EXPECT_EQ(std::count(unfilled.begin(), unfilled.end(), instances), has_vrf ? 0 : 1);
  }
}

TEST(NetBoxFabric, IsTheSameWithEveryPageSize) {
  const NetBoxFace small(7);
  const NetBoxFace large(1000);
  const auto a = load_fabric(small);
  const auto b = load_fabric(large);
  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b) << b.error().message;

  EXPECT_EQ(small.count_of("/api/dcim/interfaces/"), 17U);  // 114 of the ten switches, 7 a page
  EXPECT_EQ(large.count_of("/api/dcim/interfaces/"), 1U);
  ASSERT_EQ(a->devices.size(), b->devices.size());
  for (std::size_t i = 0; i < a->devices.size(); ++i) {
    expect_same(a->devices[i]->device, as_fabric(*a->devices[i]), as_fabric(*b->devices[i]));
  }
}

TEST(NetBoxFabric, ReadsOnlyTheConfiguredDevicesWithoutAnInventoryFilter) {
  NetBoxFace face;
  face.override_with([](const api::Request& request) -> std::optional<api::Response> {
    if (request.path != "/api/dcim/devices/") return std::nullopt;
    EXPECT_THAT(request.target,
                AllOf(HasSubstr("name=leaf1&name=no%20such"), HasSubstr("exclude=config_context")));
    return api::Response{
        200,
        "application/json",
        R"({"count":1,"next":null,"results":[{"id":3,"name":"leaf1","status":{"value":"active"}}]})",
        {}};
  });
  const core::SystemClock clock;
  const auto source = make_netbox_source(settings_for(face), Scope{false, "", {"leaf1", "no such"}}, 6030, {}, clock);

  const auto loaded = source->load({});

  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->devices.size(), 1U);
  EXPECT_EQ(loaded->devices[0]->device, "leaf1");
  EXPECT_THAT(loaded->warnings, Contains("no such: NetBox knows no device of this name"));
}

// The list of devices in which a change of device 3 is looked for.
std::string asked_after_a_change(const Scope& scope) {
  NetBoxFace face;
  const core::SystemClock clock;
  const auto source = make_netbox_source(settings_for(face), scope, 6030, {}, clock);
  EXPECT_TRUE(source->load({}));
  face.log_change("dcim.device", 3);
  const std::size_t before = face.requests().size();
  EXPECT_TRUE(source->load({}));
  const auto requests = face.requests();
  EXPECT_EQ(requests.size(), before + 2) << "the change log and the device";
  return requests.back().target;
}

TEST(NetBoxFabric, AChangedDeviceIsAskedForAlone) {
  EXPECT_EQ(asked_after_a_change(fabric_scope()),
            "/api/dcim/devices/?role=leaf&role=spine&exclude=config_context&id=3&limit=500&ordering=id");
  EXPECT_EQ(asked_after_a_change({false, "", {"leaf1", "no such"}}), "/api/dcim/devices/?exclude=config_context&id=3&limit=500&ordering=id");
  EXPECT_EQ(asked_after_a_change({true, "id=3&id=4", {}}),  // two parameters of one name would be alternatives
            "/api/dcim/devices/?id=3&id=4&exclude=config_context&limit=500&ordering=id");
}

TEST(NetBoxFabric, ADeviceThatIsNotAskedForByNameStaysOutWhenItChanges) {
  NetBoxFace face;
  const core::SystemClock clock;
  const auto source = make_netbox_source(settings_for(face), Scope{false, "", {"leaf1"}}, 6030, {}, clock);
  ASSERT_TRUE(source->load({}));
  face.log_change("dcim.device", 4);
  const auto loaded = source->load({});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->devices.size(), 1U);
  EXPECT_TRUE(loaded->warnings.empty());
}

TEST(NetBoxFabric, RendersATemplateForEachDeviceAndReadsContextsWhereAskedTo) {
  NetBoxFace face;
  face.override_with([](const api::Request& request) -> std::optional<api::Response> {
    EXPECT_EQ(request.target.find("exclude=config_context"), std::string::npos);
    if (!request.path.ends_with("/render-config/")) return std::nullopt;
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.body, R"({"config_template_id": 7})");
    if (request.path == "/api/dcim/devices/3/render-config/") {
      return api::Response{200, "application/json",
                           R"({"configtemplate":{"id":7,"name":"paths"},"content":"{\"/system/config/hostname\": \"rendered\"}"})", {}};
    }
    if (request.path == "/api/dcim/devices/4/render-config/")
      return api::Response{500, "application/json", R"({"detail":"'x' is undefined"})", {}};
    return api::Response{400, "application/json", netbox_file("render_config_no_template.json"), {}};
  });
  config::NetBox settings = settings_for(face);
  settings.config_contexts = settings.render_config = true;
  settings.config_template_id = 7;
  const core::SystemClock clock;
  const auto source = make_netbox_source(settings, fabric_scope(), 6030, {}, clock);

  const auto loaded = source->load({});

  ASSERT_TRUE(loaded) << loaded.error().message;
  std::size_t rendered = 0;
  for (const auto& device : loaded->devices) {
    for (const auto& leaf : device->leaves) rendered += leaf.from.object == "extras.configtemplate:7" ? 1 : 0;
  }
  EXPECT_EQ(rendered, 1U);
  ASSERT_EQ(loaded->findings.size(), 1U);
  EXPECT_EQ(loaded->findings[0].kind, model::FindingKind::Override);
}

TEST(NetBoxFabric, ATokenThatMayOnlyReadRendersNothingAndSaysSo) {
  NetBoxFace face;
  face.override_with([](const api::Request& request) -> std::optional<api::Response> {
    if (!request.path.ends_with("/render-config/")) return std::nullopt;
    return api::Response{403, "application/json", R"({"detail":"You do not have permission to perform this action."})", {}};
  });
  config::NetBox settings = settings_for(face);
  settings.render_config = true;
  const core::SystemClock clock;
  const auto source = make_netbox_source(settings, fabric_scope(), 6030, {}, clock);

  const auto loaded = source->load({});

  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("dcim.render_config_device"));
}

TEST(NetBoxFabric, ReadsSitesGroupsAndPlacesOnlyWhereASettingNeedsThem) {
  const std::vector<std::string> extras{"/api/dcim/sites/", "/api/ipam/vlan-groups/", "/api/dcim/regions/", "/api/dcim/site-groups/",
                                        "/api/dcim/locations/"};
  const NetBoxFace usual;
  ASSERT_TRUE(load_fabric(usual));
  for (const std::string& path : extras) EXPECT_EQ(usual.count_of(path), 0U) << path;
  EXPECT_EQ(usual.count_of("/api/plugins/bgp/bgppeergroup/"), 1U);

  const NetBoxFace face;
  config::NetBox settings = settings_for(face);
  settings.mapping.vlans_may_exist = config::VlansMayExist::Site;
  const core::SystemClock clock;
  const auto loaded = make_netbox_source(settings, fabric_scope(), 6030, {}, clock)->load({});
  ASSERT_TRUE(loaded) << loaded.error().message;
  for (const std::string& path : extras) EXPECT_EQ(face.count_of(path), 1U) << path;
  EXPECT_THAT(loaded->warnings, testing::IsEmpty());
  EXPECT_THAT(loaded->findings, testing::IsEmpty());

  const NetBoxFace with_asns;
  settings = settings_for(with_asns);
  settings.mapping.asn_sources.push_back(config::AsnSource::Site);
  ASSERT_TRUE(make_netbox_source(settings, fabric_scope(), 6030, {}, clock)->load({}));
  EXPECT_EQ(with_asns.count_of("/api/dcim/sites/"), 1U);
  EXPECT_EQ(with_asns.count_of("/api/ipam/vlan-groups/"), 0U);
}

TEST(NetBoxFabric, WhatIsReadBesidesMayBeRefusedAndThatIsSaid) {
  NetBoxFace face;
  face.override_with([](const api::Request& request) -> std::optional<api::Response> {
    static const std::set<std::string> kRefused{"/api/plugins/bgp/bgppeergroup/", "/api/dcim/sites/", "/api/ipam/vlan-groups/", "/api/dcim/regions/",
                                                "/api/dcim/site-groups/", "/api/dcim/locations/"};
    if (!kRefused.contains(request.path)) return std::nullopt;
    return api::Response{403, "application/json", netbox_file("errors/no_permission_list.json"), {}};
  });
  config::NetBox settings = settings_for(face);
  settings.mapping.vlans_may_exist = config::VlansMayExist::Site;
  const core::SystemClock clock;

  const auto loaded = make_netbox_source(settings, fabric_scope(), 6030, {}, clock)->load({});

  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->devices.size(), 10U);
  EXPECT_THAT(loaded->warnings, Contains(HasSubstr("the token has no permission netbox_bgp.view_bgppeergroup: policies of sessions")));
  for (const char* permission : {"dcim.view_site", "ipam.view_vlangroup", "dcim.view_region", "dcim.view_sitegroup", "dcim.view_location"}) {
    EXPECT_THAT(loaded->warnings, Contains(HasSubstr(std::string("no permission ") + permission + ":")));
  }
  EXPECT_EQ(loaded->warnings.size(), 6U);
}

TEST(NetBoxFabric, WithoutThePluginBgpIsUnmanagedAndItsListUnfilled) {
  NetBoxFace face;
  face.override_with([](const api::Request& request) -> std::optional<api::Response> {
    if (request.path == "/api/status/")
      return api::Response{
          200, "application/json", R"({"netbox-version":"4.4.10","plugins":{}})", {}};
    if (!request.path.starts_with("/api/plugins/bgp/")) return std::nullopt;
    return api::Response{
        404, "text/html; charset=utf-8", netbox_file("errors/not_found_plural_bgp.html"), {}};
  });

  const auto loaded = load_fabric(face);

  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->warnings, Contains(HasSubstr("netbox-bgp is not installed")));
  for (const auto& device : loaded->devices) {
    const model::DeviceIntent& intent = *device;
    EXPECT_THAT(intent.not_compared, Contains(Pair(std::string(kNeighborList), "NetBox has no netbox-bgp")));
    for (const auto& leaf : intent.leaves)
      EXPECT_EQ(leaf.path.text().find("/neighbors/"), std::string::npos);
  }
}

}  // namespace
}  // namespace dm::intent::netbox
