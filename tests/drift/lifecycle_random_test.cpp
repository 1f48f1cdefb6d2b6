// Random lives of a few paths, with losses, syncs and restarts, judged by what the record of true
// values says must, may and must not have been told. Every sequence is repeatable by its seed.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "drift/lifecycle.h"
#include "drift/story.h"

namespace dm::drift {
namespace {

using namespace std::chrono_literals;
using story::Story;

// What a path truly was over time: 0 = as intended, else a wrong value. Only what was seen counts:
// the record of a path breaks where the stream was lost or the service restarted.
struct Span {
  core::Duration from{0};
  int value = 0;
};

class Life {
 public:
  // `has_commits`: the device says boundaries, at any time.
  Life(unsigned seed, LifecycleRules rules, bool has_commits = false)
      : random_(seed), rules_(rules), has_commits_(has_commits), story_(std::make_unique<Story>(rules)) {
    story_->sync({});
    for (const auto& path : kPaths) seen_[path] = {{core::Duration{0}, 0}};
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      time_ += std::chrono::milliseconds(random_() % 1500);
      advance();
      const auto dice = static_cast<unsigned>(random_() % 40);
      if (dice == 0 && is_live_) {
        lose();
      } else if (dice == 1) {
        restart();
      } else if (!is_live_ && dice < 14) {
        sync();
      } else {
        change();
        if (has_commits_ && dice % 2 == 0) story_->commit();
      }
    }
    if (!is_live_) sync();
    time_ += 1h;
    advance();
    check_end();
  }

 private:
  inline static const std::vector<std::string> kPaths{"/a", "/b", "/c", "/d"};

  void change() {
    const std::string& path = kPaths[random_() % kPaths.size()];
    const int value = random_() % 2 == 0 ? 0 : static_cast<int>(1 + random_() % 3);
    truth_[path] = value;
    if (!is_live_) return;
    if (value == 0) {
      story_->is_good(path);
    } else {
      story_->is(path, value);
    }
    note(path);
  }

  void note(const std::string& path) {
    if (seen_[path].empty() || seen_[path].back().value != truth_[path])
      seen_[path].push_back({time_, truth_[path]});
  }

  void lose() {
    is_live_ = false;
    story_->lose();
    for (const auto& path : kPaths) {
      const int told = told_[path].value;
      if (value_at(path, time_) != told && time_ - since(path, time_, told) >= rules_.hold)
        due_when_lost_.insert(path);
    }
  }

  void sync() {
    is_live_ = true;
    std::map<std::string, model::Value> wrong;
    for (const auto& [path, value] : truth_) {
      if (value != 0) wrong.emplace(path, value);
    }
    story_->sync(wrong);
    for (const auto& path : kPaths) {
      if (!due_when_lost_.contains(path)) seen_[path].clear();
      note(path);
    }
    due_when_lost_.clear();
  }

  void restart() {
    std::vector<model::Drift> open;
    for (const auto& [id, drift] : story_->stored) {
      if (drift.state != model::DriftState::Resolved) open.push_back(drift);
    }
    auto next = std::make_unique<Story>(rules_, open);
    next->stored = story_->stored;
    next->elapsed = story_->elapsed;
    story_ = std::move(next);
    due_when_lost_.clear();
    sync();
  }

  void advance() {
    story_->at(time_);
    for (const auto& [at, event] : story_->events) check_event(at, event);
    story_->events.clear();
    for (const auto& path : kPaths) check_told_in_time(path);
  }

  int value_at(const std::string& path, core::Duration at) const {
    int value = 0;
    for (const Span& span : seen_.at(path)) {
      if (span.from <= at) value = span.value;
    }
    return value;
  }

  // Since when the path was without a break not `unlike`.
  core::Duration since(const std::string& path, core::Duration at, int unlike) const {
    core::Duration from = at;
    bool is_running = false;
    for (const Span& span : seen_.at(path)) {
      if (span.from > at) break;
      if (span.value == unlike) {
        is_running = false;
      } else if (!is_running) {
        from = span.from;
        is_running = true;
      }
    }
    return from;
  }

