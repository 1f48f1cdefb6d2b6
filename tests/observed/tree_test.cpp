#include "observed/tree.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/value.h"

namespace dm::observed {
namespace {

using model::PathId;

// A table in which everything below a `config` container is configuration.
model::PathFacts facts_of(const model::Path& path) {
  const auto is_config = [](const model::PathElement& element) { return element.name == "config"; };
  return {.is_config = std::any_of(path.elements.begin(), path.elements.end(), is_config) &&
                       path.elements.back().name != "config"};
}

class TreeTest : public testing::Test {
 protected:
  PathId id(const char* text) { return paths_.intern(*model::parse_path(text)); }
  void say(const char* path, const model::Value& value) {
    const auto offset = static_cast<std::uint32_t>(batch_.bytes.size());
    model::encode(value, batch_.bytes);
    batch_.sets.push_back({id(path), offset, static_cast<std::uint32_t>(batch_.bytes.size()) - offset});
  }
  std::vector<std::string> apply() {
    const Changes& changes = tree_.apply(batch_);
    batch_.clear();
    return texts(changes);
  }
  std::vector<std::string> texts(const Changes& changes) {
    std::vector<std::string> all;
    for (const PathId path : changes.leaves) all.push_back(paths_.text(path));
    std::sort(all.begin(), all.end());
    return all;
  }

  model::PathTable paths_{facts_of};
  Tree tree_{paths_, {.leaves_per_device = 4}};
  model::UpdateBatch batch_;
};

using Texts = std::vector<std::string>;

TEST_F(TreeTest, ReportsOnlyWhatReallyChanged) {
  say("/i/i[n=1]/config/mtu", 9000);
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/mtu"});

  say("/i/i[n=1]/config/mtu", 9000);
  EXPECT_EQ(apply(), Texts{});

  say("/i/i[n=1]/config/mtu", 1500);
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/mtu"});
}

// EOS stamps a leaf with its last change, SONiC said seconds for nanoseconds: what came last is the truth.
TEST_F(TreeTest, TheOrderOfArrivalCountsAndNeverTheDevicesClock) {
  batch_.timestamp_ns = 1'795'132'800'000'000'000;
  say("/i/i[n=1]/config/mtu", 9000);
  apply();

  batch_.timestamp_ns = 1'795'132'800;
  say("/i/i[n=1]/config/mtu", 1500);
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/mtu"});
  batch_.timestamp_ns = 0;
  batch_.exact_deletes.push_back(id("/i/i[n=1]"));
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/mtu"});
}

TEST_F(TreeTest, DeletesApplyBeforeSets) {
  say("/i/i[n=1]/config/mtu", 9000);
  apply();

  batch_.exact_deletes.push_back(id("/i/i[n=1]"));
  say("/i/i[n=1]/config/mtu", 9000);
  apply();

  EXPECT_NE(tree_.leaves().find(id("/i/i[n=1]/config/mtu")), nullptr);
  EXPECT_TRUE(tree_.leaves().entry_exists(id("/i/i[n=1]")));
}

TEST_F(TreeTest, ADeleteAboveRemovesEverythingBelow) {
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=2]/config/mtu", 9000);
  apply();

  batch_.exact_deletes.push_back(id("/i"));
  EXPECT_EQ(apply().size(), 2U);

  EXPECT_EQ(tree_.leaves().size(), 0U);
  EXPECT_FALSE(tree_.leaves().entry_exists(id("/i/i[n=1]")));
}

TEST_F(TreeTest, APatternDeletesWhatItMatches) {
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=2]/config/mtu", 9000);
  say("/j/config/mtu", 9000);
  apply();

  batch_.pattern_deletes.push_back(*model::parse_path("/i/i[n=*]"));
  apply();

  EXPECT_EQ(tree_.leaves().size(), 1U);
}

TEST_F(TreeTest, AnEntryExistsByItsConfigurationOnly) {
  say("/i/i[n=1]/state/mtu", 9000);
  apply();
  EXPECT_FALSE(tree_.leaves().entry_exists(id("/i/i[n=1]")));

  say("/i/i[n=1]/config/mtu", 9000);
  apply();
  EXPECT_TRUE(tree_.leaves().entry_exists(id("/i/i[n=1]")));

  batch_.exact_deletes.push_back(id("/i/i[n=1]/config/mtu"));
  apply();
  EXPECT_FALSE(tree_.leaves().entry_exists(id("/i/i[n=1]")));
}

TEST_F(TreeTest, ANewGenerationSweepsWhatItDidNotRepeat) {
  tree_.begin_generation();
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=2]/config/mtu", 9000);
  apply();
  tree_.end_generation();

  tree_.begin_generation();
  say("/i/i[n=2]/config/mtu", 9000);
  EXPECT_EQ(apply(), Texts{});

  EXPECT_EQ(texts(tree_.end_generation()), Texts{"/i/i[n=1]/config/mtu"});
}

TEST_F(TreeTest, AnAtomicMessageIsAllThereIsBelowItsPrefix) {
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=1]/config/name", "x");
  say("/i/i[n=2]/config/mtu", 9000);
  apply();

  batch_.atomic_prefix = id("/i/i[n=1]");
  say("/i/i[n=1]/config/mtu", 9000);
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/name"});
}

