// Random lives of the lab's devices: what the monitor makes of one change after the other must be what
// judging the final state from scratch gives, and what was told in the end must be just that.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "fleet/lab_world.h"
#include "fleet/monitor.h"

namespace dm::fleet {
namespace {

using namespace std::chrono_literals;
using model::PathId;

using lab::Recorded;
using lab::world;

class Life {
 public:
  explicit Life(unsigned seed) : random_(seed), device_(world().devices[seed % world().devices.size()]) {
    for (int i = 0; i < 4; ++i) focus_.push_back(any_of(device_.wanted).path.parsed());
    spec_ = {.device = "dut", .profile = world().profile, .areas = std::make_shared<const Areas>(world().areas)};
    spec_.rules = random_rules();
    monitor_ = std::make_unique<Monitor>(Monitor::Context{log_, metrics_, world().paths, {}}, spec_,
                                         drift::Lifecycle("dut", spec_.lifecycle, {}));
    give_intent();
    for (const auto& [path, value] : device_.leaves) state_[world().paths.intern(path)] = value;
    sync();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      pass(std::chrono::milliseconds(one_in(3) ? 0 : random_() % 4000));
      step();
      if (i % 4 == 3) check("after step " + std::to_string(i));
    }
    // Without anything that judges the whole again, if the life so far allows.
    if (is_live_ && quarantined_.empty()) check_told();
    quarantined_.clear();
    monitor_->set_quarantined({}, now());
    if (!is_live_) sync();
    check_told();
  }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }
  template <class Items>
  const typename Items::value_type& any_of(const Items& items) {
    return items[random_() % items.size()];
  }
  drift::Now now() const { return {clock_.steady_now(), clock_.wall_now()}; }

  void step() {
    switch (random_() % 24) {
      case 0: return lose();
      case 1: return sync();
      case 2: return give_intent();
      case 3: return quarantine();
      case 4:
        spec_.rules = random_rules();
        return monitor_->set_rules(spec_, now());
      case 5: return pass(30s);
      case 6:
      case 7:
      case 8: return restore();
      case 9: return bounce();
      default: return change();
    }
  }

  // A path the device may have, now and then of an entry nobody knows.
  model::Path some_path() {
    if (!one_in(3)) return any_of(focus_);  // so that things happen to one path in a row
    model::Path path = one_in(3) && !device_.wanted.empty() ? any_of(device_.wanted).path.parsed() : any_of(device_.leaves).first;
    if (!one_in(3)) return path;
    std::vector<model::PathKey*> keys;
    for (model::PathElement& element : path.elements) {
      for (model::PathKey& key : element.keys) keys.push_back(&key);
    }
    if (keys.empty()) return path;
    model::PathKey& key = *keys[random_() % keys.size()];
    if (key.name == "identifier") return path;
    static const std::vector<std::string> kNumbers{"10", "34", "777", "1"}, kAddresses{"10.0.1.0", "10.9.9.9"},
        kNames{"Ethernet1", "Vlan34", "gold", "default", "Rogue"};
    const bool is_number = key.name == "vlan-id" || key.name == "vlan" || key.name == "index";
    const bool is_address = key.name == "ip" || key.name == "neighbor-address";
    key.value = any_of(is_number ? kNumbers : is_address ? kAddresses : kNames);
    return path;
  }
  model::Path some_subscribed_path() {
    for (;;) {
      model::Path path = some_path();
      if (world().is_subscribed(path)) return path;
    }
  }
  // The path or something above it.
  model::Path some_ancestor() {
    model::Path path = some_path();
    const std::size_t least = one_in(8) ? 1 : std::min<std::size_t>(path.elements.size(), 3);
    path.elements.resize(least + random_() % (path.elements.size() - least + 1));
    return path;
  }
  model::Value some_value(const model::Path& path) {
    if (one_in(2)) {
      const model::PathText text(path);
      for (const model::Expectation& wanted : device_.wanted) {
        if (wanted.path == text) return wanted.desired().is_absent() ? model::Value("x") : wanted.desired();
      }
    }
    if (one_in(2)) return any_of(device_.leaves).second;
    return one_in(2) ? model::Value("rogue") : model::Value(std::uint64_t{random_() % 5000});
  }

