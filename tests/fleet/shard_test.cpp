// Devices replaced and removed while something of theirs is not written or not told yet, over real
// streams.
#include "fleet/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <set>

#include "fleet/switch.h"
#include "schema/profile.h"

namespace dm::fleet {
namespace {

using namespace std::chrono_literals;
using model::DriftState;
using model::EventAction;
using testing::SizeIs;
using tests_support::Switch;

const std::string kLeaf = "/interfaces/interface[name=Ethernet1]/config/description";

// The ledger as a test wants it: refusing, accepting, or slow.
class FakeLedger {
 public:
  using Done = std::function<void(const core::Status&)>;
  enum class Mood { Accepts, Refuses, IsSlow };

  explicit FakeLedger(Mood mood) : mood_(mood) {}

  void commit(model::LedgerBatch batch, Done done) {
    Mood mood{};
    {
      const std::lock_guard lock(mutex_);
      mood = mood_;
      ++asked_;
      if (mood == Mood::IsSlow) held_.push_back(done);
      if (mood == Mood::Accepts) batches_.push_back(std::move(batch));
      changed_.notify_all();
    }
    if (mood == Mood::Accepts) done({});
    if (mood == Mood::Refuses) done(core::Error{core::Code::Io, "no space left"});
  }
  void be(Mood mood) {
    const std::lock_guard lock(mutex_);
    mood_ = mood;
  }
  void wait_until_asked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ > 0; });
  }
  // Waits for a written batch that the predicate accepts.
  model::LedgerBatch wait_for(const std::function<bool(const model::LedgerBatch&)>& is_it) {
    std::unique_lock lock(mutex_);
    std::vector<model::LedgerBatch>::const_iterator found;
    changed_.wait(lock, [&] {
      found = std::find_if(batches_.begin(), batches_.end(), is_it);
      return found != batches_.end();
    });
    return *found;
  }
  std::vector<Done> take_held() {
    const std::lock_guard lock(mutex_);
    return std::exchange(held_, {});
  }
  std::vector<model::LedgerBatch> batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

 private:
  std::mutex mutex_;  // guards the following
  std::condition_variable changed_;
  Mood mood_;
  std::size_t asked_ = 0;
  std::vector<model::LedgerBatch> batches_;
  std::vector<Done> held_;
};

bool tells(const model::LedgerBatch& batch, EventAction action) {
  return std::any_of(batch.events.begin(), batch.events.end(), [&](const auto& event) { return event.action == action; });
}

class ShardTest : public testing::Test {
 protected:
  ShardTest() { device_.set(kLeaf, "typo"); }

  void start(FakeLedger::Mood mood) {
    ledger_ = std::make_unique<FakeLedger>(mood);
    shard_ = std::make_unique<Shard>(Shard::Options{
        .clock = clock_,
        .log = log_,
        .metrics = metrics_,
        .limits = {},
        .commit = [this](model::LedgerBatch batch, auto done) { ledger_->commit(std::move(batch), std::move(done)); },
        .commit_retry = 1ms});
    shard_->set_on_view([this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    });
    auto intent = std::make_shared<model::DeviceIntent>();
    intent->device = "leaf1";
    intent->leaves.push_back({*model::parse_path(kLeaf), model::Rule::Equal, {"host1"}, {"file", "f", ""}});
    auto snapshot = std::make_shared<model::IntentSnapshot>();
    snapshot->is_usable = true;
    snapshot->devices["leaf1"] = intent;
    shard_->set_intent(snapshot);
  }

  DeviceSpec spec(const std::string& session_key, core::Duration group_window = 0s) const {
    DeviceSpec spec;
    spec.name = "leaf1";
    spec.session_key = session_key;
    spec.monitor.device = spec.name;
    spec.monitor.profile = schema::load_profile("arista-eos").profile;
    spec.monitor.lifecycle = {.hold = 0s, .group_window = group_window};
    const model::Path subscribed = *model::parse_path("/interfaces/interface/config");
    spec.monitor.areas = std::make_shared<const Areas>(Areas{{"interfaces", {subscribed}}});
    spec.session.device = spec.name;
    spec.session.transport.host = "127.0.0.1";
    spec.session.transport.port = device_.port();
    spec.session.subscription =
        gnmi::make_subscription(*spec.monitor.profile, {{subscribed, schema::PathMode::OnChange, "interfaces"}});
    spec.session.backoff = {.first = 1ms, .most = 10ms};
    return spec;
  }

