#include "gnmi/json_value.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "model/value.h"

namespace dm::gnmi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The leaves below a path, "PATH = VALUE", then what was left out.
std::vector<std::string> flatten(const std::string& base, const std::string& json,
                                 const core::Limits& limits = {}, std::vector<std::string>* places = nullptr) {
  const schema::Profile profile;
  JsonValue value(profile, limits);
  std::vector<std::string> lines;
  if (value.parse(json) != JsonShape::Tree) return {"no tree"};
  std::size_t undecodable = 0, refused = 0;
  value.flatten(*model::parse_path(base),
                {.leaf =
                     [&](const model::Path& path, std::string_view v) {
                       lines.push_back(model::to_text(path) + " = " + model::to_json(model::decode(v)));
                     },
                 .unread =
                     [&](const model::Path& path, model::UnreadKind kind) {
                       ++(model::limit_name(kind).empty() ? undecodable : refused);
                       if (places != nullptr) places->push_back(model::to_text(path));
                     }});
  if (undecodable > 0) lines.push_back(fmt::format("undecodable {}", undecodable));
  if (refused > 0) lines.push_back(fmt::format("refused {}", refused));
  return lines;
}

JsonShape shape_of(const std::string& json) {
  const schema::Profile profile;
  return JsonValue(profile, {}).parse(json);
}

// The same of a value that may name its own node.
std::vector<std::string> unwrapped(const std::string& base, const std::string& json) {
  const schema::Profile profile;
  JsonValue value(profile, {});
  value.parse(json);
  const model::Path at = *model::parse_path(base);
  std::vector<std::string> lines;
  const JsonShape shape = value.unwrap(at);
  if (shape == JsonShape::Leaf) {
    std::string encoded;
    value.encode(encoded);
    return {model::to_json(model::decode(encoded))};
  }
  if (shape != JsonShape::Tree) return {"no tree"};
  value.flatten(at, {.leaf =
                         [&](const model::Path& path, std::string_view v) {
                           lines.push_back(model::to_text(path) + " = " + model::to_json(model::decode(v)));
                         },
                     .unread = [&](const model::Path& path, model::UnreadKind) { lines.push_back("unread " + model::to_text(path)); }});
  return lines;
}

TEST(JsonValue, TakesTheNodesOwnNameOffAValue) {
  const std::string config = "/interfaces/interface[name=Ethernet0]/config";
  EXPECT_THAT(unwrapped(config, R"({"openconfig-interfaces:config":{"mtu":9100}})"), ElementsAre(config + "/mtu = 9100"));
  EXPECT_THAT(unwrapped(config + "/mtu", R"({"openconfig-interfaces:mtu":9100})"), ElementsAre("9100"));
  EXPECT_THAT(unwrapped("/interfaces/interface[name=Ethernet0]",
                        R"({"openconfig-interfaces:interface":[{"name":"Ethernet0","config":{"mtu":9100}}]})"),
              ElementsAre("/interfaces/interface[name=Ethernet0]/name = \"Ethernet0\"", config + "/mtu = 9100"));
  EXPECT_THAT(unwrapped("/interfaces/interface", R"({"openconfig-interfaces:interface":[{"name":"Ethernet0","config":{"mtu":9100}}]})"),
              ElementsAre("/interfaces/interface[name=Ethernet0]/name = \"Ethernet0\"", config + "/mtu = 9100"));
  EXPECT_THAT(unwrapped("/interfaces", R"({"openconfig-interfaces:interfaces":{"interface":[{"name":"Ethernet0","config":{"mtu":9100}}]}})"),
              ElementsAre("/interfaces/interface[name=Ethernet0]/name = \"Ethernet0\"", config + "/mtu = 9100"));
}

