#include "config/expand.h"

#include <gtest/gtest.h>

#include "schema/yaml_node.h"

namespace dm::config {
namespace {

std::optional<std::string> variable(const std::string& name) {
  if (name == "SET") return "value";
  if (name == "EMPTY") return "";
  if (name == "YAML") return "{a: [1, #2";
  return std::nullopt;
}

TEST(Expand, ReplacesReferences) {
  const std::pair<const char*, const char*> kTexts[] = {
      {"plain", "plain"},          {"", ""},
      {"${SET}", "value"},         {"a${SET}b${SET}", "avaluebvalue"},
      {"${EMPTY}", ""},            {"${EMPTY:-other}", "other"},
      {"${UNSET:-}", ""},          {"${UNSET:-http://a:80/x?y}", "http://a:80/x?y"},
      {"${SET:-other}", "value"},  {"$${SET}", "${SET}"},
      {"$SET and $", "$SET and $"}, {"http://h/{key}", "http://h/{key}"},
      {"${YAML}", "{a: [1, #2"},
  };
  for (const auto& [text, wanted] : kTexts) {
    const auto expanded = expand(text, variable);
    ASSERT_TRUE(expanded) << text;
    EXPECT_EQ(*expanded, wanted) << text;
  }
}

TEST(Expand, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> kTexts[] = {
      {"${UNSET}", "environment variable UNSET is not set; set it, or write ${UNSET:-default}"},
      {"${}", "'${}' is no reference: write ${NAME} or ${NAME:-default}"},
      {"${1A}", "'${1A}' is no reference: write ${NAME} or ${NAME:-default}"},
      {"${A B}", "'${A B}' is no reference: write ${NAME} or ${NAME:-default}"},
      {"${A:-${SET}}", "'${A:-${SET}' is no reference: write ${NAME} or ${NAME:-default}"},
      {"${SET", "'${' without '}'"},
  };
  for (const auto& [text, wanted] : kTexts) {
    const auto expanded = expand(text, variable);
    ASSERT_FALSE(expanded) << text;
    EXPECT_EQ(expanded.error().message, wanted);
  }
}

TEST(HideReferences, LetsYamlSeePlainValuesAtTheirPlaces) {
  const std::string yaml = "a: { url: ${URL}, key: ${KEY:-x, [y]: #z}, last: 1 } # ${C}\nb: '${SET}'\nc: \"${SET}\"\n";

  const auto hidden = hide_references(yaml);

  ASSERT_TRUE(hidden);
  EXPECT_EQ(hidden->size(), yaml.size());
  EXPECT_EQ(show_references(*hidden), yaml);
  const schema::YamlParse parse = schema::parse_yaml(*hidden);
  ASSERT_TRUE(parse.mistakes.empty()) << parse.mistakes[0].message;
  const auto& map = parse.root.members.at(0).value.members;
  ASSERT_EQ(map.size(), 3U);
  EXPECT_EQ(show_references(map[0].value.text), "${URL}");
  EXPECT_EQ(show_references(map[1].value.text), "${KEY:-x, [y]: #z}");
  EXPECT_EQ(map[2].place, (schema::YamlPlace{1, 44}));
  EXPECT_EQ(show_references(parse.root.members.at(1).value.text), "${SET}");
  EXPECT_EQ(show_references(parse.root.members.at(2).value.text), "${SET}");
}

TEST(HideReferences, LeavesWhatDoesNotClose) {
  const auto hidden = hide_references("a: ${X\nb: }\n");

  ASSERT_TRUE(hidden);
  EXPECT_EQ(*hidden, "a: ${X\nb: }\n");
}

TEST(HideReferences, RefusesControlCharacters) {
  const auto hidden = hide_references("a: 1\nb: \x01\n");

  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().message, "a control character on line 2");
}

}  // namespace
}  // namespace dm::config
