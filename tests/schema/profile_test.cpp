#include "schema/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "schema/equality.h"
#include "schema/lab.h"
#include "schema/leaf_table.h"
#include "schema/shipped.h"

namespace dm::schema {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::shared_ptr<const Profile> shipped(const std::string& name) {
  const ProfileLoad load = load_profile(name);
  EXPECT_THAT(load.errors, IsEmpty());
  return load.profile;
}

model::Path path(const std::string& text) {
  const auto parsed = model::parse_path(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : model::Path{};
}

std::string canonical_text(const Profile& profile, const std::string& text) {
  return model::to_text(canonicalise(profile, path(text)));
}

bool is_subscribed(const Profile& profile, const model::Path& leaf, PathMode mode) {
  return std::any_of(profile.paths.begin(), profile.paths.end(), [&](const ProfilePath& subscribed) {
    return subscribed.mode == mode && model::covers(subscribed.path, leaf);
  });
}

TEST(ShippedProfiles, AllLoadUnderTheirFileNames) {
  std::set<std::string> names;
  for (const ShippedProfile& profile : shipped_profiles()) {
    const auto loaded = shipped(std::string(profile.name));
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->name, profile.name);
    names.insert(loaded->name);
  }

  EXPECT_THAT(names, ElementsAre("arista-eos", "junos", "nxos", "openconfig", "sonic", "srlinux"));
}

TEST(ShippedProfiles, SpeakOnlyOfLeavesAndListsTheTableKnows) {
  for (const ShippedProfile& file : shipped_profiles()) {
    const auto profile = shipped(std::string(file.name));
    for (const auto& [leaf, value] : profile->defaults) {
      EXPECT_NE(find_leaf(leaf), 0) << file.name << " " << leaf;
      const LeafType& type = leaf_type(find_leaf(leaf));
      EXPECT_TRUE(classify(path(leaf)).is_config) << leaf;
      EXPECT_EQ(type.is_list, value.list() != nullptr) << leaf;
    }
    for (const auto& [list, policy] : profile->lists) EXPECT_THAT(list_keys(list), testing::Not(IsEmpty())) << list;
    for (const ProfilePath& subscribed : profile->paths) EXPECT_NE(subscribed.area, "other");
  }
}

// Shipped as far as documents carry, and honest about it.
TEST(ShippedProfiles, SayWhichWereNeverTriedOnHardware) {
  for (const ShippedProfile& file : shipped_profiles()) {
    const bool is_tried = file.name == "arista-eos" || file.name == "openconfig";
    EXPECT_EQ(file.yaml.find("NOT TRIED ON HARDWARE") == std::string_view::npos, is_tried) << file.name;
  }
}

// What gNMI documents and reports say of each: encoding, origin, explicit keys; never an HTTP/2 ping.
TEST(ShippedProfiles, AskAsTheirPlatformsTakeIt) {
  const auto junos = shipped("junos"), nxos = shipped("nxos"), sonic = shipped("sonic"), srlinux = shipped("srlinux");

  EXPECT_EQ(junos->encoding, "proto");  // json_ietf streams nothing there
  EXPECT_EQ(nxos->encoding, "json");
  EXPECT_EQ(model::to_text(to_request(*sonic, path("/interfaces/interface/config")).path), "/interfaces/interface[name=*]/config");
  EXPECT_EQ(to_request(*srlinux, path("/interfaces/interface/config")).path.origin, "openconfig");
  EXPECT_EQ(srlinux->default_of("/interfaces/interface/config/enabled"), nullptr);  // has to be set there
  for (const auto& profile : {junos, nxos, sonic, srlinux}) EXPECT_EQ(profile->keepalive, core::Duration::zero());
}

class AristaEos : public testing::Test {
 protected:
  std::shared_ptr<const Profile> profile_ = shipped("arista-eos");
};

TEST_F(AristaEos, SubscribesToWhatTheLabAsksFor) {
  const LabIntent intent = lab_intent();
  std::set<std::string> on_change, get;
  for (const ProfilePath& subscribed : profile_->paths) {
    (subscribed.mode == PathMode::Get ? get : on_change).insert(model::to_text(subscribed.path));
  }
  std::set<std::string> wanted(intent.subscription.begin(), intent.subscription.end());
  wanted.insert(intent.subscription_ext.begin(), intent.subscription_ext.end());
  // The lab's neighbors have no policies; NetBox' sessions may.
  wanted.insert("/network-instances/network-instance/protocols/protocol[identifier=BGP][name=BGP]/bgp/neighbors/neighbor/apply-policy/config");

  EXPECT_EQ(on_change, wanted);
  EXPECT_EQ(get, std::set<std::string>(intent.get_only.begin(), intent.get_only.end()));
  EXPECT_EQ(profile_->origin, "openconfig");
  EXPECT_EQ(profile_->encoding, "json_ietf");
}

TEST_F(AristaEos, HasTheDefaultsOfTheLab) {
  for (const auto& [leaf, value] : lab_intent().defaults) {
    const model::Value* known = profile_->default_of(leaf);
    ASSERT_NE(known, nullptr) << leaf;
    EXPECT_EQ(*known, value) << leaf;
  }
}

TEST_F(AristaEos, HasNoDefaultWhereAbsentMeansInherited) {
  const std::string bgp = "/network-instances/network-instance/protocols/protocol/bgp/";
  for (const char* leaf : {"neighbors/neighbor/timers/config/hold-time", "neighbors/neighbor/timers/config/keepalive-interval",
                           "neighbors/neighbor/afi-safis/afi-safi/config/enabled", "global/afi-safis/afi-safi/config/enabled",
                           "neighbors/neighbor/transport/config/passive-mode",
                           "neighbors/neighbor/as-path-options/config/allow-own-as", "neighbors/neighbor/config/peer-as"}) {
    EXPECT_EQ(profile_->default_of(bgp + leaf), nullptr) << leaf;
  }
  EXPECT_EQ(profile_->default_of("/interfaces/interface/aggregation/switched-vlan/config/interface-mode"), nullptr);
}

TEST_F(AristaEos, KnowsWhatIsNeverDrift) {
  for (const std::string& entry : lab_intent().never) {
    const auto names_it = [&](const model::Path& pattern) { return model::covers(pattern, path(entry)); };
    EXPECT_TRUE(std::any_of(profile_->never.begin(), profile_->never.end(), names_it) ||
                std::any_of(profile_->never_unexpected.begin(), profile_->never_unexpected.end(), names_it))
        << entry;
  }
}

TEST_F(AristaEos, ShipsAPolicyForEveryListOfTheLab) {
  for (const std::string& list : lab_intent().lists) EXPECT_TRUE(profile_->lists.contains(list)) << list;
  EXPECT_EQ(profile_->lists.at("/network-instances/network-instance/vlans/vlan"),
            model::ListPolicy::AuthoritativeIfDocumented);
  EXPECT_EQ(profile_->lists.at("/interfaces/interface"), model::ListPolicy::AtLeast);
}

TEST_F(AristaEos, RecognisesEveryVlanEosMadeItself) {
  for (const std::string& device : lab_devices()) {
    std::set<std::string> configured, only_state;
    for (const LabLeaf& leaf : lab_leaves(device)) {
      const model::Path where = path(leaf.path);
      for (const InternalEntry& rule : profile_->internal) {
        const auto vlan = [&] { return where.elements.at(4).keys.at(0).value; };
        if (model::covers(rule.unless, where)) configured.insert(vlan());
        if (model::covers(rule.sign, where)) only_state.insert(vlan());
      }
    }
    for (const std::string& vlan : configured) only_state.erase(vlan);
    const bool has_l3_vni = device == "leaf3" || device == "leaf4" || device == "leaf7" || device == "leaf8";
    EXPECT_EQ(only_state, has_l3_vni ? std::set<std::string>{"4094"} : std::set<std::string>{}) << device;
  }
}

TEST_F(AristaEos, LeavesEveryPathOfTheLabAsItIs) {
  for (const std::string& device : lab_devices()) {
    for (const LabLeaf& leaf : lab_leaves(device)) ASSERT_EQ(canonical_text(*profile_, leaf.path), leaf.path);
  }
}

TEST_F(AristaEos, ClassifiesEveryLeafOfTheLab) {
  for (const std::string& device : lab_devices()) {
    for (const LabLeaf& leaf : lab_leaves(device)) {
      const model::PathFacts facts = classify(path(leaf.path));
      const std::string schema = model::schema_text(path(leaf.path));
      const bool is_target = schema.ends_with("/evpn/import-target") || schema.ends_with("/evpn/export-target");
      const bool is_config = schema.find("/config/") != std::string::npos || is_target;
      ASSERT_EQ(facts.is_config, is_config) << leaf.path;
      if (is_config) {
        ASSERT_NE(facts.leaf_type, 0) << leaf.path;
      }
    }
  }
}

// The subscription must bring the four areas without the noise.
TEST_F(AristaEos, CoversTheConfigurationOfTheLab) {
  std::set<std::string> left_out;
  for (const std::string& device : lab_devices()) {
    for (const LabLeaf& leaf : lab_leaves(device)) {
      const model::Path where = path(leaf.path);
      ASSERT_FALSE(leaf.path.find("/counters/") != std::string::npos && is_subscribed(*profile_, where, PathMode::OnChange));
      if (!classify(where).is_config || is_subscribed(*profile_, where, PathMode::OnChange)) continue;
      if (!is_subscribed(*profile_, where, PathMode::Get)) left_out.insert(model::schema_text(where));
    }
  }

  const std::string bgp = "/network-instances/network-instance/protocols/protocol/bgp/";
  EXPECT_THAT(left_out, Contains(bgp + "neighbors/neighbor/ebgp-multihop/config/multihop-ttl"));
  for (const std::string& leaf : left_out) {
    EXPECT_TRUE(leaf.starts_with("/lacp/") || leaf.starts_with("/network-instances/network-instance/protocols/") ||
                leaf.starts_with("/interfaces/interface/hold-time/") ||
                leaf.starts_with("/interfaces/interface/subinterfaces/subinterface/ipv6/config/"))
        << leaf;
  }
}

TEST_F(AristaEos, BringsEveryVxlanShapeToTodays) {
  const std::string vxlan = "/interfaces/interface[name=Vxlan1]/arista-vxlan/";
  const std::pair<const char*, const char*> kPaths[] = {
      {"config/vlan-to-vni-map[vlan=40]/vni", "vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni"},
      {"state/vlan-to-vni-map[vlan=40]/vni", "vlan-to-vnis/vlan-to-vni[vlan=40]/state/vni"},
      {"config/vrf-to-vni-map[vrf=gold]/vni", "vrf-to-vnis/vrf-to-vni[vrf=gold]/config/vni"},
      {"config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni", "vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni"},
      {"config/vlan-to-vnis/vlan-to-vni[vlan=40]/vlan", "vlan-to-vnis/vlan-to-vni[vlan=40]/config/vlan"},
      {"state/vlan-to-vnis/vlan-to-vni[vlan=4094]/vni", "vlan-to-vnis/vlan-to-vni[vlan=4094]/state/vni"},
      {"config/vrf-to-vnis/vrf-to-vni[vrf=gold]/vni", "vrf-to-vnis/vrf-to-vni[vrf=gold]/config/vni"},
      {"state/vrf-to-vnis/vrf-to-vni[vrf=gold]/vni", "vrf-to-vnis/vrf-to-vni[vrf=gold]/state/vni"},
      {"config/flood-vteps/flood-vtep[vtep-ip=1.1.1.1]/vtep-ip", "flood-vteps/flood-vtep[vtep-ip=1.1.1.1]/config/vtep-ip"},
      {"config/vlan-flood-vteps/vlan-flood-vtep[vlan-id=40]/remote-vteps/remote-vtep[vtep-ip=1.1.1.1]/vtep-ip",
       "vlan-flood-vteps/vlan-flood-vtep[vlan-id=40]/remote-vteps/remote-vtep[vtep-ip=1.1.1.1]/config/vtep-ip"},
      {"config/src-ip-intf", "config/src-ip-intf"},
      {"vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni", "vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni"},
      // Deletes: an entry, a list without key, its container.
      {"config/vlan-to-vnis/vlan-to-vni[vlan=40]", "vlan-to-vnis/vlan-to-vni[vlan=40]/config"},
      {"config/vlan-to-vni-map", "vlan-to-vnis/vlan-to-vni[vlan=*]/config"},
      {"config/vlan-to-vnis", "vlan-to-vnis/vlan-to-vni[vlan=*]/config"},
  };
  for (const auto& [written, wanted] : kPaths) EXPECT_EQ(canonical_text(*profile_, vxlan + written), vxlan + wanted);
  EXPECT_EQ(canonical_text(*profile_, "/interfaces/interface[name=Vxlan1]/arista-exp-eos-vxlan:arista-vxlan/config/"
                                      "arista-exp-eos-vxlan:vlan-to-vnis/vlan-to-vni[vlan=040]/vni"),
            vxlan + "vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni");
}

TEST_F(AristaEos, CanonicalisesWhatDevicesSay) {
  const std::pair<const char*, const char*> kPaths[] = {
      {"openconfig:/oc-if:interfaces/interface[name=Ethernet1/1]/config", "/interfaces/interface[name=Ethernet1/1]/config"},
      {"rfc7951:/system/config/hostname", "/system/config/hostname"},
      {"/network-instances/network-instance[name=default]/protocols/protocol[name=BGP][identifier=openconfig-policy-types:BGP]/bgp",
       "/network-instances/network-instance[name=default]/protocols/protocol[identifier=BGP][name=BGP]/bgp"},
      {"eos_native:/Sysdb/a:b", "eos_native:/Sysdb/a:b"},  // no module: an EOS native element may be an IPv6 address
  };
  for (const auto& [written, wanted] : kPaths) EXPECT_EQ(canonical_text(*profile_, written), wanted);
}

TEST_F(AristaEos, TranslatesTheVxlanPathThatExistsNowhere) {
  for (const char* written : {"/arista/eos/arista-exp-eos-vxlan", "/arista/eos/arista-exp-eos-vxlan:arista-vxlan",
                              "/arista/eos/arista-exp-eos-vxlan/arista-vxlan",
                              "/arista/eos/arista-exp-eos-vxlan/arista-exp-eos-vxlan:arista-vxlan"}) {
    const RequestPath request = to_request(*profile_, path(written));
    EXPECT_EQ(model::to_text({"", request.path.elements}), "/interfaces/interface[name=Vxlan1]/arista-vxlan") << written;
    EXPECT_EQ(request.path.origin, "openconfig");
    EXPECT_EQ(request.translated_from, model::to_text(path(written)));
  }
  EXPECT_EQ(model::to_text({"", to_request(*profile_, path("/arista/eos/arista-exp-eos-vxlan/vlan-to-vnis")).path.elements}),
            "/interfaces/interface[name=Vxlan1]/arista-vxlan/vlan-to-vnis");
  EXPECT_EQ(to_request(*profile_, path("/arista/eos/mlag")).translated_from, std::nullopt);
}

TEST(ToRequest, LeavesAnotherOriginAlone) {
  const RequestPath request = to_request(*shipped("arista-eos"), path("eos_native:/Sysdb/interface"));

  EXPECT_EQ(model::to_text(request.path), "eos_native:/Sysdb/interface");
  EXPECT_EQ(request.translated_from, std::nullopt);
}

TEST(ToRequest, WritesWildcardsForTargetsThatNeedThem) {
  const auto profile = shipped("openconfig");

  const RequestPath request = to_request(*profile, path("/network-instances/network-instance/protocols/protocol[name=BGP]/bgp"));

  EXPECT_EQ(model::to_text({"", request.path.elements}),
            "/network-instances/network-instance[name=*]/protocols/protocol[identifier=*][name=BGP]/bgp");
}

TEST(Classify, TellsConfigurationFromTheRest) {
  struct Row {
    const char* path;
    bool is_config, is_key;
  };
  const Row kRows[] = {
      {"/interfaces/interface[name=a]/config/name", true, true},
      {"/interfaces/interface[name=a]/config/description", true, false},
      {"/interfaces/interface[name=a]/name", false, true},
      {"/interfaces/interface[name=a]/state/name", false, false},
      {"/interfaces/interface[name=a]/state/config/odd", false, false},
      {"/interfaces/interface[name=a]/config", false, false},
      {"/interfaces/interface[name=a]/ethernet/config/fec-encoding/disabled", true, false},
      {"/interfaces/interface[name=a]/subinterfaces/subinterface[index=0]/config/name", true, false},
      {"/system/config/hostname", true, false},
      {"/config/name", true, false},
      {"/name", false, false},
      {"eos_native:/Sysdb/config/x", false, false},
      {"/unknown/list[k=1]/config/k", true, true},
  };
  for (const Row& row : kRows) {
    const model::PathFacts facts = classify(path(row.path));
    EXPECT_EQ(facts.is_config, row.is_config) << row.path;
    EXPECT_EQ(facts.is_key, row.is_key) << row.path;
  }
}

TEST(RequestForms, WriteAPathOtherwise) {
  const ProfileLoad load = parse_profile(R"(
schema: drift-monitor/profile/v1
name: x
origin: openconfig
modules: { interfaces: openconfig-interfaces, config: oc-x }
other_forms:
  - { explicit_wildcards: true }
  - { origin: "", module_names: true }
)", "p.yaml");
  ASSERT_THAT(load.errors, IsEmpty());
  const Profile& profile = *load.profile;
  const model::Path request = to_request(profile, path("/interfaces/interface/config")).path;
  const auto written = [&](std::size_t form) {
    model::Path other = in_form(profile, request, form);
    return std::pair(other.origin, model::to_text({"", other.elements}));
  };

  EXPECT_EQ(form_count(profile), 3U);
  EXPECT_EQ(written(0), std::pair(std::string("openconfig"), std::string("/interfaces/interface/config")));
  EXPECT_EQ(written(1), std::pair(std::string("openconfig"), std::string("/interfaces/interface[name=*]/config")));
  EXPECT_EQ(written(2), std::pair(std::string(), std::string("/openconfig-interfaces:interfaces/interface/oc-x:config")));
  EXPECT_EQ(to_text(form_at(profile, 1)), "origin openconfig, keys written out");
  EXPECT_EQ(to_text(form_at(profile, 2)), "no origin, keys left out, module names");
  const model::Path vendor = path("eos_native:/Sysdb/interface");
  EXPECT_EQ(in_form(profile, vendor, 1), vendor) << "the forms are those of OpenConfig's tree";
}

TEST(RequestForms, LeaveWildcardsOutWhereTheFirstWritesThem) {
  const auto profile = shipped("openconfig");
  const model::Path request = to_request(*profile, path("/interfaces/interface[name=*]/subinterfaces/subinterface[index=0]/config")).path;
  std::size_t bare = 0;
  while (form_at(*profile, bare).explicit_wildcards) ++bare;

  EXPECT_EQ(model::to_text({"", in_form(*profile, request, bare).elements}), "/interfaces/interface/subinterfaces/subinterface[index=0]/config");
}

TEST(RequestForms, MistakesAreNamed) {
  const ProfileLoad load = parse_profile(R"(schema: drift-monitor/profile/v1
name: x
origin: openconfig
modules: { a: [] }
other_forms:
  - { origin: openconfig }
  - { module_names: true }
  - { origin: "" }
  - { origin: "", explicit_wildcards: false }
  - { origin: rfc7951, wildcards: true }
)", "p.yaml");

  EXPECT_THAT(load.errors, UnorderedElementsAre(
                               HasSubstr("p.yaml:4:"), HasSubstr("p.yaml:6:5: other_forms: the same form twice (origin openconfig, keys left out)"),
                               HasSubstr("p.yaml:7:5: other_forms: module_names needs 'modules'"),
                               HasSubstr("p.yaml:9:5: other_forms: the same form twice (no origin, keys left out)"),
                               HasSubstr("unknown key 'wildcards'")));
}

TEST(ParseProfile, ReportsEveryMistakeAtOnce) {
  const ProfileLoad load = parse_profile(R"(schema: other
encoding: xml
explicit_wildcard: true
keepalive: soon
config_subscription: maybe
depth: -1
paths:
  - { path: interfaces, mode: on_change }
  - { mode: often, area: nowhere, path: /a }
  - /a
defaults:
  /a[k=1]/b: 1
  /a/b: { c: 1 }
never: /a
lists: { /a/b: strict }
internal: [ { entry: "/a[k=*]", sign: /b, unless: "/c[k=*]" } ]
aliases: [ { from: /a } ]
name: x
name: y
)", "p.yaml");

  EXPECT_EQ(load.profile, nullptr);
  EXPECT_THAT(load.errors, ElementsAre(
      "p.yaml:1:9: schema: expected drift-monitor/profile/v1",
      "p.yaml:2:11: encoding: 'xml' is none of json_ietf, json, proto, bytes, ascii",
      "p.yaml:3:1: unknown key 'explicit_wildcard'; did you mean 'explicit_wildcards'?",
      "p.yaml:4:12: keepalive: 'soon' is not a duration; write it like 500ms, 2s, 5m or 6h",
      "p.yaml:5:22: config_subscription: expected true or false",
      "p.yaml:6:8: depth: '-1' is not a number of levels; 0 means all",
      "p.yaml:8:13: path 'interfaces': a path starts with '/' (character 1)",
      "p.yaml:9:5: mode: 'often' is none of on_change, sample, get, off",
      "p.yaml:9:5: area: 'nowhere' is none of vlans, interfaces, vxlan, bgp, vrfs, evpn, mlag, system, other",
      "p.yaml:10:5: paths: expected a map, found a value",
      "p.yaml:12:3: '/a[k=1]/b': written without keys here",
      "p.yaml:13:9: a default is a value or a list of values",
      "p.yaml:14:8: never: expected a list, found a value",
      "p.yaml:15:16: a list policy is authoritative, at-least or authoritative-if-documented",
      "p.yaml:16:13: internal: 'sign' and 'unless' need exactly one [key=*], 'entry' at least one",
      "p.yaml:17:12: aliases needs 'to'",
      "p.yaml:19:1: 'name' is written twice, first on line 18"));
}

TEST(ParseProfile, AsksForExtensionsOnlyIfItSaysSo) {
  const auto plain = parse_profile("name: mine", "p.yaml").profile;
  const auto asking = parse_profile("name: mine\nconfig_subscription: true\ndepth: 4\n", "p.yaml").profile;

  ASSERT_TRUE(plain && asking);
  EXPECT_FALSE(plain->config_subscription);
  EXPECT_EQ(plain->depth, 0U);
  EXPECT_TRUE(asking->config_subscription);
  EXPECT_EQ(asking->depth, 4U);
}

TEST(LoadProfile, ReadsAFileAndNamesWhatIsMissing) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "dm_profile_test";
  std::filesystem::create_directories(folder);
  const std::string file = folder / "mine.yaml";
  std::ofstream(file) << "name: mine\nkeepalive: 5m\n";