TEST(JsonValue, TakesNothingOffAnOrdinaryValue) {
  const std::string config = "/interfaces/interface[name=Ethernet0]/config";
  EXPECT_THAT(unwrapped(config, R"({"mtu":9100})"), ElementsAre(config + "/mtu = 9100"));
  EXPECT_THAT(unwrapped(config, R"({"config":"x","mtu":9100})"), ElementsAre(config + "/config = \"x\"", config + "/mtu = 9100"));
  EXPECT_THAT(unwrapped("eos_native:/a/b", R"({"b":{"c":1}})"), ElementsAre("eos_native:/a/b/b/c = 1"));
  EXPECT_THAT(unwrapped("/", R"({"a":1})"), ElementsAre("/a = 1"));
}

TEST(JsonValue, TellsLeavesFromSubtrees) {
  EXPECT_EQ(shape_of("1"), JsonShape::Leaf);
  EXPECT_EQ(shape_of(" \"x\" "), JsonShape::Leaf);
  EXPECT_EQ(shape_of("[1, null]"), JsonShape::Leaf);
  EXPECT_EQ(shape_of("[null]"), JsonShape::Leaf);
  EXPECT_EQ(shape_of("null"), JsonShape::Null);
  EXPECT_EQ(shape_of("[]"), JsonShape::EmptyArray);
  EXPECT_EQ(shape_of("{}"), JsonShape::Tree);
  EXPECT_EQ(shape_of("[{}]"), JsonShape::Tree);
  EXPECT_EQ(shape_of("[{}, 1]"), JsonShape::Bad);
  EXPECT_EQ(shape_of("[[1]]"), JsonShape::Bad);
  EXPECT_EQ(shape_of(""), JsonShape::Bad);
  EXPECT_EQ(shape_of("1 2"), JsonShape::Bad);
  EXPECT_EQ(shape_of("\"\xff\""), JsonShape::Bad);
  EXPECT_EQ(shape_of(std::string(5000, '[')), JsonShape::Bad);
}

TEST(JsonValue, FillsListKeysFromTheMembers) {
  EXPECT_THAT(flatten("/network-instances/network-instance[name=default]/protocols",
                      R"({"protocol":[{"identifier":"BGP","name":"BGP","config":{"enabled":true}}]})"),
              ElementsAre("/network-instances/network-instance[name=default]/protocols/"
                          "protocol[identifier=BGP][name=BGP]/identifier = \"BGP\"",
                          "/network-instances/network-instance[name=default]/protocols/"
                          "protocol[identifier=BGP][name=BGP]/name = \"BGP\"",
                          "/network-instances/network-instance[name=default]/protocols/"
                          "protocol[identifier=BGP][name=BGP]/config/enabled = true"));
}

TEST(JsonValue, WritesNumericKeysAsText) {
  EXPECT_THAT(flatten("/network-instances/network-instance[name=d]/vlans/vlan", R"([{"config":{"vlan-id":40}}])"),
              ElementsAre("/network-instances/network-instance[name=d]/vlans/vlan[vlan-id=40]/config/vlan-id = 40"));
}

TEST(JsonValue, TakesAnObjectForTheOnlyEntryOfAKeylessList) {
  EXPECT_THAT(flatten("/interfaces/interface", R"({"name":"a/b","x":1})"),
              ElementsAre("/interfaces/interface[name=a/b]/name = \"a/b\"", "/interfaces/interface[name=a/b]/x = 1"));
}

TEST(JsonValue, DoesNotGuessTheKeysOfAnUnknownList) {
  EXPECT_THAT(flatten("/", R"({"strange":[{"id":1},{"id":2}],"known":5})"), ElementsAre("/known = 5", "undecodable 1"));
}

TEST(JsonValue, CountsEntriesWithoutTheirKey) {
  EXPECT_THAT(flatten("/interfaces", R"({"interface":[{"mtu":1},{"name":{}},{"name":"b","mtu":2}]})"),
              ElementsAre("/interfaces/interface[name=b]/name = \"b\"", "/interfaces/interface[name=b]/mtu = 2",
                          "undecodable 2"));
}

TEST(JsonValue, SkipsAnnotationsAndRefusesImpossibleNames) {
  EXPECT_THAT(flatten("/a", R"({"@":{"x:y":1},"@b":{"z":2},"b":3,"":4,"c/d":5,"m:e":6})"),
              ElementsAre("/a/b = 3", "/a/e = 6", "undecodable 2"));
}

