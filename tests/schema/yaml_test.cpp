#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/yaml_map.h"
#include "schema/yaml_node.h"

namespace dm::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> mistakes_of(std::string_view yaml, std::initializer_list<const char*> known) {
  YamlMistakes mistakes("f.yaml");
  const YamlParse parse = parse_yaml(yaml);
  mistakes.add(parse.mistakes);
  YamlMap map(parse.root, "", mistakes);
  for (const char* key : known) map.find(key);
  map.refuse_others();
  return mistakes.to_lines();
}

TEST(Yaml, RemembersPlacesFromOne) {
  const YamlParse parse = parse_yaml("a: 1\nb:\n  - x\n  - {c: y}\n");

  ASSERT_THAT(parse.mistakes, IsEmpty());
  ASSERT_EQ(parse.root.members.size(), 2U);
  EXPECT_EQ(parse.root.members[1].place, (YamlPlace{2, 1}));
  const YamlNode& list = parse.root.members[1].value;
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].place, (YamlPlace{3, 5}));
  EXPECT_EQ(list.items[1].members.at(0).value.place, (YamlPlace{4, 9}));
}

TEST(Yaml, ReadsScalarsAsTheyLook) {
  const std::pair<const char*, model::Value> kScalars[] = {
      {"true", true},   {"'true'", "true"}, {"yes", "yes"},       {"010", 10},   {"\"010\"", "010"}, {"-4", -4},
      {"1.5", 1.5},     {"1..5", "1..5"},   {"null", {}},         {"~", {}},     {"", {}},           {"\"\"", ""},
      {"1:2", "1:2"},   {"65001:40", "65001:40"}, {"00:1c:73:00:00:01", "00:1c:73:00:00:01"},
      {"[1, a]", model::ValueList{1, "a"}},
  };
  for (const auto& [yaml, value] : kScalars) {
    const auto read = to_value(parse_yaml(yaml).root);
    ASSERT_TRUE(read) << yaml;
    EXPECT_EQ(*read, value) << yaml;
  }
  EXPECT_FALSE(to_value(parse_yaml("{a: 1}").root));
}

TEST(Yaml, ReportsBrokenTextWithItsPlace) {
  const YamlParse parse = parse_yaml("a: 1\nb: [1, 2\n");

  ASSERT_EQ(parse.mistakes.size(), 1U);
  EXPECT_GE(parse.mistakes[0].place.line, 2);
  EXPECT_THAT(parse.mistakes[0].message, HasSubstr("not YAML: "));
}

TEST(Yaml, RefusesASecondDocumentAndOddKeys) {
  EXPECT_THAT(mistakes_of("a: 1\n---\nb: 2\n", {"a"}), ElementsAre("f.yaml:2:1: a second document: one file holds one document"));
  EXPECT_THAT(mistakes_of("[1]: 2\n", {}), ElementsAre("f.yaml:1:1: a key must be a plain name"));
}

// yaml-cpp's LoadAll adds empty documents to such a text until memory ends.
TEST(Yaml, EndsWhereYamlCppWouldNot) {
  EXPECT_THAT(mistakes_of(",\n", {}), ElementsAre("f.yaml:1:1: not YAML: nothing can begin like this"));
  EXPECT_THAT(mistakes_of("a: 1\n---\n, x\n", {"a"}), ElementsAre("f.yaml:2:1: a second document: one file holds one document"));
}

TEST(Yaml, BoundsWhatAliasesMultiply) {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string above = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) bomb += (n == 0 ? "" : ",") + above;
    bomb += "]\n";
  }

  const YamlParse parse = parse_yaml(bomb);

  ASSERT_EQ(parse.mistakes.size(), 1U);
  EXPECT_EQ(parse.mistakes[0].message, "too deep or too large");
}

TEST(YamlMap, ReportsDuplicateAndUnknownKeysInFileOrder) {
  EXPECT_THAT(mistakes_of("port: 1\nprot: 2\nport: 3\nzzz: 4\n", {"port", "username"}),
              ElementsAre("f.yaml:2:1: unknown key 'prot'; did you mean 'port'?",
                          "f.yaml:3:1: 'port' is written twice, first on line 1", "f.yaml:4:1: unknown key 'zzz'"));
}

TEST(YamlMap, RefusesWhatIsNoMap) {
  EXPECT_THAT(mistakes_of("- 1\n", {"a"}), ElementsAre("f.yaml:1:1: the file: expected a map, found a list"));
  EXPECT_THAT(mistakes_of("", {"a"}), IsEmpty());
}

TEST(Nearest, OffersOnlyWhatIsNear) {
  const std::vector<std::string> keys{"poll_interval", "full_refresh", "url"};

  EXPECT_EQ(nearest("pol_interval", keys), "poll_interval");
  EXPECT_EQ(nearest("ulr", keys), "url");
  EXPECT_EQ(nearest("token", keys), "");
  EXPECT_EQ(nearest(std::string(100, 'x'), keys), "");
}

}  // namespace
}  // namespace dm::schema