  void check_event(core::Duration at, const model::Event& event) {
    ASSERT_TRUE(event_ids_.insert(event.id).second) << "an event id twice";
    ASSERT_FALSE(event.differences.empty());
    for (const auto& item : event.differences) check_told(at, event, item);
  }

  void check_told(core::Duration at, const model::Event& event,
                  const model::EventDifference& item) {
    const std::string& path = item.drift.path;
    Told& told = told_[path];
    if (item.action == model::EventAction::Resolved) {
      ASSERT_EQ(event.action, model::EventAction::Resolved);
      ASSERT_EQ(told.id, item.drift.id) << path << ": resolved what was not told";
      told = {};
      return;
    }
    ASSERT_NE(event.action, model::EventAction::Resolved);
    const int current = static_cast<int>(std::get<std::uint64_t>(item.drift.current.data));
    if (item.action == model::EventAction::Opened) {
      ASSERT_TRUE(told.id.empty()) << path << ": opened twice without a resolution";
      ASSERT_TRUE(drift_ids_.insert(item.drift.id).second) << "a drift id twice";
      ASSERT_GE(at - since(path, at, 0), rules_.hold) << path << ": told within its hold";
    } else {
      ASSERT_EQ(told.id, item.drift.id) << path << ": changed what was not told";
      ASSERT_NE(told.value, current) << path << ": changed to what was told";
      ASSERT_GE(at - since(path, at, told.value), rules_.hold)
          << path << ": change told within its hold";
    }
    ASSERT_EQ(value_at(path, at), current) << path << " at " << core::to_text(at);
    told = {item.drift.id, current};
  }

  // A wrong value that lasts is told no later than hold and window allow, unless the path flaps.
  void check_told_in_time(const std::string& path) {
    if (!is_live_ || rules_.flap_count > 0) return;
    const int value = value_at(path, time_);
    if (value == 0) {
      if (time_ - since_value(path) > rules_.group_window) {
        ASSERT_TRUE(told_[path].id.empty()) << path << ": its end was not told";
      }
    } else if (time_ - since_value(path) > rules_.hold + rules_.group_window) {
      ASSERT_EQ(told_[path].value, value) << path << " not told at " << core::to_text(time_);
    }
  }

  core::Duration since_value(const std::string& path) const { return seen_.at(path).back().from; }

  void check_end() {
    std::map<std::string, int> open, stored, wrong;
    for (const model::Drift& drift : story_->lifecycle.open_drifts()) {
      open[drift.path] = static_cast<int>(std::get<std::uint64_t>(drift.current.data));
    }
    for (const auto& [id, drift] : story_->stored) {
      if (drift.state == model::DriftState::Resolved) continue;
      stored[drift.path] = static_cast<int>(std::get<std::uint64_t>(drift.current.data));
    }
    for (const auto& [path, value] : truth_) {
      if (value != 0) wrong[path] = value;
    }
    EXPECT_EQ(open, wrong);
    EXPECT_EQ(stored, wrong);
    EXPECT_EQ(story_->lifecycle.open_count(), wrong.size());
    EXPECT_EQ(story_->lifecycle.suspected_count(), 0U);
    for (const auto& path : kPaths) {
      EXPECT_EQ(told_[path].value, truth_[path]) << path;
      EXPECT_EQ(told_[path].id.empty(), truth_[path] == 0) << path;
    }
    EXPECT_FALSE(story_->lifecycle.next_deadline());
  }