TEST(JsonValue, SaysNothingForListsWithoutEntries) {
  EXPECT_THAT(flatten("/interfaces", R"({"interface":[]})"), IsEmpty());
}

TEST(JsonValue, StopsAtTheLimits) {
  core::Limits limits;
  limits.path_depth = 3;
  limits.leaves_per_device = 2;
  limits.value_bytes = 16;

  EXPECT_THAT(flatten("/a", R"({"b":{"c":{"d":1},"e":2}})", limits), ElementsAre("/a/b/e = 2", "refused 1"));
  EXPECT_THAT(flatten("/a", R"({"b":1,"c":2,"d":3})", limits), ElementsAre("/a/b = 1", "/a/c = 2", "refused 1"));
  EXPECT_THAT(flatten("/a", R"({"b":"0123456789abcdef"})", limits), ElementsAre("refused 1"));
  EXPECT_THAT(flatten("/a", R"({"b":{},"c":{},"d":{},"e":{},"f":{},"g":{},"h":{},"i":{},"j":1})", limits),
              ElementsAre("refused 1"));
}

TEST(JsonValue, RefusesWhatIsNestedDeeperThanTheLimit) {
  const schema::Profile profile;
  JsonValue value(profile, {.json_depth = 8});
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };

  EXPECT_EQ(value.parse(nested(100'000)), JsonShape::TooDeep);
  EXPECT_EQ(value.parse(nested(9)), JsonShape::TooDeep);
  EXPECT_NE(value.parse(nested(7)), JsonShape::TooDeep);
  EXPECT_EQ(value.parse(R"({"a": {"b": 1}})"), JsonShape::Tree);
}

TEST(JsonValue, SaysWhereSomethingIsLeftOut) {
  core::Limits limits;
  limits.path_depth = 4;
  limits.value_bytes = 16;
  std::vector<std::string> places;
  const std::string json = R"({"interface":[{"name":"Et1","list":[{"id":1}],"bad":[[1]],"long":"0123456789abcdef",
                                             "config":{"mtu":{"deep":1},"a/b":1}}, {"mtu":2}]})";

  (void)flatten("/interfaces", json, limits, &places);

  EXPECT_THAT(places, ElementsAre("/interfaces/interface[name=Et1]/list", "/interfaces/interface[name=Et1]/bad",
                                  "/interfaces/interface[name=Et1]/long", "/interfaces/interface[name=Et1]/config/mtu",
                                  "/interfaces/interface[name=Et1]/config", "/interfaces/interface"));
}

// A tree made at random is found again, leaf by leaf.
class TreeMaker {
 public:
  explicit TreeMaker(std::uint64_t seed) : random_(seed) {}

  std::string object(const std::string& at, int depth) {
    std::string json = "{";
    const std::size_t members = random_() % 4;
    for (std::size_t i = 0; i < members; ++i) {
      const std::string name = fmt::format("n{}", i);
      if (i > 0) json += ", ";
      json += fmt::format("\"{}{}\": {}", random_() % 2 == 0 ? "mod:" : "", name, value(at + "/" + name, depth));
    }
    return json + "}";
  }
  std::vector<std::string> leaves;

 private:
  std::string value(const std::string& at, int depth) {
    if (depth < 5 && random_() % 2 == 0) return object(at, depth + 1);
    static const std::vector<std::string> kLeaves = {"1", "-2", "true", "\"t\"", "[1, \"2..3\"]", "1.5", "null", "[]"};
    const std::string& leaf = kLeaves[random_() % kLeaves.size()];
    leaves.push_back(at + " = " + leaf);
    return leaf;
  }
  std::mt19937_64 random_;
};

TEST(JsonValue, FindsEveryLeafOfRandomTrees) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    TreeMaker maker(seed);
    const std::string json = maker.object("/a", 0);

    ASSERT_EQ(flatten("/a", json), maker.leaves) << json;
  }
}

}  // namespace
}  // namespace dm::gnmi
