#include "fleet/gaps.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dm::fleet {
namespace {

using Kind = model::UnreadKind;

model::Path path(const std::string& text) { return *model::parse_path(text); }

TEST(Gaps, KnowsEachPlaceOnceAndTheFirstReason) {
  Gaps gaps;

  EXPECT_TRUE(gaps.add(path("/a"), Kind::ListKeys));
  EXPECT_FALSE(gaps.add(path("/a"), Kind::Place));
  EXPECT_TRUE(gaps.add(path("/b"), Kind::Place));

  EXPECT_EQ(gaps.places().size(), 2U);
  EXPECT_EQ(gaps.reason(), model::to_text(Kind::ListKeys));
  EXPECT_FALSE(gaps.is_everywhere());
}

TEST(Gaps, EverywhereIsOnePlaceAndTellsItsOwnReason) {
  Gaps gaps;
  gaps.add(path("/a"), Kind::ListKeys);

  EXPECT_TRUE(gaps.add({}, Kind::Message));
  EXPECT_FALSE(gaps.add(path("/b"), Kind::Place));

  EXPECT_TRUE(gaps.is_everywhere());
  EXPECT_EQ(gaps.places().size(), 1U);
  EXPECT_EQ(gaps.reason(), model::to_text(Kind::Message));
}

TEST(Gaps, ManyBecomeEverywhere) {
  Gaps gaps;
  for (std::size_t i = 0; i < Gaps::kMost; ++i) gaps.add(path(fmt::format("/a{}", i)), Kind::PathsPerProcess);
  EXPECT_FALSE(gaps.is_everywhere());

  gaps.add(path("/one/more"), Kind::PathsPerProcess);

  EXPECT_TRUE(gaps.is_everywhere());
  gaps.clear();
  EXPECT_TRUE(gaps.places().empty());
}

}  // namespace
}  // namespace dm::fleet
