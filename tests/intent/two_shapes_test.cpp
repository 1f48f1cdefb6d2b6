#include "intent/two_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/shape.h"
#include "intent/assemble.h"

namespace dm::intent {
namespace {

using model::Expectation;
using model::FindingKind;
using testing::IsEmpty;

const std::string kVxlan = "/interfaces/interface[name=Vxlan1]/arista-vxlan";
const std::string kToday = kVxlan + "/vlan-to-vnis/vlan-to-vni[vlan=40]/config/vni";
const std::string kOlder = kVxlan + "/config/vlan-to-vnis/vlan-to-vni[vlan=40]/vni";
const std::string kOldest = kVxlan + "/config/vlan-to-vni-map[vlan=40]/vni";

std::shared_ptr<const schema::Profile> eos() { return schema::load_profile("arista-eos").profile; }

Expectation leaf(const std::string& path, model::Value value, const std::string& source, const std::string& object) {
  return {*model::parse_path(path), model::Rule::Equal, {std::move(value)}, {source, object, "", ""}};
}

model::DeviceIntent intent_of(std::vector<Expectation> leaves) {
  std::sort(leaves.begin(), leaves.end(), [](const Expectation& a, const Expectation& b) { return a.path.text() < b.path.text(); });
  model::DeviceIntent intent;
  intent.device = "leaf1";
  intent.leaves = std::move(leaves);
  return intent;
}

// What is told, and that the judge sees it in the same way.
std::vector<model::Finding> found(const model::DeviceIntent& intent, const model::Value& value_that_counts) {
  const auto shaped = compare::in_shape(*eos(), std::make_shared<const model::DeviceIntent>(intent));
  EXPECT_EQ(shaped->leaves.size(), 1U);
  EXPECT_EQ(shaped->leaves[0].values, std::vector<model::Value>{value_that_counts});
  return find_two_shapes(*eos(), intent);
}

TEST(TwoShapes, AFileThatWinsOverNetBoxInAnotherShapeIsTold) {
  for (const auto& [by_file, by_netbox] : {std::pair(kOlder, kToday), std::pair(kOldest, kToday), std::pair(kToday, kOlder)}) {
    const auto findings = found(intent_of({leaf(by_netbox, 1, "netbox", "vpn.l2vpn:9"), leaf(by_file, 2, "file", "a.yaml:3")}), 2);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].kind, FindingKind::TwoShapes);
    EXPECT_EQ(findings[0].device, "leaf1");
    EXPECT_EQ(findings[0].source, "netbox");
    EXPECT_EQ(findings[0].object, "vpn.l2vpn:9");
    EXPECT_EQ(findings[0].message, "a.yaml:3 and vpn.l2vpn:9 disagree about " + kToday + ", one of them in the shape of an older release; a.yaml:3 counts");
  }
}

TEST(TwoShapes, OfOneSourceTheFirstByPathCounts) {
  const auto findings = found(intent_of({leaf(kOldest, 1, "file", "a.yaml:1"), leaf(kOlder, 2, "file", "a.yaml:2"), leaf(kToday, 3, "file", "a.yaml:3")}), 1);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].object, "a.yaml:2");
  EXPECT_EQ(findings[1].object, "a.yaml:3");
  EXPECT_EQ(findings[0].source, "files");
}

TEST(TwoShapes, TheSameValueTwiceIsNoMistake) {
  EXPECT_THAT(found(intent_of({leaf(kToday, 110040, "netbox", "vpn.l2vpn:9"), leaf(kOlder, "110040", "file", "a.yaml:3")}), "110040"), IsEmpty());
}

TEST(TwoShapes, OneShapeAloneIsNoMistake) {
  EXPECT_THAT(find_two_shapes(*eos(), intent_of({leaf(kOlder, 1, "file", "a.yaml:1")})), IsEmpty());
  EXPECT_THAT(find_two_shapes(*eos(), intent_of({leaf(kToday, 1, "netbox", "vpn.l2vpn:9")})), IsEmpty());
  EXPECT_THAT(find_two_shapes(*eos(), intent_of({})), IsEmpty());
}

TEST(TwoShapes, AreAmongTheFindingsOfTheIntentByTheDevicesProfile) {
  const auto loaded = [](const Expectation& expectation) {
    Loaded one;
    one.devices = {std::make_shared<const model::DeviceIntent>(intent_of({expectation}))};
    return std::make_shared<const Loaded>(one);
  };
  SourceReading netbox{.name = "netbox", .is_remote = true, .last_good = loaded(leaf(kToday, 1, "netbox", "vpn.l2vpn:9")), .error = {}, .hold = {}};
  SourceReading files{.name = "files", .is_remote = false, .last_good = loaded(leaf(kOlder, 2, "file", "a.yaml:3")), .error = {}, .hold = {}};
  AssembleOptions options{.configured_devices = {"leaf1"}, .profiles = {}};
  EXPECT_THAT(assemble({netbox, files}, options, {}).findings, IsEmpty());

  options.profiles[""] = eos();
  const auto snapshot = assemble({netbox, files}, options, {});
  ASSERT_EQ(snapshot.findings.size(), 1U);
  EXPECT_EQ(snapshot.findings[0].kind, FindingKind::TwoShapes);

  options.profiles["leaf1"] = schema::load_profile("srlinux").profile;  // knows no such shapes
  EXPECT_THAT(assemble({netbox, files}, options, {}).findings, IsEmpty());
}

}  // namespace
}  // namespace dm::intent