  void say(model::UpdateBatch& batch, PathId path, const model::Value& value) {
    const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
    model::encode(value, batch.bytes);
    batch.sets.push_back({path, offset, static_cast<std::uint32_t>(batch.bytes.size()) - offset});
  }

  void change() {
    model::UpdateBatch batch;
    batch.timestamp_ns = clock_.wall_now().time_since_epoch().count();
    const auto dice = random_() % 10;
    std::map<PathId, model::Value> after = state_;
    if (dice < 4) remove(batch, after, dice);
    if (dice == 9) replace(batch, after);
    const auto sets = dice < 3 ? 0 : 1 + random_() % 4;
    for (unsigned i = 0; i < sets; ++i) {
      model::Path path = some_subscribed_path();
      if (batch.atomic_prefix != model::kNoPath && !model::covers(world().paths.path(batch.atomic_prefix), path)) continue;
      const PathId id = world().paths.intern(path);
      const model::Value value = some_value(path);
      say(batch, id, value);
      after[id] = value;
    }
    state_ = std::move(after);
    if (!is_live_) return;  // the device goes on without us
    note_atomic(batch);
    monitor_->apply(batch, now());
  }

  // A subtree as it was recorded.
  void restore() { restore(some_ancestor()); }
  void restore(const model::Path& top) {
    model::UpdateBatch batch;
    for (const auto& [path, value] : device_.leaves) {
      if (!model::covers(top, path)) continue;
      const PathId id = world().paths.intern(path);
      say(batch, id, value);
      state_[id] = value;
    }
    if (!is_live_) return;
    note_atomic(batch);
    monitor_->apply(batch, now());
  }

  // A leaf drifts, its entry goes and comes back as it was recorded.
  void bounce() {
    const model::Path leaf = any_of(focus_);
    model::Path entry = leaf;
    while (!entry.elements.empty() && entry.elements.back().keys.empty()) entry.elements.pop_back();
    if (entry.elements.empty() || !is_live_ || !world().is_subscribed(leaf)) return;
    model::UpdateBatch wrong, gone;
    const PathId id = world().paths.intern(leaf);
    say(wrong, id, state_[id] = "rogue");
    note_atomic(wrong);
    monitor_->apply(wrong, now());
    pass(10s);
    gone.exact_deletes.push_back(world().paths.intern(entry));
    take_away(entry, state_);
    monitor_->apply(gone, now());
    pass(std::chrono::milliseconds(random_() % 4000));
    restore(entry);
  }

  void remove(model::UpdateBatch& batch, std::map<PathId, model::Value>& after, unsigned long dice) {
    model::Path doomed = some_ancestor();
    if (dice == 0) {
      for (model::PathElement& element : doomed.elements) {
        if (one_in(3)) element.keys.clear();
      }
      batch.pattern_deletes.push_back(doomed);
    } else {
      batch.exact_deletes.push_back(world().paths.intern(doomed));
    }
    take_away(doomed, after);
  }

  // What the delete of one leaf of an atomic set takes away is the set.
  void take_away(const model::Path& doomed, std::map<PathId, model::Value>& leaves) {
    std::vector<model::Path> broken;
    std::erase_if(leaves, [&](const auto& leaf) {
      const model::Path path = world().paths.path(leaf.first);
      if (!model::covers(doomed, path)) return false;
      const auto set = nearest_set(path);
      if (set != atomic_.end()) broken.push_back(*set);
      return true;
    });
    for (const model::Path& set : broken) {
      std::erase(atomic_, set);
      std::erase_if(leaves, [&](const auto& leaf) { return model::covers(set, world().paths.path(leaf.first)); });
    }
  }
  std::vector<model::Path>::iterator nearest_set(const model::Path& path) {
    auto nearest = atomic_.end();
    for (auto set = atomic_.begin(); set != atomic_.end(); ++set) {
      const bool is_nearer = nearest == atomic_.end() || set->elements.size() > nearest->elements.size();
      if (model::covers(*set, path) && is_nearer) nearest = set;
    }
    return nearest;
  }
  // Whatever is said in a set by anybody but itself ends its being one.
  void note_atomic(const model::UpdateBatch& batch) {
    const bool is_atomic = batch.atomic_prefix != model::kNoPath && !batch.sets.empty();
    const model::Path prefix = is_atomic ? world().paths.path(batch.atomic_prefix) : model::Path();
    for (const model::LeafSet& set : batch.sets) {
      std::erase_if(atomic_, [&](const model::Path& known) { return model::covers(known, world().paths.path(set.path)); });
    }
    if (is_atomic) atomic_.push_back(prefix);
  }