  // Returns when the shard has taken the set over.
  void set_devices(std::vector<DeviceSpec> specs, std::map<std::string, std::vector<model::Drift>> open = {}) {
    shard_->set_devices(std::move(specs), std::move(open));
    (void)shard_->leaves("").get();  // behind it on the loop
  }
  void wait_for_status(const std::function<bool(const DeviceStatus&)>& is_it) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      const auto view = shard_->view();
      return view->devices.size() == 1 && is_it(*view->devices[0]);
    });
  }

  core::SystemClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  Switch device_;
  std::unique_ptr<FakeLedger> ledger_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<Shard> shard_;
};

model::Drift stored() {
  return {.id = "1", .device = "leaf1", .path = kLeaf, .desired = "host1", .current = "wrong", .was_told = true};
}

TEST_F(ShardTest, AnOpeningTheDiskRefusedIsRecordedAfterTheDeviceWasReplaced) {
  start(FakeLedger::Mood::Refuses);
  set_devices({spec("old password")});
  ledger_->wait_until_asked();

  set_devices({spec("new password")});
  ledger_->be(FakeLedger::Mood::Accepts);

  const auto opened = ledger_->wait_for([](const auto& batch) { return tells(batch, EventAction::Opened); });
  ASSERT_THAT(opened.drifts, SizeIs(1));
  device_.set(kLeaf, "host1");
  const auto resolved = ledger_->wait_for([](const auto& batch) { return tells(batch, EventAction::Resolved); });
  EXPECT_EQ(resolved.drifts.at(0).id, opened.drifts[0].id);
}

TEST_F(ShardTest, ADriftWhoseEndIsNotToldYetIsClosedThoughItsDeviceWasReplacedAndRemoved) {
  start(FakeLedger::Mood::Accepts);
  device_.set(kLeaf, "host1");
  set_devices({spec("old", 1h)}, {{"leaf1", {stored()}}});
  wait_for_status([](const auto& status) { return status.freshness == model::Freshness::Live && status.open_drifts == 0; });

  set_devices({spec("new", 1h)});
  set_devices({});

  const auto closed = ledger_->wait_for([](const auto& batch) { return !batch.drifts.empty(); });
  EXPECT_EQ(closed.drifts.at(0).id, "1");
  EXPECT_EQ(closed.drifts.at(0).state, DriftState::Resolved);
  EXPECT_THAT(closed.events, SizeIs(0));
}

TEST_F(ShardTest, DriftsOfARemovedDeviceAreClosedOnceTheDiskAccepts) {
  start(FakeLedger::Mood::Refuses);
  set_devices({spec("")});
  ledger_->wait_until_asked();

  set_devices({});
  ledger_->be(FakeLedger::Mood::Accepts);

  const auto closed =
      ledger_->wait_for([](const auto& batch) { return batch.drifts.at(0).state == DriftState::Resolved; });
  const auto opened = ledger_->batches().at(0);
  EXPECT_TRUE(tells(opened, EventAction::Opened)) << "what was decided before is written first";
  EXPECT_EQ(closed.drifts.at(0).id, opened.drifts.at(0).id);
}

TEST_F(ShardTest, ADeviceThatComesBackWhileItsEndIsNotWrittenStartsAnew) {
  start(FakeLedger::Mood::Refuses);
  set_devices({spec("")});
  ledger_->wait_until_asked();

  set_devices({});
  set_devices({spec("")}, {{"leaf1", {stored()}}});
  ledger_->be(FakeLedger::Mood::Accepts);

  std::set<std::string> opened;
  (void)ledger_->wait_for([&](const auto& batch) {
    if (tells(batch, EventAction::Opened)) opened.insert(batch.drifts.at(0).id);
    return opened.size() == 2;
  });
  EXPECT_FALSE(opened.contains("1"));
}

