// Drifts inside a list entry that goes, and may come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "drift/lifecycle.h"
#include "drift/story.h"

namespace dm::drift {
namespace {

using namespace std::chrono_literals;
using story::Story;
using testing::ElementsAre;

TEST(Lifecycle, ALeafWhoseEntryGoesIsResolvedAfterTheEntryIsTold) {
  Story s;
  s.at(0s).is("/e[k=1]/a", "typo").at(10s);

  s.is_missing("/e[k=1]").is_in_entry("/e[k=1]/a").at(12499ms);
  EXPECT_EQ(s.lifecycle.open_count(), 1U);
  s.at(20s);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/e[k=1]/a=typo", "12000ms opened: +/e[k=1]=(absent)",
                                     "12500ms resolved: -/e[k=1]/a=typo"));
  EXPECT_EQ(s.events[1].second.open_count, 1U);
}

TEST(Lifecycle, AnEntryThatComesBackWithinItsHoldTellsNothingOfItsLeaves) {
  Story s;
  s.at(0s).is("/e[k=1]/a", "typo").at(10s);

  s.is_missing("/e[k=1]").is_in_entry("/e[k=1]/a");
  s.at(11s).is_good("/e[k=1]").is("/e[k=1]/a", "typo").at(1min);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/e[k=1]/a=typo"));
  EXPECT_EQ(s.lifecycle.open_count(), 1U);
}

TEST(Lifecycle, AnEntryThatComesBackRightWithinItsHoldResolvesItsLeaves) {
  Story s;
  s.at(0s).is("/e[k=1]/a", "typo").at(10s);

  s.is_missing("/e[k=1]").is_in_entry("/e[k=1]/a");
  s.at(11s).is_good("/e[k=1]").is_good("/e[k=1]/a").at(1min);

  EXPECT_THAT(s.lines(), ElementsAre("2000ms opened: +/e[k=1]/a=typo", "11500ms resolved: -/e[k=1]/a=typo"));
}

TEST(Lifecycle, ALeafFoundInAnEntryThatWasToldIsResolvedAtOnce) {
  Story s({}, {{.id = "1", .path = "/e[k=1]", .is_entry = true, .was_told = true},
               {.id = "2", .path = "/e[k=1]/a", .current = "typo", .was_told = true}});
  model::Difference missing = story::different("/e[k=1]", {}, {});
  missing.is_entry = true;

  s.lifecycle.observe_all(
      {missing}, [](const std::string&) { return model::NoDifference{.why = model::NoDifference::Why::InEntry}; }, s.now());
  s.at(1min);

  EXPECT_THAT(s.lines(), ElementsAre("500ms resolved: -/e[k=1]/a=typo"));
}

}  // namespace
}  // namespace dm::drift
