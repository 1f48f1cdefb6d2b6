#include "app/device_specs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dm::app {
namespace {

config::Settings settings_with_path(const char* text, std::optional<schema::PathMode> mode = std::nullopt) {
  config::Settings settings;
  settings.gnmi.paths.push_back({*model::parse_path(text), text, mode});
  return settings;
}

DeviceSpecs specs_of(const config::Settings& settings, std::vector<model::InventoryDevice> inventory) {
  Profiles profiles = load_profiles(settings);
  EXPECT_TRUE(profiles.errors.empty());
  return make_device_specs(settings, profiles.by_name, inventory);
}

const fleet::PathStatus* path_of(const fleet::DeviceSpec& spec, const std::string& path) {
  const auto found = std::find_if(spec.paths->begin(), spec.paths->end(), [&](const auto& p) { return p.path == path; });
  return found == spec.paths->end() ? nullptr : &*found;
}

const std::vector<model::InventoryDevice> kLeafs{{.name = "leaf1", .address = "192.0.2.1"}, {.name = "leaf2", .address = "192.0.2.2"}};

TEST(DeviceSpecs, ThePathThatExistsOnNoEosIsTranslatedAndSaidOnce) {
  const DeviceSpecs made = specs_of(settings_with_path("/arista/eos/arista-exp-eos-vxlan"), kLeafs);

  ASSERT_EQ(made.specs.size(), 2U);
  const fleet::PathStatus* vxlan = path_of(made.specs[0], "/interfaces/interface[name=Vxlan1]/arista-vxlan");
  ASSERT_NE(vxlan, nullptr);
  EXPECT_EQ(vxlan->mode, "on_change");
  EXPECT_EQ(vxlan->reason, "translated from /arista/eos/arista-exp-eos-vxlan");
  EXPECT_EQ(made.notes, std::set<std::string>{"gnmi.paths: /arista/eos/arista-exp-eos-vxlan exists on no device of profile "
                                              "arista-eos; /interfaces/interface[name=Vxlan1]/arista-vxlan is subscribed instead"});
}

TEST(DeviceSpecs, APathCanBeSwitchedOff) {
  const DeviceSpecs made = specs_of(settings_with_path("/system/config/hostname", schema::PathMode::Off), kLeafs);

  EXPECT_EQ(path_of(made.specs[0], "/system/config/hostname")->mode, "off");
  EXPECT_FALSE(made.specs[0].monitor.areas->contains("system"));
}

TEST(DeviceSpecs, ConfigurationAddsToAndOverridesTheInventory) {
  config::Settings settings;
  config::Device known{.name = "leaf1", .address = "127.0.0.1:7001", .labels = {{"rack", "7"}}, .gnmi = settings.gnmi};
  config::Device added{.name = "lab1", .address = "[2001:db8::1]", .labels = {}, .gnmi = settings.gnmi};
  settings.inventory.devices = {known, added};
  const DeviceSpecs made = specs_of(settings, {{.name = "leaf1", .address = "192.0.2.1", .labels = {{"role", "leaf"}}, .source = "netbox"},
                                               {.name = "leaf9", .address = "", .source = "netbox"}});

  ASSERT_EQ(made.specs.size(), 2U);
  EXPECT_EQ(made.specs[0].name, "lab1");
  EXPECT_EQ(made.specs[0].session.transport.host, "2001:db8::1");
  EXPECT_EQ(made.specs[0].source, "config");
  EXPECT_EQ(made.specs[1].session.transport.port, 7001);
  EXPECT_EQ(made.specs[1].labels, (std::map<std::string, std::string>{{"rack", "7"}, {"role", "leaf"}}));
  ASSERT_EQ(made.problems.size(), 1U);
  EXPECT_TRUE(made.problems.at("leaf9").starts_with("no address"));
}

TEST(DeviceSpecs, NothingOfAStagedDeviceIsGraverThanInfo) {
  config::Settings settings;
  settings.compare.severity.push_back({{}, *model::parse_path("/network-instances"), model::Severity::Critical});
  const DeviceSpecs made = specs_of(settings, {{.name = "leaf1", .address = "192.0.2.1", .labels = {}, .source = "netbox", .is_staged = true},
                                               {.name = "leaf2", .address = "192.0.2.2"}});

  const auto& staged = made.specs[0].monitor.rules.severity;
  ASSERT_EQ(staged.size(), 2U);
  EXPECT_EQ(staged[0], (compare::SeverityOf{1, model::Path(), model::Severity::Info}));
  EXPECT_EQ(made.specs[1].monitor.rules.severity.size(), 1U);
}

TEST(DeviceSpecs, APathOfModeGetIsReadAndJudged) {
  config::Settings settings;
  settings.gnmi.get_interval = std::chrono::seconds(5);
  const DeviceSpecs made = specs_of(settings, kLeafs);
  const fleet::DeviceSpec& spec = made.specs[0];

  EXPECT_EQ(path_of(spec, "/arista/eos/mlag")->reason, "read by Get, every gnmi.get_interval");
  EXPECT_TRUE(spec.monitor.areas->contains("mlag"));
  ASSERT_EQ(spec.monitor.reads->size(), 2U);
  EXPECT_EQ(model::to_text(spec.monitor.reads->front()), "/arista/eos/mlag");
  EXPECT_EQ(spec.session.subscription->get_requests.front().origin, "openconfig");
  EXPECT_EQ(spec.session.get_interval, std::chrono::seconds(5));
}

TEST(DeviceSpecs, WhatIsSubscribedIsNotReadAsWell) {
  const DeviceSpecs made = specs_of(settings_with_path("/system", schema::PathMode::Get), kLeafs);
  const fleet::DeviceSpec& spec = made.specs[0];

  EXPECT_EQ(path_of(spec, "/system")->reason, "not read: /system/config/hostname is subscribed");
  EXPECT_EQ(spec.monitor.reads->size(), 2U);
  EXPECT_EQ(spec.session.subscription->get_requests.size(), 2U);
}

TEST(DeviceSpecs, RulesAreForTheDevicesTheyName) {
  config::Settings settings;
  const auto path = *model::parse_path("/interfaces/**");
  settings.compare.ignore = {{.devices = {.device = "spine*"}, .path = path},
                             {.devices = {.labels = {{"role", "le*"}, {"site", "dc1"}}}, .path = path}};
  settings.compare.severity = {{.devices = {.labels = {{"role", "spine"}}}, .path = path, .severity = model::Severity::Critical}};
  settings.compare.lists = {{.devices = {.labels = {{"site", "dc2"}}}, .path = "/l", .policy = model::ListPolicy::AtLeast},
                            {.devices = {}, .path = "/l", .policy = model::ListPolicy::Authoritative}};
  const auto device = [](std::string name, std::string role, std::string site) {
    return model::InventoryDevice{.name = std::move(name), .address = "192.0.2.1", .labels = {{"role", std::move(role)}, {"site", std::move(site)}}};
  };
  const DeviceSpecs made = specs_of(settings, {device("leaf1", "leaf", "dc1"), device("leaf2", "leaf", "dc2"), device("spine1", "spine", "dc1")});

  ASSERT_EQ(made.specs.size(), 3U);
  const auto& leaf1 = made.specs[0].monitor.rules;
  const auto& leaf2 = made.specs[1].monitor.rules;
  const auto& spine1 = made.specs[2].monitor.rules;
  ASSERT_EQ(leaf1.ignore.size(), 1U);
  EXPECT_EQ(leaf1.ignore[0].rule, 1U);
  EXPECT_TRUE(leaf2.ignore.empty());
  ASSERT_EQ(spine1.ignore.size(), 1U);
  EXPECT_EQ(spine1.ignore[0].rule, 0U);
  EXPECT_TRUE(leaf1.severity.empty());
  EXPECT_EQ(spine1.severity.size(), 1U);
  EXPECT_EQ(leaf1.lists.at("/l"), model::ListPolicy::Authoritative);
  EXPECT_EQ(leaf2.lists.at("/l"), model::ListPolicy::AtLeast) << "the first rule that matches counts";
}

TEST(LoadProfiles, OneThatSaysWhatItSaidBeforeIsTheSameObject) {
  const config::Settings settings;
  const Profiles before = load_profiles(settings);

  EXPECT_EQ(load_profiles(settings, before.by_name).by_name, before.by_name);
  Profiles edited = before;
  auto other = std::make_shared<schema::Profile>(*edited.by_name.at("arista-eos"));
  other->depth = 7;
  edited.by_name["arista-eos"] = other;
  EXPECT_NE(load_profiles(settings, edited.by_name).by_name.at("arista-eos"), other);
}

TEST(DeviceSpecs, TwoProfilesOfOneNameAreKeptApart) {
  config::Settings settings;
  Profiles profiles = load_profiles(settings);
  auto smaller = std::make_shared<schema::Profile>(*profiles.by_name.at("arista-eos"));
  smaller->paths.resize(1);
  profiles.by_name["./edited.yaml"] = smaller;
  config::Device device{.name = "leaf1", .address = "192.0.2.1", .labels = {}, .gnmi = settings.gnmi};
  device.gnmi.profile = "./edited.yaml";
  settings.inventory.devices = {device};

  const DeviceSpecs made = make_device_specs(settings, profiles.by_name, kLeafs);

  ASSERT_EQ(made.specs.size(), 2U);
  EXPECT_EQ(made.specs[0].session.subscription->paths.size(), 1U);
  EXPECT_GT(made.specs[1].session.subscription->paths.size(), 1U);
}

}  // namespace
}  // namespace dm::app
