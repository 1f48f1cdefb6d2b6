// Intent that is kept up to date by the change log and by hints equals intent that is read whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/merge.h"
#include "intent/netbox/netbox_source.h"
#include "intent/netbox_random_changes.h"
#include "intent/netbox_world.h"

namespace dm::intent::netbox {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// A source that reads a world, and the world.
struct Live {
  World world;
  core::FakeClock clock;
  WorldReader* reader = nullptr;  // the source's
  std::unique_ptr<NetBoxSource> source;
  MappingOptions mapping;

  explicit Live(bool has_change_log = true, const config::NetBoxMapping& names = {}) {
    auto own = std::make_unique<WorldReader>(world);
    reader = own.get();
    reader->has_change_log = has_change_log;
    mapping.base_url = own->base_url();
    mapping.names = names;
    NetBoxSource::Options options;
    options.reader = std::move(own);
    options.mapping = mapping;
    options.scope = "world";
    options.clock = &clock;
    source = std::make_unique<NetBoxSource>(std::move(options));
  }

  Loaded load(LoadRequest request = {}) {
    auto loaded = source->load(request);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? std::move(*loaded) : Loaded{};
  }
  // One change, seen at once.
  void change(const std::function<std::vector<LoggedChange>()>& change) { world.commit(world.begin(change)); }
  Loaded whole() const { return map_tables(world.rendered(), mapping); }
};

void expect_equal(const Loaded& kept, const Loaded& whole, const std::string& what) {
  ASSERT_EQ(kept.devices.size(), whole.devices.size()) << what;
  for (std::size_t i = 0; i < whole.devices.size(); ++i) {
    EXPECT_TRUE(is_same(*kept.devices[i], *whole.devices[i])) << what << ": " << whole.devices[i]->device;
  }
  EXPECT_EQ(kept.inventory, whole.inventory) << what;
  EXPECT_EQ(kept.suspended, whole.suspended) << what;
  EXPECT_EQ(kept.findings, whole.findings) << what;
}

// Settings that look at other objects than the usual ones, in every combination.
config::NetBoxMapping names_for(std::uint64_t seed) {
  config::NetBoxMapping names;
  if (seed % 4 == 0) names.vlans_may_exist = config::VlansMayExist::Site;
  if (seed % 3 == 0) names.asn_sources = {config::AsnSource::Field, config::AsnSource::Site};
  if (seed % 3 == 1) names.asn_sources = {config::AsnSource::Site};
  if (seed % 5 == 0) names.group_policies = config::PoliciesAt::Neighbor;
  return names;
}

TEST(NetBoxLive, AThousandRandomSequencesOfChangesGiveWhatAFullReadingGives) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    std::mt19937_64 random(seed);
    const auto chance = [&random](int percent) { return static_cast<int>(random() % 100) < percent; };
    Live live(true, names_for(seed));
    RandomChanges changes(live.world, random);
    std::vector<World::Transaction> open;  // their ids are taken, their changes are not seen
    (void)live.load();

    for (int step = 0; step < 20; ++step) {
      open.push_back(live.world.begin(changes.next()));
      LoadRequest request;
      while (!open.empty() && chance(60)) {
        const std::size_t which = random() % open.size();  // out of order
        const auto transaction = std::move(open[which]);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
        if (chance(10)) continue;  // rolled back: its ids stay empty
        for (const LoggedChange& logged : live.world.commit(transaction)) {
          if (chance(50)) continue;  // this webhook never came
          request.hints.push_back({logged.type, logged.id, "r"});
          if (chance(20)) request.hints.push_back(request.hints.back());  // this one twice
        }
      }
      if (chance(10)) request.hints.push_back({"dcim.interface", 100 + random() % 40, "rolled back"});
      if (chance(10)) live.reader->failures = 1;
      live.clock.advance(std::chrono::seconds(30));
      if (chance(50)) (void)live.source->load(request);
    }
    for (auto& transaction : open) (void)live.world.commit(std::move(transaction));
    live.reader->failures = 0;

    expect_equal(live.load(), live.whole(), "seed " + std::to_string(seed));
    EXPECT_EQ(live.reader->full_reads, 1);
    if (HasFailure()) return;
  }
}