  struct Told {
    std::string id;
    int value = 0;
  };
  std::mt19937 random_;
  LifecycleRules rules_;
  bool has_commits_;
  std::unique_ptr<Story> story_;
  core::Duration time_{0};
  bool is_live_ = true;
  std::map<std::string, int> truth_;
  std::map<std::string, std::vector<Span>> seen_;
  std::map<std::string, Told> told_;
  std::set<std::string> event_ids_, drift_ids_, due_when_lost_;
};

class LifecycleRandom : public testing::TestWithParam<unsigned> {};

TEST_P(LifecycleRandom, LosesNoDriftAndTellsNothingThatRevertedWithinItsHold) {
  for (unsigned round = 0; round < 20; ++round) {
    Life(GetParam() * 1000 + round, {.flap_count = 0}).run(400);
    if (HasFatalFailure()) FAIL() << "seed " << GetParam() * 1000 + round;
  }
}

TEST_P(LifecycleRandom, ToldOnTheFlyWithoutHoldOrWindow) {
  Life(GetParam(), {.hold = 0s, .group_window = 0s, .flap_count = 0}).run(400);
}

TEST_P(LifecycleRandom, DampingDelaysButLosesNothing) {
  for (unsigned round = 0; round < 10; ++round) {
    Life(GetParam() * 1000 + round, {.flap_count = 2, .flap_window = 1min}).run(400);
    if (HasFatalFailure()) FAIL() << "seed " << GetParam() * 1000 + round;
  }
}

// What was told, without its times, and the sum of these.
std::pair<std::vector<std::string>, core::Duration> told(const Story& story, bool is_over) {
  std::vector<std::string> lines = story.lines();
  core::Duration times{0};
  std::size_t kept = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& [time, event] = story.events[i];
    if ((event.action == model::EventAction::Resolved) != is_over) continue;
    times += time;
    lines[kept++] = lines[i].substr(lines[i].find(' '));
  }
  lines.resize(kept);
  return {lines, times};
}

// Changes that last longer than hold and window, in bursts with a boundary after each: the same drifts in the same
// events, only sooner.
TEST_P(LifecycleRandom, CommitBoundariesChangeNoEventButItsTime) {
  std::mt19937 random(GetParam());
  const LifecycleRules rules{.hold = 100ms, .flap_count = 0};
  Story plain(rules), told_sooner(rules);
  core::Duration time{0};
  for (int burst = 0; burst < 200; ++burst) {
    time += 5s;
    core::Duration end = time;
    for (std::size_t change = 1 + random() % 5; change > 0; --change) {
      end += std::chrono::milliseconds(random() % 90);
      const std::string path = "/" + std::to_string(random() % 6);
      const int value = static_cast<int>(random() % 3);
      for (Story* story : {&plain, &told_sooner}) {
        story->at(end);
        if (value == 0) {
          story->is_good(path);
        } else {
          story->is(path, value);
        }
      }
    }
    told_sooner.commit();
  }
  for (Story* story : {&plain, &told_sooner}) story->at(time + 1h);

  // Resolutions are told on their own: only the order among them, and among the others, is kept.
  for (const bool is_over : {false, true}) {
    const auto [lines, told_at] = told(plain, is_over);
    const auto [lines_sooner, told_sooner_at] = told(told_sooner, is_over);
    ASSERT_EQ(lines, lines_sooner);
    EXPECT_GT(told_at - told_sooner_at, 10s);
  }
}

// Each drift is in the event that its window would have made, told when the last of that event is due.
TEST_P(LifecycleRandom, AHoldLongerThanTheWindowMakesTheSameEventsSooner) {
  std::mt19937 random(GetParam());
  const LifecycleRules rules{.flap_count = 0};
  Story story(rules);
  std::vector<std::string> expected;
  core::Duration time{0}, first{0};
  for (int drift = 0; drift < 300; ++drift) {
    time += std::chrono::milliseconds(random() % 300);
    const std::string path = "/" + std::to_string(1000 + drift);
    story.at(time).is(path, 1);
    if (expected.empty() || time > first + rules.group_window) {
      first = time;
      expected.emplace_back("opened:");
    }
    expected.back() += " +" + path + "=1";
    const auto due = std::chrono::duration_cast<std::chrono::milliseconds>(time + rules.hold);
    expected.back() = std::to_string(due.count()) + "ms " + expected.back().substr(expected.back().find("opened"));
  }
  story.at(time + 1h);

  EXPECT_EQ(story.lines(), expected);
}

TEST_P(LifecycleRandom, CommitBoundariesLoseNoDrift) {
  for (unsigned round = 0; round < 20; ++round) {
    Life(GetParam() * 1000 + round, {.flap_count = 0}, true).run(400);
    if (HasFatalFailure()) FAIL() << "seed " << GetParam() * 1000 + round;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LifecycleRandom, testing::Range(1U, 11U));

}  // namespace
}  // namespace dm::drift