  const ProfileLoad load = load_profile(file);

  ASSERT_NE(load.profile, nullptr);
  EXPECT_EQ(load.profile->name, "mine");
  EXPECT_EQ(load.profile->keepalive, std::chrono::minutes(5));
  EXPECT_THAT(load_profile("./no-such.yaml").errors, ElementsAre("./no-such.yaml: cannot be read"));
  EXPECT_THAT(load_profile("ios").errors,
              ElementsAre("profile 'ios' does not exist; there are arista-eos, junos, nxos, openconfig, sonic, srlinux, or the name of a .yaml file"));
  std::filesystem::remove_all(folder);
}

TEST(SameOnWire, WhatIsJudgedOtherwiseIsAskedAlike) {
  const auto differs_only_in_judging = [](auto change) {
    const Profile before = *shipped("arista-eos");
    Profile after = before;
    change(after);
    EXPECT_FALSE(after == before);
    return is_same_on_wire(before, after) && is_same_on_wire(after, before);
  };

  EXPECT_TRUE(differs_only_in_judging([](Profile& p) { p.defaults.clear(); }));
  EXPECT_TRUE(differs_only_in_judging([](Profile& p) { p.empty_is_absent = false; }));
  EXPECT_TRUE(differs_only_in_judging([](Profile& p) { p.never.push_back(path("/a")); }));
  EXPECT_TRUE(differs_only_in_judging([](Profile& p) { p.never_unexpected.push_back(path("/a")); }));
  EXPECT_TRUE(differs_only_in_judging([](Profile& p) { p.internal.pop_back(); }));
  EXPECT_TRUE(differs_only_in_judging([](Profile& p) { p.lists.clear(); }));

  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.name = "other"; }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.origin.clear(); }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.encoding = "json"; }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.explicit_wildcards = true; }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.other_forms.pop_back(); }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.modules.clear(); }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.keepalive = std::chrono::minutes(5); }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.config_subscription = true; }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.depth = 7; }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.paths.pop_back(); }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.aliases.pop_back(); }));
  EXPECT_FALSE(differs_only_in_judging([](Profile& p) { p.request_aliases.clear(); }));
}

TEST(Words, ReadAsTheyAreWritten) {
  for (const auto mode : {PathMode::OnChange, PathMode::Sample, PathMode::Get, PathMode::Off}) {
    EXPECT_EQ(path_mode_from(to_text(mode)), mode);
  }
  for (const auto policy : {model::ListPolicy::AtLeast, model::ListPolicy::Authoritative,
                            model::ListPolicy::AuthoritativeIfDocumented}) {
    EXPECT_EQ(list_policy_from(to_text(policy)), policy);
  }
  EXPECT_EQ(path_mode_from("poll"), std::nullopt);
}

}  // namespace
}  // namespace dm::schema
