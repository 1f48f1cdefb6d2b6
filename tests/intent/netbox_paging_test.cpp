#include "intent/netbox/paging.h"

#include <gtest/gtest.h>

namespace dm::intent::netbox {
namespace {

using Step = Paging::Step;
using Ids = std::vector<std::uint64_t>;

PageFacts page(std::optional<std::uint64_t> count, bool has_next, Ids ids) {
  return {count, has_next, std::move(ids)};
}

TEST(Paging, FollowsTheIdsAndEndsWhenTheRestIsThere) {
  Paging paging(PageStyle::IdGreater, 2);
  EXPECT_EQ(paging.parameters(), "limit=2&ordering=id");
  EXPECT_EQ(paging.take(page(5, true, {3, 7})), Step::Next);
  EXPECT_EQ(paging.parameters(), "limit=2&ordering=id&id__gt=7");
  EXPECT_EQ(paging.take(page(3, true, {8, 9})), Step::Next);
  EXPECT_EQ(paging.take(page(1, false, {12})), Step::Complete);
}

TEST(Paging, AMissingNextDoesNotEndAListThatCountsMore) {
  Paging paging(PageStyle::IdGreater, 2);
  EXPECT_EQ(paging.take(page(3, false, {3, 7})), Step::Next);
}

TEST(Paging, WithoutACountThePageWithoutNextIsTheLast) {
  Paging paging(PageStyle::Start, 2);
  EXPECT_EQ(paging.parameters(), "limit=2&start=1");
  EXPECT_EQ(paging.take(page(std::nullopt, true, {3, 7})), Step::Next);
  EXPECT_EQ(paging.parameters(), "limit=2&start=8");
  EXPECT_EQ(paging.take(page(std::nullopt, false, {})), Step::Complete);
}

TEST(Paging, RowsInsertedOrDeletedOnTheWayMoveNothing) {
  Paging paging(PageStyle::IdGreater, 2);
  EXPECT_EQ(paging.take(page(4, true, {3, 7})), Step::Next);
  EXPECT_EQ(paging.take(page(1, false, {9})), Step::Complete);  // 8 was deleted
}

TEST(Paging, AServerThatIgnoresTheKeysetIsReadByOffset) {
  Paging paging(PageStyle::IdGreater, 2);
  EXPECT_EQ(paging.take(page(3, true, {3, 7})), Step::Next);
  EXPECT_EQ(paging.take(page(3, true, {3, 7})), Step::Restart);
  EXPECT_EQ(paging.parameters(), "limit=2&offset=0&ordering=id");
  EXPECT_EQ(paging.take(page(3, true, {3, 7})), Step::Next);
  EXPECT_EQ(paging.parameters(), "limit=2&offset=2&ordering=id");
  EXPECT_EQ(paging.take(page(3, false, {8})), Step::Complete);
}

TEST(Paging, RowsOutOfOrderAreReadByOffset) {
  Paging paging(PageStyle::IdGreater, 500);
  EXPECT_EQ(paging.take(page(2, false, {7, 3})), Step::Restart);
  EXPECT_EQ(paging.take(page(2, false, {7, 3})), Step::Complete);
}

TEST(Paging, ByOffsetAListThatMovesIsReadAgainAFewTimes) {
  Paging paging(PageStyle::Offset, 2);
  EXPECT_EQ(paging.take(page(4, true, {1, 2})), Step::Next);
  EXPECT_EQ(paging.take(page(3, false, {5})), Step::Restart);  // one behind the first page moved up unseen
  EXPECT_EQ(paging.take(page(4, true, {1, 2})), Step::Next);
  EXPECT_EQ(paging.take(page(4, false, {2, 3})), Step::Restart);  // 2 came twice, so another never came
  EXPECT_EQ(paging.take(page(3, true, {1, 2})), Step::Next);
  EXPECT_EQ(paging.take(page(3, false, {2})), Step::GiveUp);
}

TEST(Paging, AnEmptyPageThatPromisesRowsIsReadAgain) {
  Paging paging(PageStyle::IdGreater, 2);
  EXPECT_EQ(paging.take(page(3, true, {})), Step::Restart);
  EXPECT_EQ(paging.take(page(0, false, {})), Step::Complete);
}

TEST(Paging, NeverReadsAWholeListInsteadOfItsEnd) {
  Paging paging(PageStyle::IdGreater, 2, 100);
  EXPECT_EQ(paging.parameters(), "limit=2&ordering=id&id__gt=100");
  EXPECT_EQ(paging.take(page(900, true, {1, 2})), Step::GiveUp);
}

}  // namespace
}  // namespace dm::intent::netbox
