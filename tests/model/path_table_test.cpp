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

}  // namespace
}  // namespace dm::model