TEST_F(ShardTest, EndsOnlyAfterTheCommitsOnTheirWayWereAnswered) {
  start(FakeLedger::Mood::IsSlow);
  set_devices({spec("")});
  ledger_->wait_until_asked();

  auto end = std::async(std::launch::async, [&] { shard_.reset(); });
  EXPECT_EQ(end.wait_for(20ms), std::future_status::timeout);
  for (const auto& done : ledger_->take_held()) done({});

  end.get();
}

// A profile that was edited keeps its name.
class ShardProfileTest : public ShardTest {
 protected:
  template <class Change>
  DeviceSpec with_profile(Change change) const {
    DeviceSpec changed = spec("the same");
    schema::Profile profile = *changed.monitor.profile;
    change(profile);
    changed.session.subscription = gnmi::make_subscription(profile, changed.session.subscription->paths);
    changed.monitor.profile = std::make_shared<const schema::Profile>(std::move(profile));
    return changed;
  }
  static bool is_live(const DeviceStatus& status, std::uint64_t streams, model::Verdict verdict) {
    return status.freshness == model::Freshness::Live && status.streams == streams && status.verdict == verdict;
  }
};

TEST_F(ShardProfileTest, WhatIsAskedOtherwiseBeginsTheStreamAnew) {
  start(FakeLedger::Mood::Accepts);
  set_devices({with_profile([](schema::Profile&) {})});
  wait_for_status([](const DeviceStatus& status) { return is_live(status, 1, model::Verdict::Drifted); });
  EXPECT_EQ(device_.requests(), std::vector<std::string>{"openconfig"});

  set_devices({with_profile([](schema::Profile& profile) { profile.origin.clear(); })});
  device_.wait_for_requests(2);

  EXPECT_EQ(device_.requests(), (std::vector<std::string>{"openconfig", ""}));
}

TEST_F(ShardProfileTest, WhatIsReadOtherwiseIsNotKnownFromBefore) {
  start(FakeLedger::Mood::Accepts);
  set_devices({with_profile([](schema::Profile&) {})});
  wait_for_status([](const DeviceStatus& status) { return is_live(status, 1, model::Verdict::Drifted); });

  // The leaf is now spelled by an alias, which the old profile did not know: its path means another one.
  set_devices({with_profile([](schema::Profile& profile) {
    profile.aliases.insert(profile.aliases.begin(), {*model::parse_path(kLeaf), *model::parse_path("/interfaces/interface[name=Ethernet9]/config/description")});
  })});
  wait_for_status([](const DeviceStatus& status) { return status.freshness == model::Freshness::Live && status.leaves == 1; });

  const auto leaves = shard_->leaves("leaf1").get();
  ASSERT_TRUE(leaves);
  ASSERT_THAT(*leaves, SizeIs(1));
  EXPECT_EQ(leaves->at(0).path, "/interfaces/interface[name=Ethernet9]/config/description");
}

TEST_F(ShardProfileTest, WhatIsJudgedOtherwiseKeepsTheStream) {
  start(FakeLedger::Mood::Accepts);
  set_devices({with_profile([](schema::Profile&) {})});
  wait_for_status([](const DeviceStatus& status) { return is_live(status, 1, model::Verdict::Drifted); });

  set_devices({with_profile([](schema::Profile& profile) { profile.never.push_back(*model::parse_path(kLeaf)); })});

  wait_for_status([](const DeviceStatus& status) { return is_live(status, 1, model::Verdict::InSync); });
}

TEST_F(ShardProfileTest, AProfileThatSaysTheSameChangesNothing) {
  start(FakeLedger::Mood::Accepts);
  set_devices({with_profile([](schema::Profile&) {})});
  wait_for_status([](const DeviceStatus& status) { return is_live(status, 1, model::Verdict::Drifted); });

  set_devices({with_profile([](schema::Profile&) {})});
  device_.set(kLeaf, "host1");

  wait_for_status([](const DeviceStatus& status) { return is_live(status, 1, model::Verdict::InSync); });
  EXPECT_EQ(device_.requests().size(), 1U);
}

}  // namespace
}  // namespace dm::fleet
