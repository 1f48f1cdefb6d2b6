#include "simulation/simulation.h"

#include <fmt/format.h>

#include <deque>
#include <map>
#include <memory>

#include "gnmi/session.h"
#include "observed/tree.h"
#include "simulation/switch_actor.h"

namespace dm::simulation {
namespace {

constexpr int kSteps = 120;
constexpr int kMostRounds = 200;  // of listening and delivering, until nothing is left to say

std::shared_ptr<const schema::Profile> eos() {
  static const auto profile = schema::load_profile("arista-eos").profile;
  return profile;
}

class Run {
 public:
  explicit Run(std::uint64_t seed) : random_(seed), device_(random_) {
    std::vector<schema::ProfilePath> wanted;
    for (const auto& path : areas()) wanted.push_back({path, schema::PathMode::OnChange, "other"});
    if (random_.one_in(3)) wanted.insert(wanted.begin() + static_cast<std::ptrdiff_t>(random_.pick(wanted.size())), {unknown_path(), schema::PathMode::OnChange, "other"});
    gnmi::SessionSettings settings;
    settings.device = "leaf1";
    settings.transport.host = "switch.test";
    settings.subscription = gnmi::make_subscription(*eos(), wanted);
    settings.backoff = {.first = std::chrono::hours(1), .most = std::chrono::hours(1)};  // retry_now() ends a wait
    settings.make_stream = [this] {
      note("connection");
      return device_.connect();
    };
    session_ = std::make_unique<gnmi::Session>(loop_, clock_, log_, metrics_, eos(), paths_, settings, handlers());
  }

  std::string run() {
    session_->start();
    for (int step = 0; step < kSteps && problem_.empty(); ++step) {
      take_step();
      settle();
    }
    if (problem_.empty()) come_to_rest();
    if (problem_.empty()) return {};
    std::string text = problem_ + "\nbefore it:\n";
    for (const auto& deed : deeds_) text += "  " + deed + "\n";
    return text;
  }

 private:
  gnmi::SessionHandlers handlers() {
    return {.on_stream_begin =
                [this] {
                  note("begin");
                  has_begun_ = true;
                  is_synced_ = false;
                  tree_.begin_generation();
                },
            .on_batch = [this](const model::UpdateBatch& batch) { take(batch); },
            .on_stream_lost =
                [this](const std::string& reason) {
                  note("lost: " + reason);
                  has_begun_ = is_synced_ = false;
                },
            .on_bad_message = {},
            .on_quarantine = [this] { note("quarantine"); }};
  }

  void take(const model::UpdateBatch& batch) {
    if (!has_begun_) fail("told of a stream that has not begun");
    if (batch.sync && is_synced_) fail("a second end of the first dump");
    const observed::Changes& changes = tree_.apply(batch);
    for (const model::PathId path : changes.leaves) {
      if (tree_.leaves().find(path) == nullptr && !device_.has_deleted(paths_.text(path))) fail("taken for deleted: " + paths_.text(path));
    }
    if (!batch.sync) return;
    note("sync");
    is_synced_ = true;
    tree_.end_generation();
  }

  void take_step() {
    clock_.advance(std::chrono::milliseconds(random_.pick(5000)));
    const std::size_t what = random_.pick(100);
    if (what < 30) return device_.deliver_some();
    if (what < 50) return act([this] { device_.change(); });
    if (what < 70) return device_.dump_some();
    if (what < 76) return act([this] { device_.talk_nonsense(); });
    if (what < 82) return act([this] { device_.disturb(); });
    if (what < 90) return session_->retry_now();
    if (what < 92) return session_->probe();
    if (what < 93) return restart();
    if (what < 97) return check();
    clock_.advance(std::chrono::minutes(random_.pick(120)));
  }
  template <class Deed>
  void act(Deed deed) {
    deed();
    note(device_.last_deed());
  }
  void restart() {
    session_->stop();
    has_begun_ = is_synced_ = false;
    note("stopped and started");
    session_->start();
  }

  // What both sides have ready to do now.
  bool settle() {
    bool has_moved = false;
    for (int i = 0; i < 3; ++i) {
      loop_.post([this] { loop_.stop(); });
      loop_.run();
      const bool has_heard = device_.listen();
      if (has_heard) note(device_.last_deed());
      has_moved |= has_heard;
    }
    return has_moved;
  }

  // Until everything is said and heard.
  void exhaust() {
    for (int round = 0; round < kMostRounds; ++round) {
      const bool has_moved = settle();
      const bool has_said = device_.deliver_all();
      if (!has_moved && !has_said) return;
      if (!problem_.empty()) return;
    }
    fail("the two never come to rest");
  }
  void check() {
    exhaust();
    if (problem_.empty() && is_synced_) compare();
  }
  // No more trouble: then the session must come to follow.
  void come_to_rest() {
    device_.calm_down();
    for (int tries = 0; tries < 20; ++tries) {
      check();
      if (!problem_.empty() || is_synced_) return;
      device_.hang_up();  // what still waits for a sync that does not come
      settle();
      session_->retry_now();
    }
    fail("does not follow although the device behaves: " + session_->last_error());
  }

  void compare() {
    std::map<std::string, std::string> expected, held;
    for (const auto& name : device_.covered()) expected[name] = model::to_display(device_.config().leaves().at(name).value);
    for (const model::Leaf& leaf : tree_.leaves().leaves()) held[paths_.text(leaf.path)] = model::to_display(model::decode(leaf.value.view()));
    for (const auto& [path, value] : expected) {
      if (!held.contains(path)) return fail("not held: " + path + " = " + value);
      if (held.at(path) != value) return fail("wrong: " + path + " = " + held.at(path) + ", should be " + value);
    }
    for (const auto& [path, value] : held) {
      if (!expected.contains(path)) return fail("held although it is gone: " + path + " = " + value);
    }
    note(fmt::format("right, {} leaves", held.size()));
  }

  void note(std::string deed) {
    deeds_.push_back(std::move(deed));
    if (deeds_.size() > 60) deeds_.pop_front();
  }
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  Random random_;
  SwitchActor device_;
  net::Loop loop_;
  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  model::PathTable paths_{schema::classify};
  observed::Tree tree_{paths_, core::Limits()};
  bool has_begun_ = false, is_synced_ = false;
  std::deque<std::string> deeds_;
  std::string problem_;
  std::unique_ptr<gnmi::Session> session_;
};

}  // namespace

std::string run(std::uint64_t seed) { return Run(seed).run(); }

}  // namespace dm::simulation
