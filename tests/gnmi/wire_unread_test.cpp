// What a device said that cannot be held: the leaf is there all the same, or the place is a gap. And the
// deletes that must never be lost.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gnmi/wire_oracle.h"
#include "model/value.h"

namespace dm::gnmi::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Lines = std::vector<std::string>;
using Kind = model::UnreadKind;

// An EOS switch's reader.
struct Switch {
  core::Limits limits;
  std::shared_ptr<const schema::Profile> profile = schema::load_profile("arista-eos").profile;
  model::PathTable paths{schema::classify};
  model::UpdateBatch batch;
  WireReader reader;

  explicit Switch(const core::Limits& limits_in = {}) : limits(limits_in), reader(*profile, paths, limits) {}

  static void add_path(const std::string& text, ::gnmi::Path& path) {
    const model::Path parsed = *model::parse_path(text);
    for (const auto& element : parsed.elements) {
      auto& elem = *path.add_elem();
      elem.set_name(element.name);
      for (const auto& key : element.keys) (*elem.mutable_key())[key.name] = key.value;
    }
  }
  void read(const ::gnmi::SubscribeResponse& response) {
    ASSERT_TRUE(reader.read(as_bytes(response.SerializeAsString()), batch));
  }
  void say(const std::string& path, const std::string& value) {
    ::gnmi::SubscribeResponse response;
    auto& update = *response.mutable_update()->add_update();
    add_path(path, *update.mutable_path());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(value, update.mutable_val()));
    read(response);
  }
  void remove(const std::vector<std::string>& gone) {
    ::gnmi::SubscribeResponse response;
    for (const auto& path : gone) add_path(path, *response.mutable_update()->add_delete_());
    read(response);
  }
  bool sets_opaque(const std::string& path) const {
    return batch.sets.size() == 1 && paths.text(batch.sets[0].path) == path && model::is_opaque(batch.value(batch.sets[0]));
  }
  Lines gaps() const {
    Lines lines;
    for (const model::Unread& unread : batch.unread) {
      if (unread.gap) lines.push_back(model::to_text(*unread.gap));
    }
    return lines;
  }
  Lines deletes() const {
    Lines lines;
    for (const auto path : batch.exact_deletes) lines.push_back(paths.text(path));
    for (const auto& pattern : batch.pattern_deletes) lines.push_back(model::to_text(pattern));
    return lines;
  }
  std::uint32_t count(Kind kind) const { return batch.unread_counts[static_cast<std::size_t>(kind)]; }
};

constexpr const char* kDescription = "/interfaces/interface[name=Ethernet1]/config/description";
constexpr const char* kVxlan = "/interfaces/interface[name=Vxlan1]/arista-vxlan/";

struct UnreadCase {
  const char* name;
  const char* value;
  Kind kind;
};

