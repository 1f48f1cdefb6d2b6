#include "observed/deletes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "observed/tree.h"
#include "schema/profile.h"

namespace dm::observed {
namespace {

using model::Path;
using model::PathId;
using Texts = std::vector<std::string>;

Path path(const std::string& text) { return *model::parse_path(text); }

struct Held {
  model::PathTable paths{nullptr};
  model::LeafMap leaves{paths};

  explicit Held(const Texts& texts) {
    for (const auto& text : texts) leaves.insert({.path = paths.intern(path(text)), .value = {}});
  }
  Texts named_by(const Texts& exact, const Texts& patterns) {
    std::vector<PathId> ids;
    for (const auto& text : exact) ids.push_back(paths.intern(path(text)));
    std::vector<Path> wild;
    for (const auto& text : patterns) wild.push_back(path(text));
    Texts found;
    for (const PathId id : deleted_leaves(paths, leaves, ids, wild).leaves) found.push_back(paths.text(id));
    std::sort(found.begin(), found.end());
    return found;
  }
};

TEST(Deletes, NameLeavesAtAndBelow) {
  Held held({"/a/b", "/a/c[k=1]/d", "/a/c[k=2]/d", "/e", "cli:/a/b"});

  EXPECT_EQ(held.named_by({"/e"}, {}), Texts({"/e"}));
  EXPECT_EQ(held.named_by({"/a/c[k=1]"}, {}), Texts({"/a/c[k=1]/d"}));
  EXPECT_EQ(held.named_by({"/a", "/a/b"}, {}), Texts({"/a/b", "/a/c[k=1]/d", "/a/c[k=2]/d"}));
  EXPECT_EQ(held.named_by({"/"}, {}), Texts({"/a/b", "/a/c[k=1]/d", "/a/c[k=2]/d", "/e"}));
  EXPECT_EQ(held.named_by({"cli:/"}, {}), Texts({"cli:/a/b"}));
  EXPECT_EQ(held.named_by({"/nowhere"}, {"/a/x[k=*]"}), Texts());
}

TEST(Deletes, PatternsFindEntriesWithKeysTheyLeaveOut) {
  Held held({"/a/c[k=1][l=1]/d", "/a/c[k=2][l=1]/d", "/a/c[k=2][l=1]/e"});
  held.paths.intern(path("/a/c/d"));  // the list's own name, met in a request

  EXPECT_EQ(held.named_by({}, {"/a/c/d"}), Texts({"/a/c[k=1][l=1]/d", "/a/c[k=2][l=1]/d"}));
  EXPECT_EQ(held.named_by({}, {"/a/c[k=2]"}), Texts({"/a/c[k=2][l=1]/d", "/a/c[k=2][l=1]/e"}));
  EXPECT_EQ(held.named_by({}, {"/.../e"}), Texts({"/a/c[k=2][l=1]/e"}));
}

TEST(Deletes, FindALeafThatHasOthersBelowIt) {
  Held held({"/a", "/a/b"});

  EXPECT_EQ(held.named_by({"/a"}, {}), Texts({"/a", "/a/b"}));
}

TEST(Deletes, PatternsOfKnownListsReachWhatAPlainOneWould) {
  Held held({"/interfaces/interface[name=Ethernet1]/config/mtu", "/interfaces/interface[name=Ethernet2]/config/mtu",
             "/interfaces/interface[name=Ethernet1]/subinterfaces/subinterface[index=0]/config/enabled", "cli:/interfaces/x"});
  held.paths.intern(path("/interfaces/interface/config"));  // without keys, as a request names it

  EXPECT_EQ(held.named_by({}, {"/interfaces/interface/config"}),
            Texts({"/interfaces/interface[name=Ethernet1]/config/mtu", "/interfaces/interface[name=Ethernet2]/config/mtu"}));
  EXPECT_EQ(held.named_by({}, {"/interfaces/interface[name=Ethernet1]/subinterfaces/subinterface[index=*]"}),
            Texts({"/interfaces/interface[name=Ethernet1]/subinterfaces/subinterface[index=0]/config/enabled"}));
  EXPECT_EQ(held.named_by({}, {"/interfaces/interface[name=Ethernet1]/.../config"}),
            Texts({"/interfaces/interface[name=Ethernet1]/config/mtu",
                   "/interfaces/interface[name=Ethernet1]/subinterfaces/subinterface[index=0]/config/enabled"}));
  EXPECT_EQ(held.named_by({}, {"/interfaces/interface[name=Ethernet7]/.../config", "/nowhere/*"}), Texts());
  EXPECT_EQ(held.named_by({}, {"cli:/interfaces/*"}), Texts({"cli:/interfaces/x"}));
}

struct Wide {
  static constexpr std::size_t kEntries = 5'000, kPatterns = 256;
  model::PathTable paths{schema::classify};
  model::LeafMap leaves{paths};

