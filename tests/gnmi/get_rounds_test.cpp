#include "gnmi/get_rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

CallEnd end(GrpcCode code, std::string message = "why") { return {.code = code, .message = std::move(message), .hint = {}}; }

struct Rounds {
  core::FakeClock clock;
  GetRounds rounds{{0, 1, 2}, 60s};

  void begin() { rounds.begin(clock.steady_now()); }
  std::vector<std::size_t> fail(GrpcCode code) {
    return rounds.failed(end(code), {clock.steady_now(), clock.wall_now(), 0});
  }
  std::vector<std::size_t> asked() {  // of a round in which everything is answered
    std::vector<std::size_t> all;
    begin();
    while (rounds.next()) {
      all.push_back(*rounds.next());
      rounds.answered();
    }
    return all;
  }
};

TEST(GetRounds, ReadsEveryPathInOrderEveryInterval) {
  Rounds r;

  EXPECT_THAT(r.asked(), ElementsAre(0, 1, 2));
  EXPECT_EQ(r.rounds.wait(), 60s);
  EXPECT_THAT(r.asked(), ElementsAre(0, 1, 2));
}

TEST(GetRounds, AFailureOfOnePathIsNoneOfTheOthers) {
  Rounds r;
  r.begin();

  EXPECT_THAT(r.fail(GrpcCode::Internal), ElementsAre(0));

  EXPECT_EQ(r.rounds.next(), 1U);
  EXPECT_FALSE(r.rounds.refused().contains(0));
}

class WholeDevice : public ::testing::TestWithParam<GrpcCode> {};

TEST_P(WholeDevice, ThatDoesNotAnswerIsNotAskedForTheRest) {
  Rounds r;
  r.begin();
  r.rounds.answered();

  EXPECT_THAT(r.fail(GetParam()), ElementsAre(2, 1));

  EXPECT_EQ(r.rounds.next(), std::nullopt);
  EXPECT_FALSE(r.rounds.refused().contains(1));
}

INSTANTIATE_TEST_SUITE_P(Codes, WholeDevice,
                         ::testing::Values(GrpcCode::Unavailable, GrpcCode::DeadlineExceeded, GrpcCode::ResourceExhausted,
                                           GrpcCode::Unauthenticated, GrpcCode::PermissionDenied));

class RefusedPath : public ::testing::TestWithParam<GrpcCode> {};

TEST_P(RefusedPath, IsLeftAloneAndAskedAgainLater) {
  Rounds r;
  r.begin();
  const auto since = r.clock.wall_now();

  EXPECT_THAT(r.fail(GetParam()), ElementsAre(0));

  ASSERT_TRUE(r.rounds.refused().contains(0));
  EXPECT_EQ(r.rounds.refused().at(0).message, "why");
  EXPECT_THAT(r.asked(), ElementsAre(1, 2));
  r.clock.advance(kQuarantine);
  r.begin();
  EXPECT_EQ(r.rounds.next(), 0U);
  r.fail(GetParam());
  EXPECT_EQ(r.rounds.refused().at(0).since, since);
}

INSTANTIATE_TEST_SUITE_P(Codes, RefusedPath,
                         ::testing::Values(GrpcCode::InvalidArgument, GrpcCode::NotFound));

TEST(GetRounds, ADeviceWithoutGetIsAskedByOnceInTheSameRound) {
  Rounds r;
  r.begin();

  EXPECT_THAT(r.fail(GrpcCode::Unimplemented), ElementsAre());

  EXPECT_EQ(r.rounds.next(), 0U);
  EXPECT_TRUE(r.rounds.is_by_once(0));
  EXPECT_FALSE(r.rounds.is_by_once(1));
  EXPECT_FALSE(r.rounds.answered());
  EXPECT_THAT(r.asked(), ElementsAre(0, 1, 2));
  EXPECT_TRUE(r.rounds.is_by_once(0)) << "in later rounds too";
}

TEST(GetRounds, WhatIsRefusedByOnceTooIsLeftAlone) {
  Rounds r;
  r.begin();
  r.fail(GrpcCode::Unimplemented);

  EXPECT_THAT(r.fail(GrpcCode::Unimplemented), ElementsAre(0));

  EXPECT_TRUE(r.rounds.refused().contains(0));
  EXPECT_THAT(r.asked(), ElementsAre(1, 2));
}

TEST(GetRounds, GetIsTriedAgainAfterALongTimeAndOnRequest) {
  Rounds r;
  r.begin();
  r.fail(GrpcCode::Unimplemented);
  r.clock.advance(kQuarantine);
  r.begin();
  EXPECT_FALSE(r.rounds.is_by_once(0));

  r.fail(GrpcCode::Unimplemented);
  EXPECT_TRUE(r.rounds.forgive());
  r.begin();
  EXPECT_FALSE(r.rounds.is_by_once(0));
}

TEST(GetRounds, PathsThatAreGoneAreAskedNoMoreAndForgotten) {
  Rounds r;
  r.begin();
  r.fail(GrpcCode::NotFound);
  r.fail(GrpcCode::Unimplemented);

  r.rounds.set_paths({2, 5});

  EXPECT_EQ(r.rounds.next(), 2U);
  EXPECT_TRUE(r.rounds.refused().empty());
  EXPECT_TRUE(r.rounds.by_once().empty());
  EXPECT_THAT(r.asked(), ElementsAre(2, 5));
}

TEST(GetRounds, AnAnswerEndsTheQuarantine) {
  Rounds r;
  r.begin();
  r.fail(GrpcCode::NotFound);

  EXPECT_TRUE(r.rounds.forgive());
  r.begin();

  EXPECT_TRUE(r.rounds.answered());
  EXPECT_FALSE(r.rounds.refused().contains(0));
  EXPECT_FALSE(r.rounds.answered()) << "the next path was in none";
  EXPECT_FALSE(r.rounds.forgive());
}

TEST(GetRounds, RefusedLoginsMakeTheRoundsRare) {
  Rounds r;
  const auto refuse = [&] {
    r.begin();
    r.fail(GrpcCode::Unauthenticated);
    return r.rounds.wait();
  };

  EXPECT_EQ(refuse(), 2min);
  EXPECT_EQ(refuse(), 4min);
  for (int i = 0; i < 10; ++i) refuse();
  EXPECT_EQ(r.rounds.wait(), 1h);

  EXPECT_TRUE(r.rounds.forgive());
  EXPECT_EQ(r.rounds.wait(), 60s);
}

}  // namespace
}  // namespace dm::gnmi
