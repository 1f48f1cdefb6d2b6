#include "intent/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace dm::intent {
namespace {

using testing::HasSubstr;

// One device of a reading, to be changed.
model::DeviceIntent& change(Loaded& loaded, std::size_t device) {
  const auto changed = std::make_shared<model::DeviceIntent>(*loaded.devices.at(device));
  loaded.devices[device] = changed;
  return *changed;
}

// `devices` of them, named d0…, each with `leaves` leaves.
Loaded fleet(int devices, int leaves) {
  Loaded loaded;
  for (int d = 0; d < devices; ++d) {
    model::DeviceIntent intent;
    intent.device = "d" + std::to_string(d);
    for (int l = 0; l < leaves; ++l) {
      model::Expectation leaf;
      leaf.path = *model::parse_path("/system/config/l" + std::to_string(l));
      leaf.values = {model::Value(l)};
      intent.leaves.push_back(leaf);
    }
    loaded.devices.push_back(std::make_shared<const model::DeviceIntent>(intent));
  }
  return loaded;
}

std::string verdict(const Loaded& previous, const Loaded& next, double percent = 20) {
  const auto checked = check_loss(previous, next, {percent, 10});
  return checked ? "" : checked.error().message;
}

TEST(Guard, LetsSameMoreAndOtherValuesPass) {
  Loaded other = fleet(10, 50);
  for (auto& leaf : change(other, 0).leaves) leaf.values = {model::Value("changed")};
  EXPECT_EQ(verdict(fleet(10, 50), fleet(10, 50)), "");
  EXPECT_EQ(verdict(fleet(10, 50), fleet(20, 90)), "");
  EXPECT_EQ(verdict(fleet(10, 50), other), "");
  EXPECT_EQ(verdict(fleet(0, 0), fleet(10, 50)), "");
  EXPECT_EQ(verdict(fleet(0, 0), fleet(0, 0)), "");
}

TEST(Guard, CountsDevicesThatVanished) {
  EXPECT_EQ(verdict(fleet(10, 50), fleet(8, 50)), "");
  EXPECT_THAT(verdict(fleet(10, 50), fleet(7, 50)),
              HasSubstr("3 of 10 devices vanished at once (d7, d8, d9)"));
  EXPECT_THAT(verdict(fleet(10, 50), fleet(7, 50)),
              HasSubstr("POST /api/v1/refresh?accept_loss=true"));
  EXPECT_EQ(verdict(fleet(10, 50), fleet(7, 50), 30), "");
}

TEST(Guard, NeverLetsAllDevicesVanish) {
  EXPECT_THAT(verdict(fleet(10, 50), fleet(0, 0), 100),
              HasSubstr("10 of 10 devices vanished at once (d0, d1, d2, d3, d4, …)"));
  EXPECT_THAT(verdict(fleet(1, 5), fleet(0, 0), 100), HasSubstr("1 of 1 devices vanished"));
}

TEST(Guard, DoesNotMissDevicesThatAreSuspended) {
  Loaded next = fleet(5, 50);
  for (const char* name : {"d5", "d6", "d7", "d8", "d9"}) next.suspended.push_back({name, "its status is planned"});
  EXPECT_EQ(verdict(fleet(10, 50), next), "");
}

TEST(Guard, CountsExpectationsInTotalAndPerDevice) {
  EXPECT_EQ(verdict(fleet(10, 50), fleet(10, 40)), "");
  EXPECT_THAT(verdict(fleet(10, 50), fleet(10, 39)),
              HasSubstr("110 of 500 expectations vanished at once"));

  Loaded one_lost = fleet(10, 50);
  change(one_lost, 3).leaves.resize(30);
  EXPECT_THAT(verdict(fleet(10, 50), one_lost),
              HasSubstr("20 of 50 expectations of d3 vanished at once"));
}

TEST(Guard, LetsSmallLossesPassWhateverTheirShare) {
  EXPECT_EQ(verdict(fleet(1, 15), fleet(1, 5)), "");
  EXPECT_NE(verdict(fleet(1, 15), fleet(1, 4)), "");
}

}  // namespace
}  // namespace dm::intent