// gNMI specification 2.1.1: the delete of any leaf of an atomic set is that of the whole set.
TEST_F(TreeTest, TheDeleteOfOneLeafOfAnAtomicSetEndsItAll) {
  const auto say_set = [&] {
    batch_.atomic_prefix = id("/i/i[n=1]");
    say("/i/i[n=1]/config/mtu", 9000);
    say("/i/i[n=1]/config/name", "x");
    apply();
  };
  const Texts whole{"/i/i[n=1]/config/mtu", "/i/i[n=1]/config/name"};
  say("/i/i[n=2]/config/mtu", 9000);
  apply();

  say_set();
  batch_.exact_deletes = {id("/i/i[n=1]/config/name")};
  EXPECT_EQ(apply(), whole);

  say_set();
  batch_.pattern_deletes = {*model::parse_path("/i/i[n=*]/config/name")};
  EXPECT_EQ(apply(), whole);

  say_set();
  batch_.exact_deletes = {id("/i/i[n=2]/config/mtu")};
  EXPECT_EQ(apply(), Texts{"/i/i[n=2]/config/mtu"});
}

TEST_F(TreeTest, ASetThatSomebodyElseTouchedIsNoAtomicSetAnyMore) {
  batch_.atomic_prefix = id("/i/i[n=1]");
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=1]/config/name", "x");
  apply();
  say("/i/i[n=1]/config/mtu", 1500);
  apply();

  batch_.exact_deletes = {id("/i/i[n=1]/config/name")};
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/name"});
}

TEST_F(TreeTest, ASmallerAtomicSetEndsTheOneItIsIn) {
  batch_.atomic_prefix = id("/i");
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=2]/config/mtu", 9000);
  apply();
  batch_.atomic_prefix = id("/i/i[n=1]");
  say("/i/i[n=1]/config/mtu", 1500);
  apply();

  batch_.exact_deletes = {id("/i/i[n=1]/config/mtu")};
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/mtu"});
}

TEST_F(TreeTest, ANewStreamKnowsNoAtomicSets) {
  batch_.atomic_prefix = id("/i/i[n=1]");
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=1]/config/name", "x");
  apply();
  tree_.begin_generation();

  batch_.exact_deletes = {id("/i/i[n=1]/config/name")};
  EXPECT_EQ(apply(), Texts{"/i/i[n=1]/config/name"});
}

TEST_F(TreeTest, AValueTakenBackInItsOwnMessageIsNone) {
  say("/a", 1);
  batch_.sets.push_back({id("/a"), 0, 0});
  apply();
  EXPECT_EQ(tree_.leaves().size(), 0U);

  say("/a", 1);
  apply();
  batch_.sets.push_back({id("/a"), 0, 0});
  EXPECT_EQ(apply(), Texts{"/a"});
  EXPECT_EQ(tree_.leaves().size(), 0U);
}

TEST_F(TreeTest, RefusesLeavesBeyondTheLimit) {
  for (const char* path : {"/a", "/b", "/c", "/d"}) say(path, 1);
  apply();

  say("/e", 1);
  say("/a", 2);
  const Changes& changes = tree_.apply(batch_);

  EXPECT_EQ(changes.refused_leaves, 1U);
  EXPECT_EQ(texts(changes), Texts{"/a"});
}

TEST_F(TreeTest, RefusesLeavesBeyondTheBytes) {
  Tree tree(paths_, {.bytes_per_device = 1000});
  say("/a", std::string(500, 'x'));
  say("/b", std::string(500, 'x'));
  say("/c", 1);
  const Changes& changes = tree.apply(batch_);

  EXPECT_EQ(changes.refused_bytes, 1U);
  EXPECT_EQ(texts(changes), (Texts{"/a", "/c"}));
  EXPECT_LE(tree.bytes(), 1000U);
}

TEST_F(TreeTest, AValueThereIsNoRoomForTakesItsLeafAlong) {
  Tree tree(paths_, {.bytes_per_device = 1000});
  say("/a", std::string(500, 'x'));
  say("/b", 1);
  tree.apply(batch_);
  batch_.clear();

  say("/a", std::string(1000, 'y'));
  const Changes& changes = tree.apply(batch_);

  EXPECT_EQ(changes.refused_bytes, 1U);
  EXPECT_EQ(texts(changes), Texts{"/a"});
  EXPECT_EQ(tree.leaves().find(id("/a")), nullptr);
}

TEST_F(TreeTest, CountsTheBytesOfWhatItHoldsAndNoOthers) {
  Tree tree(paths_, {});
  say("/a", std::string(500, 'x'));
  say("/b", 1);
  tree.apply(batch_);
  batch_.clear();
  const std::size_t held = tree.bytes();
  EXPECT_GE(held, 500U);

  say("/a", std::string(100, 'x'));
  tree.apply(batch_);
  batch_.clear();
  EXPECT_EQ(tree.bytes(), held - 400U);

  batch_.exact_deletes.push_back(id("/a"));
  batch_.exact_deletes.push_back(id("/b"));
  tree.apply(batch_);
  EXPECT_EQ(tree.bytes(), 0U);
}

TEST_F(TreeTest, WhatAnAnswerDoesNotRepeatBelowItsPathIsGone) {
  say("/i/i[n=1]/config/mtu", 9000);
  say("/i/i[n=2]/config/mtu", 9000);
  say("/i/i[n=2]/state/mtu", 9000);
  apply();

  say("/i/i[n=1]/config/mtu", 9000);
  batch_.complete = model::parse_path("/i/i/config").value();
  EXPECT_EQ(apply(), Texts{"/i/i[n=2]/config/mtu"});

  batch_.complete = model::parse_path("/i").value();
  EXPECT_EQ(apply(), (Texts{"/i/i[n=1]/config/mtu", "/i/i[n=2]/state/mtu"}));
  EXPECT_EQ(tree_.leaves().size(), 0U);
}

}  // namespace
}  // namespace dm::observed
