#include "gnmi/session_search.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <set>

namespace dm::gnmi {
namespace {

struct Outcome {
  std::set<std::size_t> refused;
  PathIndexes accepted;
  int questions = 0;
  bool operator==(const Outcome&) const = default;
};

// Plays the device: a question is refused when it holds a bad path.
Outcome search(std::size_t paths, const std::set<std::size_t>& bad, bool names_it = false) {
  PathIndexes all(paths);
  std::iota(all.begin(), all.end(), 0);
  PathSearch search(all);
  Outcome outcome;
  while (!search.is_done()) {
    ++outcome.questions;
    std::optional<std::size_t> first_bad;
    for (const std::size_t path : search.question()) {
      if (!first_bad && bad.contains(path)) first_bad = path;
    }
    if (!first_bad) {
      search.answer_accepted();
    } else if (const auto found = search.answer_refused(names_it ? first_bad : std::nullopt)) {
      outcome.refused.insert(*found);
    }
  }
  outcome.accepted = search.accepted();
  return outcome;
}

TEST(PathSearch, FindsTheOneBadPathInFewQuestions) {
  for (std::size_t bad = 0; bad < 32; ++bad) {
    const Outcome outcome = search(32, {bad});

    EXPECT_EQ(outcome.refused, std::set<std::size_t>{bad});
    EXPECT_EQ(outcome.accepted.size(), 31U);
    EXPECT_LE(outcome.questions, 10);
  }
}

TEST(PathSearch, AsksOncePerGroupWhenTheDeviceNamesThePath) {
  EXPECT_LE(search(32, {7}, true).questions, 3);
  EXPECT_EQ(search(32, {7}, true).refused, std::set<std::size_t>{7});
}

TEST(PathSearch, ConvictsAPathOnlyByItself) {
  EXPECT_EQ(search(1, {0}), (Outcome{{0}, {}, 1}));
  EXPECT_EQ(search(2, {1}), (Outcome{{1}, {0}, 2}));
}

TEST(PathSearch, FindsAnySetOfBadPaths) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    const std::size_t paths = 1 + random() % 40;
    std::set<std::size_t> bad;
    for (std::size_t i = random() % (paths + 1); i > 0; --i) bad.insert(random() % paths);

    const Outcome outcome = search(paths, bad, random() % 3 == 0);

    EXPECT_EQ(outcome.refused, bad);
    EXPECT_EQ(outcome.accepted.size(), paths - bad.size());
    EXPECT_LE(outcome.questions, 2 * static_cast<int>(paths));
  }
}

TEST(PathNamedIn, MatchesOnlyAPathWeAskedFor) {
  const std::vector<model::Path> paths = {*model::parse_path("/a/b"), *model::parse_path("/a/b[k=x/y]/c"),
                                          *model::parse_path("/d")};
  const auto named = [&](const std::string& path, const PathIndexes& asked = {0, 1, 2}) {
    return path_named_in("rpc error: failed to subscribe to " + path + ": path invalid: no node", paths, asked);
  };

  EXPECT_EQ(named("/d"), 2U);
  EXPECT_EQ(named("/a/b[k=x/y]/c"), 1U);
  EXPECT_EQ(named("/a"), std::nullopt);
  EXPECT_EQ(named("/a/b[k=z]/c"), std::nullopt);
  EXPECT_EQ(named("no path"), std::nullopt);
  EXPECT_EQ(named("/d", {0, 1}), std::nullopt);
  EXPECT_EQ(path_named_in("invalid path /d", paths, {2}), std::nullopt);
  EXPECT_EQ(path_named_in("failed to subscribe to /d", paths, {2}), std::nullopt);
}

TEST(PathNamedIn, IgnoresOurOrigin) {
  std::vector<model::Path> paths = {*model::parse_path("/a/b")};
  paths[0].origin = "openconfig";

  EXPECT_EQ(path_named_in("failed to subscribe to /a/b: path invalid", paths, {0}), 0U);
}

}  // namespace
}  // namespace dm::gnmi
