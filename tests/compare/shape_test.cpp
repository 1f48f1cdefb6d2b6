#include "compare/shape.h"

#include "schema/shape.h"

#include <gtest/gtest.h>

namespace dm::compare {
namespace {

const std::string kVxlan = "/interfaces/interface[name=Vxlan1]/arista-vxlan";

std::string shaped(const std::string& path) {
  return model::to_text(schema::in_shape(*schema::load_profile("arista-eos").profile, *model::parse_path(path)));
}

TEST(Shape, AnOldLeafIsTodaysLeaf) {
  EXPECT_EQ(shaped(kVxlan + "/config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni"),
            kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni");
}

TEST(Shape, AnOldEntryIsTodaysEntry) {
  EXPECT_EQ(shaped(kVxlan + "/config/vlan-to-vnis/vlan-to-vni[vlan=40]"), kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=40]");
  EXPECT_EQ(shaped(kVxlan + "/config/vlan-to-vnis/vlan-to-vni"), kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=*]");
  EXPECT_EQ(shaped(kVxlan + "/config/vlan-to-vnis"), kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=*]");
}

TEST(Shape, TodaysPathsStayAsTheyAre) {
  for (const std::string& path : {kVxlan + "/config", kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=40]/config",
                                  std::string("/interfaces/**"), std::string("/interfaces/interface[name=Eth*]/config/mtu")}) {
    EXPECT_EQ(shaped(path), path);
  }
}

TEST(Shape, IntentInTodaysShapeIsNotCopied) {
  auto intent = std::make_shared<model::DeviceIntent>();
  intent->leaves.push_back({.path = *model::parse_path(kVxlan + "/config/udp-port"), .values = {4789}, .from = {}});

  const std::shared_ptr<const model::DeviceIntent> same = in_shape(*schema::load_profile("arista-eos").profile, intent);

  EXPECT_EQ(same, intent);
}

TEST(Shape, ALeafWrittenInBothShapesIsOneLeaf) {
  auto intent = std::make_shared<model::DeviceIntent>();
  for (const char* list : {"/config/vlan-to-vni-map[vlan=40]/vni", "/config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni"}) {
    intent->leaves.push_back({.path = *model::parse_path(kVxlan + list), .values = {110040}, .from = {}});
  }

  const auto one = in_shape(*schema::load_profile("arista-eos").profile, std::shared_ptr<const model::DeviceIntent>(intent));

  ASSERT_EQ(one->leaves.size(), 1U);
  EXPECT_EQ(one->leaves[0].path.text(), kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni");
}

TEST(Shape, AFileWinsOverNetBoxInWhateverShapeItIsWritten) {
  for (const char* shape : {"/config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni", "/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni"}) {
    const bool is_old = std::string(shape).find("/config/vlan-to-vnis") == 0;
    const char* other = is_old ? "/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni" : "/config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni";
    auto intent = std::make_shared<model::DeviceIntent>();
    intent->leaves.push_back({.path = *model::parse_path(kVxlan + other), .values = {1}, .from = {"netbox", "vpn.l2vpn:9", "", ""}});
    intent->leaves.push_back({.path = *model::parse_path(kVxlan + shape), .values = {2}, .from = {"file", "a.yaml:3", "", ""}});

    const auto one = in_shape(*schema::load_profile("arista-eos").profile, std::shared_ptr<const model::DeviceIntent>(intent));

    ASSERT_EQ(one->leaves.size(), 1U);
    EXPECT_EQ(one->leaves[0].values, std::vector<model::Value>{2}) << shape;
  }
}

}  // namespace
}  // namespace dm::compare
