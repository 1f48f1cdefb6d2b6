#include "intent/netbox/fan_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox/mapping.h"
#include "intent/netbox_tables_support.h"

namespace dm::intent::netbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;


constexpr ObjectId kVlan{ObjectKind::Vlan, 7};
constexpr ObjectId kVrf{ObjectKind::Vrf, 7};

TEST(FanOut, TellsTheDevicesThatLookedAtAnObject) {
  FanOut fan_out;
  fan_out.note(1, {kVlan, kVrf});
  fan_out.note(2, {kVlan});

  EXPECT_THAT(fan_out.devices_of(kVlan), ElementsAre(1, 2));
  EXPECT_THAT(fan_out.devices_of(kVrf), ElementsAre(1));
  EXPECT_THAT(fan_out.devices_of({ObjectKind::Vlan, 8}), IsEmpty());
}

TEST(FanOut, ForgetsWhatADeviceLooksAtNoLonger) {
  FanOut fan_out;
  fan_out.note(1, {kVlan, kVrf});
  fan_out.note(2, {kVlan});
  fan_out.note(1, {kVrf});
  fan_out.note(2, {});

  EXPECT_THAT(fan_out.devices_of(kVlan), IsEmpty());
  EXPECT_THAT(fan_out.devices_of(kVrf), ElementsAre(1));
}

DeviceRow second_switch() {
  DeviceRow device;
  device.id = 2;
  device.name = "sw2";
  device.status = "active";
  return device;
}

TEST(Mapping, KeepsTheIntentOfDevicesThatNothingTouched) {
  Lab lab;
  lab.tables.devices.push_back(second_switch());
  lab.vlan(7, 10, "servers");
  lab.interface("Ethernet1").mode = "access";
  lab.tables.interfaces.back().untagged_vlan = Lab::vlan_brief(7, 10);
  Mapping mapping(lab.options);
  const Loaded before = mapping.map(lab.tables, {.is_everything = true, .devices = {}, .objects = {}});

  lab.tables.vlans.front().name = "guests";
  const Loaded after = mapping.map(lab.tables, {.is_everything = false, .devices = {}, .objects = {kVlan}});

  EXPECT_NE(after.devices[0], before.devices[0]);  // a port of sw1 carries the VLAN
  EXPECT_EQ(after.devices[1], before.devices[1]);
  lab.loaded = after;
  EXPECT_EQ(lab.at("/network-instances/network-instance[name=default]/vlans/vlan[vlan-id=10]/config/name"),
            equal("guests"));
}

TEST(Mapping, MapsEverythingAgainWhenAListIsFilledForTheFirstTime) {
  Lab lab;
  lab.tables.devices.push_back(second_switch());
  lab.interface("Ethernet1");
  lab.interface("Ethernet1").device = Lab::brief(2, "sw2");
  lab.address(lab.tables.interfaces.back(), "192.0.2.2/24");
  Mapping mapping(lab.options);
  const Loaded before = mapping.map(lab.tables, {.is_everything = true, .devices = {}, .objects = {}});

  lab.address(lab.tables.interfaces.front(), "2001:db8::1/64");
  const Loaded after = mapping.map(lab.tables, {.is_everything = false, .devices = {1}, .objects = {}});

  EXPECT_NE(after.devices[1], before.devices[1]);  // IPv6 is documented in NetBox now
}

TEST(Mapping, ForgetsDevicesThatAreGone) {
  Lab lab;
  lab.tables.devices.push_back(second_switch());
  Mapping mapping(lab.options);
  const Loaded before = mapping.map(lab.tables, {.is_everything = true, .devices = {}, .objects = {}});
  const DeviceRow sw2 = lab.tables.devices.back();

  lab.tables.devices.pop_back();
  EXPECT_EQ(mapping.map(lab.tables, {}).devices.size(), 1U);
  lab.tables.devices.push_back(sw2);
  const Loaded after = mapping.map(lab.tables, {});

  ASSERT_EQ(after.devices.size(), 2U);
  EXPECT_EQ(after.devices[0], before.devices[0]);
  EXPECT_NE(after.devices[1], before.devices[1]);
}

}  // namespace
}  // namespace dm::intent::netbox