TEST(NetBoxLive, AChangeOfOneVlanReadsItAloneAndMapsItsDevicesAlone) {
  Live live;
  VlanRow& vlan = live.world.tables.vlans[0];
  vlan.vid = 900;  // no SVI has this number
  const Loaded before = live.load();
  const int reads = live.reader->reads;
  InterfaceRow& port = live.world.tables.interfaces[0];
  live.change([&] {
    port.mode = "access";
    port.untagged_vlan = World::only(1);
    return std::vector<LoggedChange>{{"dcim.interface", port.id}};
  });
  const Loaded with_port = live.load();
  live.change([&] {
    vlan.status = "reserved";
    return std::vector<LoggedChange>{{"ipam.vlan", 1}};
  });
  const Loaded after = live.load();

  EXPECT_EQ(live.reader->reads - reads, 2);
  EXPECT_EQ(live.reader->full_reads, 1);
  EXPECT_NE(after.devices[0], with_port.devices[0]);
  std::size_t kept = 0;
  for (std::size_t i = 1; i < after.devices.size(); ++i) kept += after.devices[i] == before.devices[i] ? 1 : 0;
  EXPECT_EQ(kept, 3U);
  expect_equal(after, live.whole(), "after");
}

TEST(NetBoxLive, AChangeOfADeviceReadsItAlone) {
  Live live;
  (void)live.load();
  live.reader->needs.clear();
  DeviceRow& device = live.world.tables.devices[1];
  live.change([&] {
    device.name = "renamed";
    return std::vector<LoggedChange>{{"dcim.device", device.id}};
  });
  expect_equal(live.load(), live.whole(), "renamed");
  Need wanted;
  wanted.objects[ObjectKind::Device] = {device.id};
  EXPECT_THAT(live.reader->needs, testing::ElementsAre(wanted));

  live.change([&] {
    device.role = World::only(3);  // outside of the inventory's filter
    return std::vector<LoggedChange>{{"dcim.device", device.id}};
  });
  const Loaded without = live.load();
  EXPECT_EQ(without.devices.size(), 3U);
  expect_equal(without, live.whole(), "outside");

  live.reader->needs.clear();
  live.change([&] {
    device.role = World::only(1);
    return std::vector<LoggedChange>{{"dcim.device", device.id}};
  });
  expect_equal(live.load(), live.whole(), "back");  // with its interfaces
  ASSERT_EQ(live.reader->needs.size(), 2U);
  EXPECT_EQ(live.reader->needs[1].interfaces_of, DeviceIds{device.id});
}

TEST(NetBoxLive, ATagThatIsRenamedReadsWhatHasItAndTheListOfDevices) {
  Live live;
  (void)live.load();
  live.reader->needs.clear();
  live.change([&] {
    live.world.names["tag"][1] = "renamed";  // of one VLAN
    return std::vector<LoggedChange>{{"extras.tag", 1}};
  });
  expect_equal(live.load(), live.whole(), "renamed");
  Need wanted;
  wanted.lists = {ObjectKind::Device};
  wanted.objects[ObjectKind::Vlan] = {4};
  EXPECT_THAT(live.reader->needs, testing::ElementsAre(wanted));
}

TEST(NetBoxLive, ManyChangesAreReadAsOneFullReadingWhereThatIsAllowed) {
  Live live;
  (void)live.load();
  const auto many = [] {
    std::vector<LoggedChange> logged;
    for (std::uint64_t id = 1; id <= 2001; ++id) logged.push_back({"dcim.interface", id});
    return logged;
  };
  live.change(many);
  (void)live.load();
  EXPECT_EQ(live.reader->full_reads, 2);
}

TEST(NetBoxLive, NothingNewCostsOneQuestion) {
  Live live;
  const Loaded before = live.load();
  const int reads = live.reader->reads;
  live.clock.advance(std::chrono::seconds(30));
  const Loaded after = live.load();
  EXPECT_EQ(live.reader->reads, reads);
  EXPECT_EQ(after.devices, before.devices);
}

