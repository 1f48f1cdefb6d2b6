#include "intent/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/fabric_intent.h"

namespace dm::intent {
namespace {

using model::DeviceIntent;
using model::ListPolicy;
using testing::ElementsAre;

model::Path path(const std::string& text) { return *model::parse_path(text); }

DeviceIntent intent(const std::string& source,
                    const std::vector<std::pair<std::string, model::Value>>& leaves,
                    const std::vector<std::string>& entries = {},
                    const std::vector<std::string>& unmanaged = {}) {
  DeviceIntent device;
  device.device = "leaf1";
  for (const auto& [text, value] : leaves)
    device.leaves.push_back({path(text), model::Rule::Equal, {value}, {source, "", ""}});
  for (const auto& text : entries) device.entries.push_back({path(text), {source, "", ""}});
  for (const auto& text : unmanaged) device.unmanaged.push_back(path(text));
  return device;
}

Loaded loaded(const std::vector<std::pair<std::string, DeviceIntent>>& devices) {
  Loaded made;
  for (auto [name, device] : devices) {
    device.device = name;
    made.devices.push_back(std::make_shared<const DeviceIntent>(std::move(device)));
  }
  return made;
}

std::vector<std::string> leaves_of(const DeviceIntent& device) {
  std::vector<std::string> texts;
  for (const auto& leaf : device.leaves) {
    texts.push_back(leaf.path.text() + "=" + model::to_json(leaf.desired()) + " " +
                    leaf.from.source.str());
  }
  return texts;
}
std::vector<std::string> entries_of(const DeviceIntent& device) {
  std::vector<std::string> texts;
  for (const auto& entry : device.entries)
    texts.push_back(entry.path.text() + " " + entry.from.source.str());
  return texts;
}

TEST(Merge, TheLaterSourceWinsLeafByLeafAndEntryByEntry) {
  const DeviceIntent merged =
      merge(intent("netbox", {{"/a/x", 1}, {"/a/y", 2}}, {"/l[k=1]", "/l[k=2]"}),
            intent("file", {{"/a/y", 3}, {"/a/z", 4}}, {"/l[k=2]", "/l[k=3]"}));
  EXPECT_THAT(leaves_of(merged), ElementsAre("/a/x=1 netbox", "/a/y=3 file", "/a/z=4 file"));
  EXPECT_THAT(entries_of(merged), ElementsAre("/l[k=1] netbox", "/l[k=2] file", "/l[k=3] file"));
}

TEST(Merge, UnmanagedByTheLaterSourceTakesOutTheEarlierOnes) {
  const DeviceIntent merged =
      merge(intent("netbox", {{"/l[k=1]/x", 1}, {"/l[k=2]/x", 2}}, {"/l[k=1]", "/l[k=2]"}),
            intent("file", {}, {}, {"/l[k=1]"}));
  EXPECT_THAT(leaves_of(merged), ElementsAre("/l[k=2]/x=2 netbox"));
  EXPECT_THAT(entries_of(merged), ElementsAre("/l[k=2] netbox"));
  EXPECT_EQ(merged.unmanaged.size(), 1U);
}

TEST(Merge, WhatTheLaterSourceNamesIsManagedAgain) {
  const DeviceIntent merged = merge(intent("netbox", {}, {}, {"/l[k=1]", "/l[k=2]", "/l[k=3]"}),
                                    intent("file", {{"/l[k=2]/x", 1}}, {"/l[k=1]"}));
  ASSERT_EQ(merged.unmanaged.size(), 1U);
  EXPECT_EQ(model::to_text(merged.unmanaged[0]), "/l[k=3]");
}

TEST(Merge, ListsOfTheLaterSourceWinAndFilledOnesAreNoLongerUnfilled) {
  DeviceIntent earlier = intent("netbox", {});
  earlier.not_compared = {{"/l", "why"}, {"/m", "why"}};
  DeviceIntent later = intent("file", {}, {"/l[k=1]"});
  later.lists = {{"/l", ListPolicy::Authoritative}};
  const DeviceIntent merged = merge(earlier, later);
  EXPECT_THAT(merged.not_compared, ElementsAre(testing::Pair("/m", "why")));
  EXPECT_EQ(merged.lists.at("/l"), ListPolicy::Authoritative);
}

TEST(Merge, KeepsDevicesThatOnlyOneSourceKnows) {
  const Loaded netbox = loaded({{"leaf1", intent("netbox", {{"/a", 1}})}});
  const Loaded files = loaded(
      {{"leaf1", intent("file", {{"/a", 2}})}, {"leaf2", intent("file", {{"/a", 3}})}});
  const auto merged = merge({&netbox, &files});
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_THAT(leaves_of(*merged.at("leaf1")), ElementsAre("/a=2 file"));
  EXPECT_THAT(leaves_of(*merged.at("leaf2")), ElementsAre("/a=3 file"));
  EXPECT_EQ(merged.at("leaf2"), files.devices[1]) << "not a copy";
}

TEST(Merge, UnchangedDevicesKeepTheirObject) {
  const Loaded earlier =
      loaded({{"leaf1", intent("netbox", {{"/a", 1}})}, {"leaf2", intent("netbox", {{"/a", 2}})}});
  Loaded next = loaded({{"leaf0", intent("netbox", {{"/a", 1}})},
                        {"leaf1", intent("netbox", {{"/a", 1}})},
                        {"leaf2", intent("netbox", {{"/a", 3}})}});

  keep_unchanged(earlier, next);

  EXPECT_EQ(next.devices[1], earlier.devices[0]);
  EXPECT_NE(next.devices[2], earlier.devices[1]);
  EXPECT_THAT(leaves_of(*next.devices[2]), ElementsAre("/a=3 netbox"));
  EXPECT_EQ(next.devices[0]->device, "leaf0");
}

TEST(Merge, SameContentIncludesProvenance) {
  EXPECT_TRUE(is_same(intent("netbox", {{"/a", 1}}, {"/l[k=1]"}),
                      intent("netbox", {{"/a", 1}}, {"/l[k=1]"})));
  EXPECT_FALSE(is_same(intent("netbox", {{"/a", 1}}), intent("netbox", {{"/a", 2}})));
  EXPECT_FALSE(is_same(intent("netbox", {{"/a", 1}}), intent("file", {{"/a", 1}})));
  EXPECT_FALSE(is_same(intent("netbox", {}, {"/l[k=1]"}), intent("netbox", {})));
  EXPECT_FALSE(is_same(intent("netbox", {}, {}, {"/a"}), intent("netbox", {})));
}

}  // namespace
}  // namespace dm::intent
