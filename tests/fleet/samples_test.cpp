#include "fleet/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dm::fleet {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

model::Path path(const std::string& text) { return *model::parse_path(text); }
const model::Path kA = path("/a"), kB = path("/b");

// Two sampled paths; each interval is told which of them were heard.
struct Lab {
  Samples samples{60s};
  std::uint32_t generation = 7;
  core::SteadyTime now{1h};

  Lab() {
    samples.set_paths({kA, kB});
    samples.begin_stream();
    samples.set_intended([](const model::Path&) { return true; });
  }
  static Samples::IsHeard only(std::vector<model::Path> heard) {
    return [heard = std::move(heard)](const model::Path& pattern) { return std::find(heard.begin(), heard.end(), pattern) != heard.end(); };
  }
  void go_live(std::vector<model::Path> heard) {
    samples.go_live(only(std::move(heard)), now);
    ++generation;
  }
  std::vector<Unrepeated> end_interval(std::vector<model::Path> heard) {
    now = *samples.due();
    return samples.end_interval(only(std::move(heard)), generation++, now);
  }
};

TEST(Samples, WhatTwoWholeIntervalsDoNotRepeatIsGone) {
  Lab lab;
  lab.go_live({kA, kB});

  EXPECT_THAT(lab.end_interval({kA, kB}), IsEmpty()) << "one interval proves nothing";
  EXPECT_THAT(lab.end_interval({kA, kB}), ElementsAre(Unrepeated{kA, 8}, Unrepeated{kB, 8}));
  EXPECT_THAT(lab.end_interval({kA, kB}), ElementsAre(Unrepeated{kA, 9}, Unrepeated{kB, 9}));
}

TEST(Samples, AnIntervalWithoutAnythingOfThePathProvesNothing) {
  Lab lab;
  lab.go_live({kA, kB});
  lab.end_interval({kA, kB});

  EXPECT_THAT(lab.end_interval({kB}), ElementsAre(Unrepeated{kB, 8}));
  EXPECT_THAT(lab.end_interval({kA, kB}), ElementsAre(Unrepeated{kB, 9})) << "the one before said nothing of /a";
  EXPECT_THAT(lab.end_interval({kA, kB}), ElementsAre(Unrepeated{kA, 10}, Unrepeated{kB, 10}));
}

TEST(Samples, ASyncIsBelievedOnlyOfPathsThatWereHeard) {
  Lab lab;
  lab.go_live({kA});

  EXPECT_FALSE(lab.samples.is_waiting(kA));
  EXPECT_TRUE(lab.samples.is_waiting(kB));
  EXPECT_TRUE(lab.samples.is_pending());
  EXPECT_EQ(lab.samples.reason(), "/b: the first round of samples is not over");
}

TEST(Samples, ALatePathIsKnownAWholeIntervalAfterItsFirstValue) {
  Lab lab;
  lab.go_live({kA});
  EXPECT_THAT(lab.end_interval({kA, kB}), IsEmpty());
  EXPECT_TRUE(lab.samples.is_waiting(kB)) << "its first round may be cut by the interval";

  EXPECT_THAT(lab.end_interval({kA, kB}), ElementsAre(Unrepeated{kA, 8}, Unrepeated{kB, 8}));
  EXPECT_FALSE(lab.samples.is_waiting(kB));
  EXPECT_EQ(lab.samples.reason(), "");
}

TEST(Samples, ALatePathThatPausesStaysUnknownMeanwhile) {
  Lab lab;
  lab.go_live({});
  lab.end_interval({kB});
  lab.end_interval({});
  EXPECT_TRUE(lab.samples.is_waiting(kB));

  EXPECT_THAT(lab.end_interval({kB}), ElementsAre(Unrepeated{kB, 8})) << "all since its first value";
  EXPECT_FALSE(lab.samples.is_waiting(kB));
}

TEST(Samples, ASilentPathIsSaidToBeSilentAndLosesNothing) {
  Lab lab;
  lab.go_live({kA, kB});
  for (int i = 0; i < Samples::kSilentIntervals; ++i) {
    EXPECT_EQ(lab.samples.reason(), "");
    for (const Unrepeated& gone : lab.end_interval({kB})) EXPECT_EQ(gone.pattern, kB);
  }

  EXPECT_EQ(lab.samples.reason(), "/a: sampled, and not repeated for 3m");
  EXPECT_FALSE(lab.samples.is_waiting(kA)) << "what it said is still judged";
  lab.end_interval({kA, kB});
  EXPECT_EQ(lab.samples.reason(), "");
}

TEST(Samples, APathWithoutAnyValueIsNoLongerWaitedFor) {
  Lab lab;
  lab.go_live({kB});
  for (int i = 0; i < Samples::kSilentIntervals; ++i) lab.end_interval({kB});

  EXPECT_FALSE(lab.samples.is_pending());
  EXPECT_TRUE(lab.samples.is_waiting(kA));
  EXPECT_THAT(lab.samples.reason(), HasSubstr("/a: sampled, and no value came for 3m"));
}

TEST(Samples, WhereNothingIsIntendedNothingIsMissed) {
  Lab lab;
  lab.go_live({kB});
  lab.samples.set_intended([](const model::Path& pattern) { return pattern == kB; });

  EXPECT_EQ(lab.samples.reason(), "");
  EXPECT_EQ(lab.samples.trouble(kA), "the first round of samples is not over");
}

TEST(Samples, HaveNoIntervalsWhileThereIsNoStream) {
  Lab lab;
  EXPECT_EQ(lab.samples.due(), std::nullopt);
  lab.go_live({kA, kB});
  EXPECT_EQ(lab.samples.due(), lab.now + 60s);

  lab.samples.lose_stream();
  EXPECT_EQ(lab.samples.due(), std::nullopt);
}

TEST(Samples, ANewStreamKnowsNothingYet) {
  Lab lab;
  lab.go_live({kA, kB});
  lab.end_interval({kA, kB});
  lab.samples.begin_stream();
  lab.go_live({kA});

  EXPECT_TRUE(lab.samples.is_waiting(kB));
  EXPECT_THAT(lab.end_interval({kA}), IsEmpty());
}

TEST(Samples, PathsThatStayKeepWhatIsKnown) {
  Lab lab;
  lab.go_live({kA});
  lab.samples.set_paths({kA, path("/c")});

  EXPECT_FALSE(lab.samples.is_waiting(kA));
  EXPECT_FALSE(lab.samples.is_waiting(kB)) << "it is not sampled any more";
  EXPECT_TRUE(lab.samples.is_waiting(path("/c")));
}

}  // namespace
}  // namespace dm::fleet