  // An atomic notification that repeats half of what it replaces.
  void replace(model::UpdateBatch& batch, std::map<PathId, model::Value>& after) {
    const model::Path prefix = some_ancestor();
    batch.atomic_prefix = world().paths.intern(prefix);
    std::erase_if(after, [&](const auto& leaf) {
      if (!model::covers(prefix, world().paths.path(leaf.first))) return false;
      if (one_in(2)) return true;
      say(batch, leaf.first, leaf.second);
      return false;
    });
  }

  void lose() {
    is_live_ = false;
    atomic_.clear();
    monitor_->stream_lost("lost", now());
  }

  void sync() {
    is_live_ = true;
    atomic_.clear();
    model::UpdateBatch dump;
    for (const auto& [path, value] : state_) say(dump, path, value);
    dump.sync = true;
    monitor_->stream_begins(now());
    monitor_->apply(dump, now());
  }

  void give_intent() {
    auto intent = std::make_shared<model::DeviceIntent>();
    intent->device = "dut";
    const unsigned less = one_in(2) ? 1000 : 10;
    for (const model::Expectation& wanted : device_.wanted) {
      if (!one_in(less)) intent->leaves.push_back(wanted);
    }
    for (const model::EntryExpectation& entry : device_.entries) {
      if (!one_in(less)) intent->entries.push_back(entry);
    }
    if (one_in(4)) intent->unmanaged.push_back(some_ancestor());
    if (one_in(4)) intent->lists[any_of(world().lists)] = model::ListPolicy::Authoritative;
    intent_ = intent;
    monitor_->set_intent(intent_, "", now());
  }

  compare::Rules random_rules() {
    compare::Rules rules{.strict = one_in(4)};
    const auto policies = random_() % 3;
    for (const std::string& list : world().lists) {
      if (policies != 0) rules.lists[list] = policies == 1 ? model::ListPolicy::Authoritative : model::ListPolicy::AtLeast;
    }
    for (int i = 0; i < 2; ++i) {
      const auto ignore = [&](compare::Condition when, std::optional<core::WallTime> until) {
        rules.ignore.push_back({rules.ignore.size(), some_ancestor(), std::move(when), until});
      };
      if (one_in(3)) ignore({}, std::nullopt);
      if (one_in(3)) ignore({}, clock_.wall_now() + std::chrono::seconds(random_() % 60));
      if (one_in(3)) ignore({.difference = static_cast<model::DifferenceKind>(random_() % 3)}, std::nullopt);
    }
    return rules;
  }

  void quarantine() {
    quarantined_.clear();
    for (const auto& [area, patterns] : world().areas) {
      for (const model::Path& pattern : patterns) {
        if (one_in(8)) quarantined_.push_back(pattern);
      }
    }
    monitor_->set_quarantined(quarantined_, now());
  }

  // Moves the clock, polling at every deadline on the way, as a device's timer does.
  void pass(core::Duration by) {
    const core::SteadyTime until = clock_.steady_now() + by;
    for (auto due = monitor_->next_deadline(); due && *due <= until; due = monitor_->next_deadline()) {
      clock_.advance(std::max(*due - clock_.steady_now(), core::Duration{0}));
      hear(monitor_->poll(now()));
    }
    clock_.advance(until - clock_.steady_now());
  }

