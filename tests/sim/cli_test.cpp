#include "sim/cli.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/fabric_fixture.h"

namespace dm::sim {
namespace {

constexpr std::int64_t kNow = 1'795'140'000'123'456'789;

DeviceModel device(const std::string& name) {
  const LabDevice* lab = shared_lab().device(name);
  EXPECT_NE(lab, nullptr) << name;
  return DeviceModel(lab == nullptr ? std::vector<LeafValue>() : lab->leaves, kNow);
}

// The leaves of a switch as text, without those that `is_left_out` names.
std::map<std::string, model::Value> leaves(const DeviceModel& model) {
  std::map<std::string, model::Value> out;
  for (const auto& [path, held] : model.leaves()) out[path] = held.leaf.value;
  return out;
}

std::set<std::string> spoken(const std::vector<Message>& messages) {
  std::set<std::string> lines;
  for (const Message& message : messages) {
    for (const model::Path& path : message.deletes) lines.insert("- " + model::to_text(path));
    for (const LeafValue& leaf : message.updates) {
      lines.insert("+ " + model::to_text(leaf.path) + " " + leaf.type + " " + model::to_json(leaf.value));
    }
  }
  return lines;
}

const Change& change(const std::string& id) {
  const Change* found = shared_lab().change(id);
  EXPECT_NE(found, nullptr) << id;
  static const Change kNone;
  return found == nullptr ? kNone : *found;
}

class CliSaysWhatTheChangeSays : public testing::TestWithParam<std::string> {};

TEST_P(CliSaysWhatTheChangeSays, LeafForLeaf) {
  const Change& scripted = change(GetParam());

  const auto typed = translate_cli(device(scripted.device), scripted.cli, kNow);

  ASSERT_TRUE(typed) << typed.error().message;
  EXPECT_EQ(spoken({*typed}), spoken(scripted.messages));
}

// Left out: changes whose lines are told in words, or whose messages show another manner of the same end.
INSTANTIATE_TEST_SUITE_P(
    Scripted, CliSaysWhatTheChangeSays,
    testing::Values("desc-change", "desc-removed", "mtu-routed", "mtu-svi", "trunk-add-vlan", "trunk-to-access",
                    "native-vlan", "join-lag", "mlag-id", "desc-trailing-space", "load-interval", "vlan-rename",
                    "vlan-added", "vlan-removed-entry", "vlan-suspended", "vlan1-rename", "vni-changed",
                    "vni-removed", "vni-added", "vrf-vni-changed", "vrf-vni-removed", "vtep-source",
                    "svi-ip-changed", "svi-prefix-length", "loopback-ip-changed", "secondary-ip",
                    "ip-removed-container", "nbr-removed", "nbr-added", "nbr-remote-as", "nbr-shutdown",
                    "nbr-description", "router-id", "group-remote-as", "vrf-removed", "rd-changed", "hostname"),
    [](const auto& scripted) {
      std::string name = scripted.param;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

class CliLeadsWhereTheChangeLeads : public testing::TestWithParam<std::string> {};

TEST_P(CliLeadsWhereTheChangeLeads, ConfigurationForConfiguration) {
  const Change& scripted = change(GetParam());
  DeviceModel by_change = device(scripted.device);
  for (const Message& message : scripted.messages) by_change.apply(message, kNow);
  DeviceModel by_cli = device(scripted.device);

  const auto typed = translate_cli(by_cli, scripted.cli, kNow);
  ASSERT_TRUE(typed) << typed.error().message;
  by_cli.apply(*typed, kNow);

  const auto without_state = [](std::map<std::string, model::Value> all) {
    std::erase_if(all, [](const auto& leaf) { return leaf.first.find("/state/") != std::string::npos; });
    return all;
  };
  EXPECT_EQ(without_state(leaves(by_cli)), without_state(leaves(by_change)));
}

INSTANTIATE_TEST_SUITE_P(Scripted, CliLeadsWhereTheChangeLeads,
                         testing::Values("shutdown", "leave-lag", "new-loopback", "vlan-removed-container",
                                         "vlan-removed-leafwise", "vlan-replace-renamed", "nbr-shutdown-lean",
                                         "flap-200ms", "twin-split"),
                         [](const auto& scripted) {
                           std::string name = scripted.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(SimCli, ALineThatIsNotUnderstoodIsNamedAndNothingIsSaid) {
  const DeviceModel leaf1 = device("leaf1");
  for (const std::vector<std::string>& lines : std::vector<std::vector<std::string>>{
           {"vlan 40", "name prod", "fly away"},
           {"vlan 40", "name prod", "vlan 5000"},
           {"interface Ethernet1", "description ok", "mtu many"},
           {"interface Ethernet1", "ip address 10.0.0.1", "no shutdown"},
           {"interface Ethernet77"},
           {"router bgp 65099"},
           {"router bgp 65001", "neighbor 10.0.1.0 remote-as none"},
           {"interface Vxlan1", "vxlan vlan 40 vni 99999999"},
           {"switchport mode access"}}) {
    const auto typed = translate_cli(leaf1, lines, kNow);
    ASSERT_FALSE(typed) << lines.back();
    EXPECT_TRUE(typed.error().message.starts_with("% ")) << typed.error().message;
  }
}

TEST(SimCli, WhatIsAlreadySoIsNotSaidAgain) {
  const auto typed = translate_cli(device("leaf1"), {"interface Ethernet1", "description host1", "no shutdown"}, kNow);

  ASSERT_TRUE(typed);
  EXPECT_EQ(*typed, Message{});
}

TEST(SimCli, AnEntryMadeAndUnmadeInOneSessionLeavesNoTrace) {
  const auto typed = translate_cli(device("leaf2"), {"vlan 50", "name x", "no vlan 50"}, kNow);

  ASSERT_TRUE(typed);
  EXPECT_EQ(*typed, Message{});
}

TEST(SimCli, UndoingALineLeadsBack) {
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> pairs{
      {{"interface Ethernet3", "shutdown"}, {"interface Ethernet3", "no shutdown"}},
      {{"vlan 60", "name y"}, {"no vlan 60"}},
      {{"router bgp 65000", "neighbor 10.0.1.1 shutdown"}, {"router bgp 65000", "no neighbor 10.0.1.1 shutdown"}},
      {{"interface Ethernet1", "description z"}, {"interface Ethernet1", "description leaf1"}},
  };
  for (const auto& [lines, undo] : pairs) {
    const DeviceModel pristine = device("spine1");
    DeviceModel model = pristine;
    for (const auto* step : {&lines, &undo}) {
      const auto typed = translate_cli(model, *step, kNow);
      ASSERT_TRUE(typed) << typed.error().message;
      model.apply(*typed, kNow);
    }
    auto before = leaves(pristine);
    auto after = leaves(model);
    const auto is_consequence = [](const auto& leaf) {
      return leaf.first.ends_with("/session-state") || leaf.first.ends_with("/last-change");
    };
    std::erase_if(before, is_consequence);
    std::erase_if(after, is_consequence);
    EXPECT_EQ(before, after) << lines.back();
  }
}

TEST(SimCli, TrunkListsAreReadAndWrittenAsRanges) {
  const auto typed = translate_cli(device("leaf1"), {"interface Port-Channel1", "switchport trunk allowed vlan 10-12,40"}, kNow);

  ASSERT_TRUE(typed);
  ASSERT_EQ(typed->updates.size(), 1U);
  EXPECT_EQ(typed->updates[0].value, model::Value(model::ValueList{"10..12", std::uint64_t{40}}));
}

TEST(SimCli, LinesAreSplitAtNewlinesAndSemicolons) {
  EXPECT_EQ(cli_lines("vlan 50; name x \r\n\n end"), (std::vector<std::string>{"vlan 50", "name x ", "end"}));
}

}  // namespace
}  // namespace dm::sim