  Wide() {
    for (std::size_t i = 0; i < kEntries; ++i) {
      for (const char* leaf : {"mtu", "description", "enabled", "type"}) {
        leaves.insert({.path = paths.intern(path(fmt::format("/interfaces/interface[name=Ethernet{}]/config/{}", i, leaf))), .value = {}});
      }
    }
  }
  Deleted deleted(const std::string& pattern) const {
    std::vector<Path> patterns;
    for (std::size_t i = 0; i < kPatterns; ++i) patterns.push_back(path(fmt::format(fmt::runtime(pattern), i)));
    return deleted_leaves(paths, leaves, {}, patterns);
  }
};

TEST(Deletes, PatternsInsideAnEntryLookAtThatEntryOnly) {
  const Wide wide;

  const Deleted deleted = wide.deleted("/interfaces/interface[name=Ethernet{}]/*/description");

  EXPECT_EQ(deleted.leaves.size(), Wide::kPatterns);
  EXPECT_LT(deleted.steps, 20 * Wide::kPatterns);
}

TEST(Deletes, PatternsOfOtherNamesAreComparedWithNamesOnly) {
  const Wide wide;

  const Deleted deleted = wide.deleted("/interfaces/.../config/.../q{}");

  EXPECT_EQ(deleted.leaves.size(), 0U);
  EXPECT_LT(deleted.steps, 3 * wide.leaves.size() + 10 * Wide::kPatterns);
}

TEST(Deletes, TellHowManyPatternsEachLeafWasComparedWith) {
  const Wide wide;

  const Deleted deleted = wide.deleted("/interfaces/interface[name=Port{}*]/config/mtu");

  EXPECT_EQ(deleted.leaves.size(), 0U);
  EXPECT_GT(deleted.steps, Wide::kEntries * Wide::kPatterns / 2);
}

// A path table that other devices have filled, small and large messages: as if every leaf were asked.
TEST(Deletes, AreWhatAPlainLookAtEveryLeafWouldFind) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t count) { return random() % count; };
  const auto some_path = [&](std::size_t least, bool is_wild) {
    std::string text;
    const std::size_t depth = least + pick(5 - least);
    for (std::size_t i = 0; i < depth; ++i) {
      text += fmt::format("/{}", is_wild && pick(8) == 0 ? std::string(pick(2) == 0 ? "*" : "...") : std::string(1, static_cast<char>('a' + pick(3))));
      if (pick(2) == 0) text += fmt::format("[k={}]", is_wild && pick(3) == 0 ? "*" : std::to_string(pick(4)));
    }
    return text.empty() ? "/" : text;
  };
  for (int round = 0; round < 300; ++round) {
    Held held({});
    for (std::size_t i = pick(3) * 500; i > 0; --i) held.paths.intern(path(some_path(1, false)));
    for (std::size_t i = pick(100); i > 0; --i) {
      const PathId id = held.paths.intern(path(some_path(1, false)));
      if (held.leaves.find(id) == nullptr) held.leaves.insert({.path = id, .value = {}});
    }
    std::vector<PathId> exact;
    std::vector<Path> patterns;
    for (std::size_t i = pick(6); i > 0; --i) exact.push_back(held.paths.intern(path(some_path(0, false))));
    for (std::size_t i = pick(4); i > 0; --i) patterns.push_back(path(some_path(1, true)));

    std::vector<PathId> expected;
    for (const model::Leaf& leaf : held.leaves.leaves()) {
      const PathId id = leaf.path;
      const bool is_named =
          std::any_of(exact.begin(), exact.end(),
                      [&](PathId e) { return e == id || held.paths.is_below(id, e); }) ||
          std::any_of(patterns.begin(), patterns.end(),
                      [&](const Path& p) { return model::covers(p, held.paths.path(id)); });
      if (is_named) expected.push_back(id);
    }
    std::sort(expected.begin(), expected.end());

    ASSERT_EQ(deleted_leaves(held.paths, held.leaves, exact, patterns).leaves, expected) << "round " << round;
  }
}

// Looked at one by one, these would be billions of steps.
TEST(Deletes, ManyOfWhatIsNotHeldAreOnePass) {
  constexpr int kLeaves = 30'000, kDeletes = 200'000;
  model::PathTable paths{nullptr};
  Tree tree(paths, {});
  model::UpdateBatch batch;
  batch.bytes = "t";
  for (int i = 0; i < kLeaves; ++i) batch.sets.push_back({paths.intern(path(fmt::format("/l[k={}]/v", i))), 0, 1});
  tree.apply(batch);
  batch.clear();
  for (int i = 0; i < kDeletes; ++i) batch.exact_deletes.push_back(paths.intern(path(fmt::format("/m[k={}]", i))));
  batch.exact_deletes.push_back(paths.intern(path("/l[k=7]")));

  EXPECT_EQ(tree.apply(batch).leaves.size(), 1U);

  EXPECT_EQ(tree.leaves().size(), static_cast<std::size_t>(kLeaves - 1));
}

}  // namespace
}  // namespace dm::observed