TEST(NetBoxLive, WhatLeavesNoRowIsFoundByTheFullRefresh) {
  Live live;
  (void)live.load();
  live.world.tables.devices[0].site = World::only(live.world.tables.devices[0].site.id == 1 ? 2 : 1);
  live.world.tables.interfaces[0].description = "edited in the shell";

  live.clock.advance(std::chrono::hours(5));
  EXPECT_NE(live.load().inventory, live.whole().inventory);
  live.clock.advance(std::chrono::hours(1));
  expect_equal(live.load(), live.whole(), "after full_refresh");
}

TEST(NetBoxLive, ARefreshOnDemandReadsEverything) {
  Live live;
  (void)live.load();
  live.world.tables.interfaces[0].description = "edited in the shell";
  expect_equal(live.load({.is_everything = true, .hints = {}}), live.whole(), "after refresh");
}

TEST(NetBoxLive, WithoutTheChangeLogItReadsEverythingAgainAndSaysWhy) {
  Live live(false);
  EXPECT_THAT(live.load().warnings, Contains(HasSubstr("core.view_objectchange")));
  live.world.tables.interfaces[0].description = "changed";
  live.clock.advance(std::chrono::seconds(30));
  (void)live.load();
  EXPECT_EQ(live.reader->full_reads, 2);

  live.reader->has_change_log = true;  // somebody followed the advice
  live.clock.advance(std::chrono::seconds(30));
  EXPECT_THAT(live.load().warnings, Not(Contains(HasSubstr("core.view_objectchange"))));
  live.clock.advance(std::chrono::seconds(30));
  (void)live.load();
  EXPECT_EQ(live.reader->full_reads, 3);
}

TEST(NetBoxLive, AHintWithoutTheChangeLogReadsTheObject) {
  Live live(false);
  (void)live.load();
  live.world.tables.interfaces[0].description = "changed";
  const std::uint64_t id = live.world.tables.interfaces[0].id;
  expect_equal({live.load({.is_everything = false, .hints = {{"dcim.interface", id, "r"}}}).devices, {}, {}, {}, {}},
               {live.whole().devices, {}, {}, {}, {}}, "after the hint");
  EXPECT_EQ(live.reader->full_reads, 1);
}

TEST(NetBoxLive, APermissionThatIsTakenAwayLaterIsSaidAndLedRound) {
  Live live;
  (void)live.load();
  live.reader->has_change_log = false;
  live.world.tables.interfaces[0].description = "changed";
  live.clock.advance(std::chrono::seconds(30));
  const Loaded after = live.load();
  EXPECT_THAT(after.warnings, Contains(HasSubstr("core.view_objectchange")));
  for (std::size_t i = 0; i < after.devices.size(); ++i) EXPECT_TRUE(is_same(*after.devices[i], *live.whole().devices[i]));
}

TEST(NetBoxLive, WhatCouldNotBeReadStaysDirty) {
  Live live;
  (void)live.load();
  live.change([&] {
    live.world.tables.interfaces[0].description = "changed";
    return std::vector<LoggedChange>{{"dcim.interface", live.world.tables.interfaces[0].id}};
  });
  live.reader->failures = 1;
  const auto failed = live.source->load({});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("netbox"));
  expect_equal(live.load(), live.whole(), "the next time");
}

TEST(NetBoxLive, AnUnknownTypeLeadsToAFullReading) {
  Live live;
  (void)live.load();
  live.change([&] { return std::vector<LoggedChange>{{"some_plugin.thing", 1}}; });
  (void)live.load();
  EXPECT_EQ(live.reader->full_reads, 2);
}

TEST(NetBoxLive, ADeviceThatVanishesBetweenItsListAndItsInterfacesIsGone) {
  Live live;
  (void)live.load();
  World& world = live.world;
  // What is rendered still has the device; who asks for its interfaces is told that it is not known.
  const auto answer = live.reader->read([] {
    Need need;
    need.interfaces_of = {4711};
    return need;
  }());
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->vanished.contains(4711));
  Store store;
  Need everything;
  everything.is_everything = true;
  (void)store.apply(everything, world.rendered());
  const std::uint64_t id = store.tables().devices.front().id;
  (void)store.drop_devices({id});
  for (const InterfaceRow& row : store.tables().interfaces) EXPECT_NE(row.device.id, id);
  EXPECT_EQ(store.tables().devices.size(), world.rendered().devices.size() - 1);
}

}  // namespace
}  // namespace dm::intent::netbox
