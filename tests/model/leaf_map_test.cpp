#include "model/leaf_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace dm::model {
namespace {

TEST(CompactBytes, HoldsShortAndLongValues) {
  for (const std::size_t size : {0U, 1U, 14U, 15U, 16U, 17U, 255U, 70000U}) {
    const std::string bytes(size, 'x');
    CompactBytes held{std::string_view(bytes)};
    EXPECT_EQ(held.view(), bytes);
    CompactBytes moved = std::move(held);
    EXPECT_EQ(moved.view(), bytes);
    moved.assign("other");
    EXPECT_EQ(moved.view(), "other");
    moved.assign(bytes);
    EXPECT_EQ(moved.view(), bytes);
  }
}

TEST(CompactBytes, CanBeSetToAPartOfItself) {
  CompactBytes held{std::string_view("a value that is long enough for the heap")};
  held.assign(held.view().substr(2, 20));
  EXPECT_EQ(held.view(), "value that is long e");
}

TEST(CompactBytes, BytesAreBytes) {
  const std::string bytes("\0\xff\0", 3);
  EXPECT_EQ(CompactBytes(bytes).view(), bytes);
}

PathFacts all_below_config(const Path& path) {
  return {.is_config = std::any_of(path.elements.begin(), path.elements.end(), [](const PathElement& e) { return e.name == "config"; })};
}

// Random inserts, erasures and changes against a std::map; entries are counted anew after each step.
TEST(LeafMap, AgreesWithAnOracle) {
  PathTable paths(all_below_config);
  std::vector<PathId> known;
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 4; ++j) {
      for (const char* leaf : {"config/a", "config/b", "state/a"}) {
        known.push_back(paths.intern(*parse_path("/i/i[n=" + std::to_string(i) + "]/s/s[n=" + std::to_string(j) + "]/" + leaf)));
      }
    }
  }
  std::mt19937 random(7);
  LeafMap map(paths);
  std::map<PathId, std::string> oracle;
  for (int step = 0; step < 5000; ++step) {
    const PathId path = known[random() % known.size()];
    const std::string value(random() % 24, static_cast<char>('a' + random() % 26));
    if (Leaf* leaf = map.find(path); leaf == nullptr) {
      ASSERT_FALSE(oracle.contains(path));
      map.insert({path, 1, step, CompactBytes(value)});
      oracle[path] = value;
    } else if (random() % 2 == 0) {
      map.erase(path);
      oracle.erase(path);
    } else {
      leaf->value.assign(value);
      oracle[path] = value;
    }
    std::map<PathId, std::uint32_t> entries;
    for (const auto& [held, text] : oracle) {
      ASSERT_NE(map.find(held), nullptr);
      ASSERT_EQ(map.find(held)->value.view(), text);
      if (!paths.facts(held).is_config) continue;
      for (PathId e = paths.entry(held); e != kNoPath; e = paths.enclosing_entry(e)) ++entries[e];
    }
    ASSERT_EQ(map.size(), oracle.size());
    ASSERT_EQ((std::map<PathId, std::uint32_t>(map.entries().begin(), map.entries().end())), entries);
  }
  map.clear();
  EXPECT_EQ(map.size(), 0U);
  EXPECT_TRUE(map.entries().empty());
}

TEST(LeafMap, FindsWhatIsBelowAPath) {
  PathTable paths(all_below_config);
  LeafMap map(paths);
  const PathId one = paths.intern(*parse_path("/i/i[n=1]/config/a"));
  const PathId two = paths.intern(*parse_path("/i/i[n=2]/config/a"));
  map.insert({one, 1, 0, {}});
  map.insert({two, 1, 0, {}});

  EXPECT_EQ(map.at_or_below(paths.find("/i/i[n=1]")), std::vector{one});
  EXPECT_EQ(map.at_or_below(one), std::vector{one});
  EXPECT_EQ(map.at_or_below(paths.find("/i")).size(), 2U);
  EXPECT_TRUE(map.has_below(paths.find("/i/i[n=2]")));
  EXPECT_FALSE(map.has_below(two));
}

}  // namespace
}  // namespace dm::model
