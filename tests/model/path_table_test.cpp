#include "model/path_table.h"

#include <gtest/gtest.h>

namespace dm::model {
namespace {

TEST(PathTable, KnowsParentsAndEntries) {
  PathTable table(nullptr);
  const PathId leaf = table.intern(*parse_path("/i/i[n=1]/subs/sub[index=0]/config/mtu"));

  const PathId sub = table.find("/i/i[n=1]/subs/sub[index=0]");
  const PathId interface = table.find("/i/i[n=1]");

  EXPECT_EQ(table.entry(leaf), sub);
  EXPECT_EQ(table.enclosing_entry(leaf), sub);
  EXPECT_EQ(table.enclosing_entry(sub), interface);
  EXPECT_EQ(table.enclosing_entry(interface), kNoPath);
  EXPECT_TRUE(table.is_below(leaf, interface));
  EXPECT_FALSE(table.is_below(interface, interface));
  EXPECT_EQ(table.intern(*parse_path("/i/i[n=1]/subs/sub[index=0]/config/mtu")), leaf);
}

TEST(PathTable, AsksTheClassifierOncePerPath) {
  int asked = 0;
  PathTable table([&](const Path& path) {
    ++asked;
    return PathFacts{.is_config = path.elements.back().name == "c"};
  });

  const PathId leaf = table.intern(*parse_path("/a/b/c"));
  (void)table.intern(*parse_path("/a/b/c"));

  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(table.facts(leaf).is_config);
  EXPECT_FALSE(table.facts(table.parent(leaf)).is_config);
}

TEST(PathTable, TheRootIsAboveEverything) {
  PathTable table(nullptr);
  const PathId leaf = table.intern(*parse_path("/a/b"));
  EXPECT_TRUE(table.is_below(leaf, table.intern(*parse_path("/"))));
}

TEST(PathTable, GivesBackThePathItWasGiven) {
  PathTable table(nullptr);
  for (const char* text : {"/", "/a", R"(/i/i[a=1/2][b=x\]y\\z]/c)", "eos_native:/Sysdb/x[k=v]", "eos_native:/",
                           "/p/p[k=]/q[k=[]", "/i/i[name=Ethernet1/1]/subs/sub[index=0]/config/mtu"}) {
    const Path path = *parse_path(text);
    EXPECT_EQ(table.path(table.intern(path)), path) << text;
  }
}

TEST(PathTable, NamesThatNoModelHasAreHeldAsTheyAre) {
  PathTable table(nullptr);
  for (const char* name : {"a/b", "", "x]", "a=b", ":"}) {
    const Path path{.origin = {}, .elements = {{"top", {}}, {name, {}}}};
    EXPECT_EQ(table.path(table.intern(path)), path) << name;
  }
}

TEST(PathTable, PathsThatDifferInKeysShareTheirSchemaText) {
  PathTable table(nullptr);
  const PathId one = table.intern(*parse_path("/i/i[n=1]/config/mtu"));
  const PathId two = table.intern(*parse_path("/i/i[n=2]/config/mtu"));

  EXPECT_EQ(table.schema_text(one), "/i/i/config/mtu");
  EXPECT_EQ(&table.schema_text(one), &table.schema_text(two));
  EXPECT_EQ(table.relative_text(table.find("/i/i[n=1]"), one), "config/mtu");
}

TEST(PathTable, OriginsAreTreesOfTheirOwn) {
  PathTable table(nullptr);
  const PathId native = table.intern(*parse_path("eos_native:/Sysdb/x"));
  EXPECT_TRUE(table.is_below(native, table.intern(*parse_path("eos_native:/"))));
  EXPECT_FALSE(table.is_below(native, table.intern(*parse_path("/"))));
}

TEST(PathTable, CountsWithOthers) {
  std::size_t all = 0;
  PathTable table(nullptr, &all);
  table.intern(*parse_path("/a/b"));
  {
    PathTable other(nullptr, &all);
    other.intern(*parse_path("/a"));
    EXPECT_EQ(table.total(), 3U);
  }

  EXPECT_EQ(table.total(), 2U);
  EXPECT_EQ(PathTable(nullptr).total(), 0U);
}

}  // namespace
}  // namespace dm::model
