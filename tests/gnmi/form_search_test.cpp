#include "gnmi/form_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Question = FormSearch::Question;

CallEnd end(GrpcCode code) { return {.code = code, .message = "why", .hint = {}}; }

// The questions of a pass in which nothing brings leaves.
std::vector<Question> empty_pass(FormSearch& search, const std::map<std::size_t, std::size_t>& silent) {
  std::vector<Question> asked;
  search.begin(silent);
  while (const auto question = search.next()) {
    asked.push_back(*question);
    search.answered(false);
  }
  return asked;
}

TEST(FormSearch, AsksInTheFormInForceFirstAndThenInTheOthers) {
  FormSearch search(3);

  EXPECT_THAT(empty_pass(search, {{4, 0}, {7, 1}}),
              ElementsAre(Question{4, 0}, Question{7, 1}, Question{7, 0}, Question{4, 1}, Question{4, 2}, Question{7, 2}));
  EXPECT_THAT(search.found(), IsEmpty());
  EXPECT_TRUE(search.is_without_answer());
}

TEST(FormSearch, APathThatWasOnlyLateKeepsItsForm) {
  FormSearch search(3);
  search.begin({{4, 0}});

  search.answered(true);

  EXPECT_EQ(search.next(), std::nullopt);
  EXPECT_THAT(search.found(), IsEmpty());
  EXPECT_FALSE(search.is_without_answer());
}

TEST(FormSearch, TheFirstFormThatBringsLeavesIsTaken) {
  FormSearch search(3);
  search.begin({{4, 0}});
  search.answered(false);
  search.answered(true);

  EXPECT_EQ(search.next(), std::nullopt);
  EXPECT_THAT(search.found(), ElementsAre(Pair(4, 1)));
}

TEST(FormSearch, APathWithoutLeavesFollowsTheOthers) {
  FormSearch search(2);
  search.begin({{4, 0}, {5, 0}, {6, 0}});
  search.answered(false);                           // 4 in form 0
  search.answered(true);                            // 5 was late
  search.answered(false);                           // 6 in form 0
  search.answered(true);                            // 4 in form 1
  EXPECT_EQ(search.next(), (Question{6, 1}));
  search.answered(false);

  EXPECT_THAT(search.found(), ElementsAre(Pair(4, 1), Pair(6, 1)));
}

TEST(FormSearch, APathThatIsRefusedInThatFormDoesNotFollow) {
  FormSearch search(2);
  search.begin({{4, 0}, {6, 0}});
  search.answered(false);
  search.answered(false);
  search.answered(true);  // 4 in form 1
  search.failed(end(GrpcCode::InvalidArgument));

  EXPECT_EQ(search.next(), std::nullopt);
  EXPECT_THAT(search.found(), ElementsAre(Pair(4, 1)));
}

TEST(FormSearch, ADeviceThatDoesNotAnswerAtAllEndsThePass) {
  for (const GrpcCode code : {GrpcCode::Unavailable, GrpcCode::DeadlineExceeded, GrpcCode::Unauthenticated}) {
    FormSearch search(2);
    search.begin({{4, 0}, {6, 0}});
    search.failed(end(code));

    EXPECT_EQ(search.next(), std::nullopt);
    EXPECT_FALSE(search.is_without_answer()) << "nobody knows";
    EXPECT_EQ(search.wait(), FormSearch::kFirstWait);
  }
}

TEST(FormSearch, LooksAgainEverMoreRarely) {
  FormSearch search(2);
  std::vector<core::Duration> waits;
  for (int i = 0; i < 8; ++i) {
    empty_pass(search, {{4, 0}});
    waits.push_back(search.wait());
  }

  EXPECT_THAT(waits, ElementsAre(10min, 20min, 40min, 80min, 160min, 320min, 6h, 6h));
}

}  // namespace
}  // namespace dm::gnmi