TEST(WireUnread, ALeafThatCannotBeReadIsThere) {
  const UnreadCase cases[] = {{"any", R"(any_val: "x")", Kind::Form},
                              {"ascii", R"(ascii_val: "x")", Kind::Form},
                              {"proto", R"(proto_bytes: "x")", Kind::Form},
                              {"json", R"(json_ietf_val: "{")", Kind::Json},
                              {"lists in a list", R"(json_ietf_val: "[[1]]")", Kind::Json},
                              {"leaf-list of lists", "leaflist_val { element { leaflist_val {} } }", Kind::NestedList},
                              {"nothing", "", Kind::NoValue},
                              {"long text", R"(string_val: "more than sixteen bytes")", Kind::ValueBytes},
                              {"long JSON", R"(json_val: "\"more than sixteen bytes\"")", Kind::ValueBytes}};
  for (const UnreadCase& one : cases) {
    Switch device({.value_bytes = 16});

    device.say(kDescription, one.value);

    EXPECT_TRUE(device.sets_opaque(kDescription)) << one.name;
    EXPECT_EQ(device.count(one.kind), 1U) << one.name;
    ASSERT_THAT(device.batch.unread, SizeIs(1)) << one.name;
    EXPECT_EQ(device.paths.text(device.batch.unread[0].leaf), kDescription) << one.name;
    EXPECT_THAT(device.gaps(), IsEmpty()) << one.name;
  }
}

TEST(WireUnread, WhatMayBeAContainerIsAGapAsWell) {
  Switch device;

  device.say("/interfaces/interface[name=Ethernet1]/config", R"(json_ietf_val: "{\"mtu\":")");

  EXPECT_TRUE(device.sets_opaque("/interfaces/interface[name=Ethernet1]/config"));
  EXPECT_THAT(device.gaps(), ElementsAre("/interfaces/interface[name=Ethernet1]/config"));
}

TEST(WireUnread, JsonNestedTooDeepIsAGapThere) {
  Switch device({.json_depth = 3});

  device.say("/interfaces/interface[name=Ethernet1]/config", R"(json_ietf_val: "{\"a\":{\"b\":{\"c\":{\"d\":1}}}}")");

  EXPECT_EQ(device.count(Kind::JsonDepth), 1U);
  EXPECT_THAT(device.gaps(), ElementsAre("/interfaces/interface[name=Ethernet1]/config"));
}

TEST(WireUnread, OneBadMemberOfATreeCostsOnlyItself) {
  Switch device({.value_bytes = 16});

  device.say("/interfaces/interface[name=Ethernet1]/config",
             R"(json_ietf_val: "{\"mtu\":9000,\"description\":\"more than sixteen bytes\"}")");

  ASSERT_THAT(device.batch.sets, SizeIs(2));
  EXPECT_EQ(device.paths.text(device.batch.sets[1].path), kDescription);
  EXPECT_TRUE(model::is_opaque(device.batch.value(device.batch.sets[1])));
  EXPECT_EQ(device.count(Kind::ValueBytes), 1U);
}

TEST(WireUnread, EntriesOfAnUnknownListAreAGapUnderTheCanonicalName) {
  Switch device;

  device.say(std::string(kVxlan) + "config/vlan-to-vnis/vlan-to-vni[vlan=40]", R"(json_val: "{\"odd\":[{\"id\":1}]}")");

  EXPECT_THAT(device.gaps(), ElementsAre(std::string(kVxlan) + "vlan-to-vnis/vlan-to-vni[vlan=40]/config/odd"));
}

TEST(WireUnread, AnUpdateOfManyPlacesIsAGapThere) {
  Switch device;

  device.say("/interfaces/interface[name=*]/config/mtu", "uint_val: 1");

  EXPECT_THAT(device.gaps(), ElementsAre("/interfaces/interface[name=*]/config/mtu"));
}

TEST(WireUnread, APathThatFindsNoRoomInTheTableIsAGap) {
  Switch device({.paths_per_process = 1});

  device.say(kDescription, R"(string_val: "x")");
  device.say("/interfaces/interface[name=Ethernet2]/config/mtu", "uint_val: 1");

  EXPECT_THAT(device.batch.sets, IsEmpty());
  EXPECT_EQ(device.count(Kind::PathsPerProcess), 1U);
  EXPECT_THAT(device.gaps(), ElementsAre("/"));
}

TEST(WireUnread, ADeviceMayBringOnlySoManyNewPaths) {
  Switch device({.paths_per_device = 8});
  device.paths.intern(*model::parse_path("/interfaces/interface[name=Ethernet9]/config/mtu"));  // by another
  device.say(kDescription, R"(string_val: "x")");
  device.say("/interfaces/interface[name=Ethernet2]/config/mtu", "uint_val: 1");
  device.say("/interfaces/interface[name=Ethernet3]/config/mtu", "uint_val: 1");
  EXPECT_THAT(device.batch.unread, IsEmpty());

  device.say("/interfaces/interface[name=Ethernet4]/config/mtu", "uint_val: 1");
  EXPECT_THAT(device.batch.sets, IsEmpty());
  EXPECT_EQ(device.count(Kind::PathsPerDevice), 1U);
  EXPECT_THAT(device.gaps(), ElementsAre("/"));

  device.say("/interfaces/interface[name=Ethernet9]/config/mtu", "uint_val: 1");
  EXPECT_THAT(device.batch.sets, SizeIs(1));
}

TEST(WireUnread, AllReadersOfADeviceBringPathsTogether) {
  Switch device;
  const core::Limits limits{.paths_per_device = 4};
  const auto share = std::make_shared<PathShare>();
  WireReader stream(*device.profile, device.paths, limits, nullptr, share);
  WireReader get(*device.profile, device.paths, limits, nullptr, share);
  const auto said = [](const std::string& path) {
    ::gnmi::SubscribeResponse response;
    auto& update = *response.mutable_update()->add_update();
    Switch::add_path(path, *update.mutable_path());
    update.mutable_val()->set_uint_val(1);
    return response.SerializeAsString();
  };

  ASSERT_TRUE(stream.read(as_bytes(said("/a/b/c/d")), device.batch));
  EXPECT_THAT(device.batch.sets, SizeIs(1));
  ASSERT_TRUE(get.read(as_bytes(said("/a/b/c/e")), device.batch));
  EXPECT_EQ(device.count(Kind::PathsPerDevice), 1U);
}

TEST(WireUnread, ATreeBelowAPathThatFindsNoRoomIsAGap) {
  Switch device({.paths_per_process = 1});

  device.say(kDescription, R"(string_val: "x")");
  device.say("/interfaces/interface[name=Ethernet2]/config", R"(json_val: "{\"mtu\":1}")");

  EXPECT_THAT(device.gaps(), ElementsAre("/"));
}

TEST(WireUnread, APathBeyondALimitIsAGapAtWhatHoldsIt) {
  struct Case {
    core::Limits limits;
    const char* path;
    Kind kind;
    const char* gap;
  };
  const std::string long_name(100, 'n');
  const std::string long_path = "/interfaces/interface[name=" + long_name + "]/config/mtu";
  const Case cases[] = {
      {{.path_depth = 3}, "/interfaces/interface[name=Ethernet1]/config/mtu", Kind::PathDepth,
       "/interfaces/interface[name=Ethernet1]/config"},
      {{.path_bytes = 60}, long_path.c_str(), Kind::PathBytes, "/interfaces"},
      {{.path_keys = 2}, "/interfaces/interface[name=Ethernet1]/x[a=1][b=2]/c", Kind::PathKeys, "/interfaces/interface[name=Ethernet1]"},
      {{.path_keys = 2}, "/interfaces/interface[a=1][b=2][name=Ethernet1]/config/mtu", Kind::PathKeys, "/interfaces"}};
  for (const Case& one : cases) {
    Switch device(one.limits);

    device.say(one.path, "uint_val: 1");

    EXPECT_EQ(device.count(one.kind), 1U) << one.path;
    EXPECT_THAT(device.batch.sets, IsEmpty()) << one.path;
    EXPECT_THAT(device.gaps(), ElementsAre(one.gap)) << one.path;
  }
}

TEST(WireUnread, AsManyKeysAsAllowedAreFine) {
  Switch device({.path_keys = 2});

  device.say("/x[a=1]/y[b=2]/z", "uint_val: 1");

  EXPECT_THAT(device.batch.sets, SizeIs(1));
}

TEST(WireUnread, AMemberTooDeepIsAGapInItsTree) {
  Switch device({.path_depth = 4});

  device.say("/interfaces/interface[name=Ethernet1]/config", R"(json_val: "{\"a\":{\"b\":1}}")");

  EXPECT_EQ(device.count(Kind::PathDepth), 1U);
  EXPECT_THAT(device.gaps(), ElementsAre("/interfaces/interface[name=Ethernet1]/config/a"));
}

TEST(WireUnread, ATreeOfTooManyLeavesLeavesTheRestOpen) {
  Switch device({.leaves_per_device = 2});

  device.say("/interfaces/interface[name=Ethernet1]/config",
             R"(json_val: "{\"mtu\":1,\"description\":\"x\",\"enabled\":true}")");

  EXPECT_THAT(device.batch.sets, SizeIs(1));
  EXPECT_THAT(device.gaps(), ElementsAre("/", "/interfaces/interface[name=Ethernet1]/config"));
}

TEST(WireUnread, ManyGapsBecomeOneEverywhere) {
  Switch device;
  ::gnmi::SubscribeResponse response;
  for (int i = 0; i < 100; ++i) {
    auto& update = *response.mutable_update()->add_update();
    Switch::add_path(fmt::format("/a{}/b[c=*]", i), *update.mutable_path());
    update.mutable_val()->set_uint_val(1);
  }

  device.read(response);

  EXPECT_EQ(device.count(Kind::Place), 100U);
  EXPECT_THAT(device.batch.unread, SizeIs(model::UpdateBatch::kMostUnread));
  EXPECT_THAT(device.gaps(), Contains("/"));
}

TEST(WireUnread, ForgetsThemWithTheNextMessage) {
  Switch device;
  device.say(kDescription, R"(ascii_val: "x")");

  device.say(kDescription, R"(string_val: "x")");

  EXPECT_THAT(device.batch.unread, IsEmpty());
  EXPECT_THAT(device.batch.unread_counts, Each(0U));
}

TEST(WireUnread, EveryKindHasATextAndLimitsTellTheirName) {
  Lines limits;
  for (std::size_t i = 0; i < model::kUnreadKinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    EXPECT_FALSE(model::to_text(kind).empty());
    if (model::limit_name(kind).empty()) continue;
    EXPECT_NE(model::to_text(kind).find("limits." + std::string(model::limit_name(kind))), std::string::npos) << i;
    limits.emplace_back(model::limit_name(kind));
  }
  EXPECT_THAT(limits, ElementsAre("path_depth", "json_depth", "path_bytes", "path_keys", "value_bytes", "leaves_per_device",
                                  "bytes_per_device", "paths_per_device", "paths_per_process", "deletes_per_message",
                                  "delete_patterns_per_message"));
}

// --- Deletes

TEST(WireUnread, SaysWhenAMessageDeletesTooMuch) {
  Switch device({.deletes_per_message = 2, .delete_patterns_per_message = 1});

  device.remove({"/a", "/b"});
  EXPECT_FALSE(device.batch.deletes_lost);
  device.remove({"/a", "/b", "/c"});
  EXPECT_TRUE(device.batch.deletes_lost);
  EXPECT_EQ(device.count(Kind::DeletesPerMessage), 1U);
  device.remove({"/x[k=*]"});
  EXPECT_FALSE(device.batch.deletes_lost);
  device.remove({"/x[k=*]", "/y[k=*]"});
  EXPECT_TRUE(device.batch.deletes_lost);
  EXPECT_EQ(device.count(Kind::DeletePatternsPerMessage), 1U);
}

TEST(WireUnread, CountsJsonNullsAsDeletes) {
  Switch device({.deletes_per_message = 1});

  device.say("/interfaces/interface[name=Ethernet1]/config", R"(json_val: "{\"mtu\":null,\"description\":null}")");

  EXPECT_TRUE(device.batch.deletes_lost);
}

TEST(WireUnread, ADeleteThatCouldNotEvenBeLookedUpIsLost) {
  Switch device({.leaves_per_device = 1});

  device.remove({"/a", "/b"});

  EXPECT_TRUE(device.batch.deletes_lost);
}

struct AliasCase {
  const char* deleted;
  Lines reached;
};

TEST(WireUnread, ADeleteAboveAnOlderFormReachesTheEntriesHeldElsewhere) {
  const AliasCase cases[] = {
      {"config", {"vlan-to-vnis/vlan-to-vni[vlan=*]/config", "vrf-to-vnis/vrf-to-vni[vrf=*]/config",
                  "flood-vteps/flood-vtep[vtep-ip=*]/config"}},
      {"state", {"vlan-to-vnis/vlan-to-vni[vlan=*]/state", "vrf-to-vnis/vrf-to-vni[vrf=*]/state"}},
      {"state/vlan-to-vnis", {"vlan-to-vnis/vlan-to-vni[vlan=*]/state"}},
      {"config/vlan-to-vnis", {"vlan-to-vnis/vlan-to-vni[vlan=*]/config"}},
      {"config/vlan-to-vni-map", {"vlan-to-vnis/vlan-to-vni[vlan=*]/config"}},
      {"config/vlan-flood-vteps/vlan-flood-vtep[vlan-id=40]", {"vlan-flood-vteps/vlan-flood-vtep[vlan-id=40]"}}};
  for (const AliasCase& one : cases) {
    Switch device;
    device.say(std::string(kVxlan) + "config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni", "uint_val: 110040");

    for (const char* round : {"first", "from the memo"}) {
      device.remove({std::string(kVxlan) + one.deleted});

      for (const auto& reached : one.reached) {
        EXPECT_THAT(device.deletes(), Contains(kVxlan + reached)) << one.deleted << ", " << round;
      }
    }
  }
}

TEST(WireUnread, AnAtomicContainerOfAnOlderFormIsAllThereIsElsewhereToo) {
  Switch device;
  device.say(std::string(kVxlan) + "config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni", "uint_val: 110040");
  ::gnmi::SubscribeResponse response;
  Switch::add_path(std::string(kVxlan) + "config", *response.mutable_update()->mutable_prefix());
  response.mutable_update()->set_atomic(true);

  device.read(response);

  EXPECT_THAT(device.deletes(), Contains(std::string(kVxlan) + "vlan-to-vnis/vlan-to-vni[vlan=*]/config"));
}

// In today's form the lists are beside `config`, and its delete does not mean them.
TEST(WireUnread, ADeviceThatSpellsAsTodayDeletesWhatItNames) {
  Switch device;
  device.say(std::string(kVxlan) + "vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni", "uint_val: 110040");

  device.remove({std::string(kVxlan) + "config"});

  EXPECT_THAT(device.deletes(), ElementsAre(std::string(kVxlan) + "config"));
}

TEST(WireUnread, ADeviceMaySpellAnewAfterAnUpgrade) {
  Switch device;
  device.say(std::string(kVxlan) + "config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni", "uint_val: 110040");
  device.reader.begin_stream();

  device.remove({std::string(kVxlan) + "config"});

  EXPECT_THAT(device.deletes(), ElementsAre(std::string(kVxlan) + "config"));
}

}  // namespace
}  // namespace dm::gnmi::testing