  void hear(const drift::Output& output) {
    for (const model::Event& event : output.events) {
      for (const model::EventDifference& item : event.differences) {
        const model::Drift& drift = item.drift;
        if (item.action == model::EventAction::Resolved) {
          EXPECT_EQ(told_.erase(drift.path), 1U) << "resolved and not open: " << drift.path;
        } else {
          EXPECT_EQ(told_.contains(drift.path), item.action == model::EventAction::Changed) << drift.path;
          told_[drift.path] = line(drift);
        }
      }
    }
  }

  template <class DriftOrDifference>
  static std::string line(const DriftOrDifference& item) {
    return std::string(model::to_text(item.kind)) + " is " + model::to_json(item.current) + " should be " +
           model::to_json(item.desired);
  }

  std::map<std::string, std::string> from_scratch() const {
    DeviceStatus status;
    monitor_->describe(status);
    compare::Judge judge(world().profile, world().paths, intent_, spec_.rules);
    std::vector<model::Path> covered;
    for (const auto& [area, patterns] : world().areas) {
      if (std::count(status.degraded_areas.begin(), status.degraded_areas.end(), area) != 0) continue;
      for (const model::Path& pattern : patterns) {
        if (std::count(quarantined_.begin(), quarantined_.end(), pattern) == 0) covered.push_back(pattern);
      }
    }
    judge.set_coverage(covered);
    model::LeafMap leaves(world().paths);
    for (const auto& [path, value] : state_) {
      std::string bytes;
      model::encode(value, bytes);
      leaves.insert({.path = path, .value = model::CompactBytes(bytes)});
    }
    std::map<std::string, std::string> lines;
    for (const PathId object : judge.all_objects(leaves)) {
      const compare::Finding found = judge.judge(object, leaves, clock_.wall_now());
      if (const auto& difference = found.difference; difference && !found.ignored_by) lines[difference->path_text] = line(*difference);
    }
    return lines;
  }

  using Lines = std::map<std::string, std::string>;
  // What only one of two has.
  static std::string disagreement(const Lines& is, const Lines& should_be) {
    std::string text;
    for (const auto& [path, what] : is) {
      if (!should_be.contains(path) || should_be.at(path) != what) text += "\n  + " + path + ": " + what;
    }
    for (const auto& [path, what] : should_be) {
      if (!is.contains(path) || is.at(path) != what) text += "\n  - " + path + ": " + what;
    }
    return text;
  }

  void check(const std::string& when) {
    if (!is_live_) return;
    Lines lines;
    for (const model::Difference& difference : monitor_->differences()) lines[difference.path_text] = line(difference);
    EXPECT_EQ(disagreement(lines, from_scratch()), "") << when;
  }

  void check_told() {
    pass(48h);
    check("in the end");
    DeviceStatus status;
    monitor_->describe(status);
    EXPECT_EQ(status.suspected, 0U);
    if (!status.degraded_areas.empty()) return;  // there, what is open stays open
    EXPECT_EQ(disagreement(told_, from_scratch()), "") << "told";
  }

  std::mt19937 random_;
  const Recorded& device_;
  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  MonitorSpec spec_;
  std::shared_ptr<const model::DeviceIntent> intent_;
  std::unique_ptr<Monitor> monitor_;
  std::vector<model::Path> atomic_;  // prefixes of what was said whole, on this stream
  std::map<PathId, model::Value> state_;
  std::vector<model::Path> focus_;
  std::vector<model::Path> quarantined_;
  std::map<std::string, std::string> told_;
  bool is_live_ = true;
};

class JudgeRandom : public testing::TestWithParam<unsigned> {};

TEST_P(JudgeRandom, ChangeByChangeIsWhatTheWholeGives) {
  for (unsigned seed = GetParam() * 100; seed < (GetParam() + 1) * 100; ++seed) {
    Life(seed).run(30);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Hundreds, JudgeRandom, testing::Range(0U, 10U));

}  // namespace
}  // namespace dm::fleet
