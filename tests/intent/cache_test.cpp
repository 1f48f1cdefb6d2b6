#include "intent/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "intent/files.h"
#include "intent/netbox/netbox_source.h"
#include "intent/netbox_face.h"

namespace dm::intent {
namespace {

using core::Code;
using core::Error;
using core::Result;
using metrics::Metric;
using testing::Contains;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

Loaded one_device(const std::string& name, int mtu, const std::string& source = "netbox") {
  Loaded loaded;
  model::DeviceIntent intent;
  intent.device = name;
  intent.leaves.push_back({*model::parse_path("/interfaces/interface[name=Ethernet1]/config/mtu"),
                           model::Rule::Equal,
                           {model::Value(mtu)},
                           {source, "x", ""}});
  intent.entries.push_back(
      {*model::parse_path("/interfaces/interface[name=Ethernet1]"), {source, "x", ""}});
  loaded.devices.push_back(std::make_shared<const model::DeviceIntent>(intent));
  return loaded;
}

Loaded with_inventory(Loaded loaded) {
  for (const auto& device : loaded.devices)
    loaded.inventory.push_back({device->device, "192.0.2.1:6030", {}, "netbox"});
  return loaded;
}

// What a scripted source answers; shared, so that a test can change it while the cache runs.
class Script {
 public:
  explicit Script(Result<Loaded> answer) : answer_(std::move(answer)) {}
  void set(Result<Loaded> answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  Result<Loaded> next(const LoadRequest& request) {
    const std::lock_guard lock(mutex_);
    hints_.insert(hints_.end(), request.hints.begin(), request.hints.end());
    ++loads_;
    changed_.notify_all();
    return answer_;
  }
  // Waits until the source was loaded `count` times in all.
  void wait_for_loads(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return loads_ >= count; });
  }
  int loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
  }
  std::vector<ObjectHint> hints() const {
    const std::lock_guard lock(mutex_);
    return hints_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Result<Loaded> answer_;
  std::vector<ObjectHint> hints_;
  int loads_ = 0;
};

class ScriptedSource final : public Source {
 public:
  ScriptedSource(std::shared_ptr<Script> script, std::string name, bool is_remote,
                 std::string scope = "s")
      : script_(std::move(script)),
        name_(std::move(name)),
        is_remote_(is_remote),
        scope_(std::move(scope)) {}
  std::string name() const override { return name_; }
  Result<Loaded> load(const LoadRequest& request) override { return script_->next(request); }
  bool is_remote() const override { return is_remote_; }
  std::string scope() const override { return scope_; }

 private:
  std::shared_ptr<Script> script_;
  std::string name_;
  bool is_remote_;
  std::string scope_;
};

// A cache whose polls are an hour apart unless a test says otherwise, and what it published.
class Bench {
 public:
  Bench() { options.poll_interval = std::chrono::hours(1); }

  void add(const std::shared_ptr<Script>& script, const std::string& name, bool is_remote,
           const std::string& scope = "s") {
    sources.push_back(std::make_unique<ScriptedSource>(script, name, is_remote, scope));
  }
  void add(std::unique_ptr<Source> source) { sources.push_back(std::move(source)); }
  void start() {
    make();
    cache->start();
  }
  void make() {
    cache = std::make_unique<IntentCache>(options, std::move(sources), clock, registry, logger,
                                          [this](const Snapshot& snapshot) {
                                            const std::lock_guard lock(mutex_);
                                            published_.push_back(snapshot);
                                            changed_.notify_all();
                                          });
    sources.clear();
  }
  Snapshot wait_for_version(std::uint64_t version) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return !published_.empty() && published_.back()->version >= version; });
    return published_.back();
  }
  std::vector<Snapshot> published() const {
    const std::lock_guard lock(mutex_);
    return published_;
  }
  // Runs one refresh to its end: the second load only starts after the first was published. What is
  // waited for is counted before the refresh: the load may be over before refresh() returns.
  void refresh_fully(const std::shared_ptr<Script>& script, bool accept_loss = false) {
    const int before = script->loads();
    cache->refresh(accept_loss);
    script->wait_for_loads(before + 1);
    cache->refresh();
    script->wait_for_loads(before + 2);
  }

  CacheOptions options;
  std::vector<std::unique_ptr<Source>> sources;
  core::SystemClock clock;
  metrics::Registry registry;
  core::Logger logger{core::LogLevel::Error, core::LogFormat::Text};

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Snapshot> published_;

 public:
  std::unique_ptr<IntentCache> cache;  // last: its thread uses all of the above
};

int mtu_of(const Snapshot& snapshot, const std::string& device) {
  return static_cast<int>(
      std::get<std::uint64_t>(snapshot->devices.at(device)->leaves.at(0).values.at(0).data));
}

TEST(IntentCache, IsNotUsableBeforeTheFirstLoadAndSaysSo) {
  Bench bench;
  const auto script = std::make_shared<Script>(one_device("leaf1", 1));
  bench.add(script, "netbox", true);
  bench.cache = std::make_unique<IntentCache>(bench.options, std::move(bench.sources), bench.clock,
                                              bench.registry, bench.logger, [](const Snapshot&) {});
  const Snapshot snapshot = bench.cache->current();
  ASSERT_NE(snapshot, nullptr);
  EXPECT_FALSE(snapshot->is_usable);
  EXPECT_EQ(snapshot->version, 0U);
  EXPECT_EQ(snapshot->unusable_reason, "the intent is being loaded");
}

TEST(IntentCache, PublishesWhatItsSourcesSayFilesWinning) {
  Bench bench;
  bench.add(std::make_shared<Script>(with_inventory(one_device("leaf1", 1))), "netbox", true);
  Loaded files = one_device("leaf1", 2, "file");
  files.devices.push_back(one_device("leaf9", 3, "file").devices[0]);
  bench.add(std::make_shared<Script>(files), "files", false);
  bench.start();

  const Snapshot snapshot = bench.wait_for_version(1);

  EXPECT_TRUE(snapshot->is_usable);
  EXPECT_EQ(mtu_of(snapshot, "leaf1"), 2);
  EXPECT_EQ(mtu_of(snapshot, "leaf9"), 3);
  ASSERT_EQ(snapshot->inventory.size(), 1U);
  ASSERT_EQ(snapshot->findings.size(), 1U);
  EXPECT_EQ(model::to_line(snapshot->findings[0]), "files: device 'leaf9' is in no inventory");
  EXPECT_EQ(bench.cache->current(), snapshot);
  EXPECT_EQ(bench.registry.value(Metric::IntentLoads, "ok"), 2);
  EXPECT_EQ(bench.registry.value(Metric::IntentExpectations), 4);
  EXPECT_EQ(bench.registry.value(Metric::IntentFindings, "source"), 1);
  EXPECT_EQ(bench.registry.value(Metric::IntentFindings, "vlan_ambiguous"), 0);
  EXPECT_GT(bench.registry.value(Metric::IntentAge), 0);
}

TEST(IntentCache, TellsNoMoreFindingsThanItsLimitAndCountsTheRest) {
  Bench bench;
  bench.options.assemble.most_findings = 2;
  Loaded netbox = one_device("leaf1", 1);
  for (const char* message : {"a", "b", "c", "d", "e"}) {
    netbox.findings.push_back({.kind = model::FindingKind::Mlag, .severity = model::Severity::Warning, .source = {}, .device = "leaf1",
                               .object = {}, .url = {}, .message = message});
  }
  const auto script = std::make_shared<Script>(netbox);
  bench.add(script, "netbox", true);
  bench.start();

  const Snapshot snapshot = bench.wait_for_version(1);

  EXPECT_EQ(snapshot->findings_cut, 3U);
  ASSERT_EQ(snapshot->findings.size(), 3U);
  EXPECT_EQ(snapshot->findings[0].message, "3 more findings are not told (limits.intent_findings)");
  EXPECT_EQ(snapshot->findings[1].message, "a");
  EXPECT_EQ(snapshot->findings[2].message, "b");
  EXPECT_EQ(bench.registry.value(Metric::IntentFindingsCut), 3);
  EXPECT_EQ(bench.registry.value(Metric::LimitHits, "intent_findings"), 1);
  bench.refresh_fully(script);
  EXPECT_EQ(bench.registry.value(Metric::LimitHits, "intent_findings"), 1);  // nothing new
}

TEST(IntentCache, BumpsTheVersionOnlyOnChangeAndKeepsUnchangedDevices) {
  Bench bench;
  Loaded both = one_device("leaf1", 1);
  both.devices.push_back(one_device("leaf2", 1).devices[0]);
  const auto script = std::make_shared<Script>(both);
  bench.add(script, "netbox", true);
  bench.start();
  const Snapshot first = bench.wait_for_version(1);

  bench.refresh_fully(script);
  EXPECT_EQ(bench.published().size(), 1U);
  EXPECT_EQ(bench.cache->current()->version, 1U);

  both.devices[1] = one_device("leaf2", 2).devices[0];
  script->set(both);
  bench.cache->refresh();
  const Snapshot second = bench.wait_for_version(2);
  EXPECT_EQ(second->devices.at("leaf1"), first->devices.at("leaf1"));
  EXPECT_NE(second->devices.at("leaf2"), first->devices.at("leaf2"));
}

TEST(IntentCache, HoldsUnchangedIntentOnce) {
  Bench bench;
  const auto script = std::make_shared<Script>(one_device("leaf1", 1));
  bench.add(script, "netbox", true);
  bench.start();
  const Snapshot first = bench.wait_for_version(1);
  Loaded again = one_device("leaf1", 1);
  const std::weak_ptr<const model::DeviceIntent> second_object = again.devices[0];
  script->set(std::move(again));

  bench.refresh_fully(script);
  script->set(one_device("leaf1", 1));
  bench.refresh_fully(script);  // what was loaded before is dealt with

  EXPECT_EQ(bench.cache->current()->devices.at("leaf1"), first->devices.at("leaf1"));
  EXPECT_TRUE(second_object.expired());
}

TEST(IntentCache, PollsRemoteSourcesButNotFiles) {
  Bench bench;
  bench.options.poll_interval = std::chrono::milliseconds(1);
  const auto remote = std::make_shared<Script>(one_device("leaf1", 1));
  const auto files = std::make_shared<Script>(one_device("leaf2", 1, "file"));
  bench.add(remote, "netbox", true);
  bench.add(files, "files", false);
  bench.start();

  remote->wait_for_loads(5);

  EXPECT_EQ(files->loads(), 1);
}

TEST(IntentCache, KeepsTheLastGoodOnFailureAndTellsTheError) {
  Bench bench;
  bench.options.retry = {std::chrono::hours(1), std::chrono::hours(1)};
  const auto script = std::make_shared<Script>(one_device("leaf1", 1));
  bench.add(script, "netbox", true);
  bench.start();
  const Snapshot good = bench.wait_for_version(1);

  script->set(Error{Code::Unavailable, "netbox: no connection"});
  bench.refresh_fully(script);

  const Snapshot after = bench.cache->current();
  EXPECT_TRUE(after->is_usable);
  EXPECT_EQ(after->version, 1U);
  EXPECT_EQ(after->devices, good->devices);
  EXPECT_EQ(after->loaded_at, good->loaded_at);
  EXPECT_EQ(after->last_error, "netbox: no connection");
  EXPECT_GE(bench.registry.value(Metric::IntentLoads, "failed"), 1);

  script->set(one_device("leaf1", 1));
  bench.refresh_fully(script);
  EXPECT_EQ(bench.cache->current()->last_error, "");
  EXPECT_EQ(bench.cache->current()->version, 1U);
}

TEST(IntentCache, TriesAFailedSourceAgainByItself) {
  Bench bench;
  bench.options.retry = {std::chrono::milliseconds(1), std::chrono::milliseconds(2)};
  const auto script = std::make_shared<Script>(Error{Code::Unavailable, "netbox: no connection"});
  bench.add(script, "netbox", true);
  bench.start();
  const Snapshot first = bench.wait_for_version(1);
  EXPECT_FALSE(first->is_usable);
  EXPECT_EQ(first->unusable_reason, "netbox was never reached: netbox: no connection");

  script->wait_for_loads(4);
  script->set(one_device("leaf1", 1));
  const Snapshot second = bench.wait_for_version(2);
  EXPECT_TRUE(second->is_usable);
}

TEST(IntentCache, FilesAloneAreUsableAndClaimNoWholeListWhileNetBoxIsUnknown) {
  Bench bench;
  bench.options.retry = {std::chrono::hours(1), std::chrono::hours(1)};
  const auto netbox = std::make_shared<Script>(Error{Code::Unavailable, "netbox: no connection"});
  Loaded files = one_device("leaf1", 1, "file");
  model::DeviceIntent leaf1 = *files.devices[0];
  leaf1.lists["/interfaces/interface"] = model::ListPolicy::Authoritative;
  files.devices[0] = std::make_shared<const model::DeviceIntent>(leaf1);
  bench.add(netbox, "netbox", true);
  bench.add(std::make_shared<Script>(files), "files", false);
  bench.start();

  const Snapshot partial = bench.wait_for_version(1);
  EXPECT_TRUE(partial->is_usable);
  EXPECT_EQ(partial->last_error, "netbox: no connection");
  EXPECT_THAT(partial->devices.at("leaf1")->lists, IsEmpty());
  EXPECT_THAT(partial->devices.at("leaf1")->not_compared, Contains(testing::Key("/interfaces/interface")));
  EXPECT_THAT(partial->devices.at("leaf1")->not_compared, Contains(testing::Key(HasSubstr("vlans/vlan"))));

  netbox->set(one_device("leaf1", 9));
  bench.cache->refresh();
  const Snapshot whole = bench.wait_for_version(2);
  EXPECT_EQ(whole->devices.at("leaf1")->lists.size(), 1U);
  EXPECT_THAT(whole->devices.at("leaf1")->not_compared, IsEmpty());
  EXPECT_EQ(mtu_of(whole, "leaf1"), 1);
}

TEST(IntentCache, WithoutSourcesOrReadableFilesItIsNotUsable) {
  Bench nothing;
  nothing.start();
  EXPECT_THAT(nothing.wait_for_version(1)->unusable_reason,
              HasSubstr("no source of intent is configured"));

  Bench bad_files;
  bad_files.add(std::make_shared<Script>(one_device("leaf1", 1)), "netbox", true);
  bad_files.add(std::make_shared<Script>(
                    Error{Code::InvalidArgument, "a.yaml:1:1: wrong\nb.yaml:1:1: wrong"}),
                "files", false);
  bad_files.start();
  const Snapshot snapshot = bad_files.wait_for_version(1);
  EXPECT_FALSE(snapshot->is_usable);
  EXPECT_EQ(snapshot->unusable_reason, "the intent files were never read: a.yaml:1:1: wrong");
}

TEST(IntentCache, HoldsAReadingInWhichTooMuchVanishedUntilItIsBack) {
  Bench bench;
  const auto script = std::make_shared<Script>(one_device("leaf1", 1));
  bench.add(script, "netbox", true);
  bench.start();
  const Snapshot good = bench.wait_for_version(1);

  script->set(Loaded{});
  bench.cache->refresh();
  const Snapshot held = bench.wait_for_version(2);
  EXPECT_FALSE(held->is_usable);
  EXPECT_THAT(held->unusable_reason, HasSubstr("netbox: 1 of 1 devices vanished at once (leaf1)"));
  EXPECT_THAT(held->last_error, HasSubstr("vanished"));
  EXPECT_EQ(held->devices, good->devices);
  EXPECT_GE(bench.registry.value(Metric::IntentLoads, "held"), 1);

  // Still gone: still held. Unreachable: still held, and the reason stays.
  bench.refresh_fully(script);
  script->set(Error{Code::Unavailable, "netbox: no connection"});
  bench.refresh_fully(script);
  EXPECT_FALSE(bench.cache->current()->is_usable);
  EXPECT_THAT(bench.cache->current()->unusable_reason, HasSubstr("vanished"));

  script->set(one_device("leaf1", 1));
  bench.cache->refresh();
  const Snapshot back = bench.wait_for_version(3);
  EXPECT_TRUE(back->is_usable);
  EXPECT_EQ(back->last_error, "");
  EXPECT_EQ(back->devices, good->devices);
}

TEST(IntentCache, AnOperatorCanAcceptALoss) {
  Bench bench;
  const auto script = std::make_shared<Script>(one_device("leaf1", 1));
  bench.add(script, "netbox", true);
  bench.start();
  bench.wait_for_version(1);
  script->set(Loaded{});
  bench.cache->refresh();
  bench.wait_for_version(2);

  bench.cache->refresh(true);
  const Snapshot accepted = bench.wait_for_version(3);

  EXPECT_TRUE(accepted->is_usable);
  EXPECT_THAT(accepted->devices, IsEmpty());
}

TEST(IntentCache, ReloadTakesNewSourcesAndKeepsTheOldStateOfABadOne) {
  Bench bench;
  const auto netbox = std::make_shared<Script>(one_device("leaf1", 1));
  bench.add(netbox, "netbox", true);
  bench.add(std::make_shared<Script>(one_device("leaf2", 2, "file")), "files", false);
  bench.start();
  bench.wait_for_version(1);

  std::vector<std::unique_ptr<Source>> next;
  next.push_back(std::make_unique<ScriptedSource>(std::make_shared<Script>(one_device("leaf1", 5)),
                                                  "netbox", true));
  next.push_back(std::make_unique<ScriptedSource>(
      std::make_shared<Script>(Error{Code::InvalidArgument, "a.yaml:1:1: wrong"}), "files", false));
  bench.cache->reload(bench.options, std::move(next));

  const Snapshot snapshot = bench.wait_for_version(2);
  EXPECT_TRUE(snapshot->is_usable);
  EXPECT_EQ(mtu_of(snapshot, "leaf1"), 5);
  EXPECT_EQ(mtu_of(snapshot, "leaf2"), 2);
  EXPECT_EQ(snapshot->last_error, "a.yaml:1:1: wrong");

  bench.cache->reload(bench.options, {});
  EXPECT_FALSE(bench.wait_for_version(3)->is_usable);
}

TEST(IntentCache, AnotherScopeAfterReloadIsNoLoss) {
  Bench bench;
  bench.add(std::make_shared<Script>(one_device("leaf1", 1)), "netbox", true, "role=leaf");
  bench.start();
  bench.wait_for_version(1);

  std::vector<std::unique_ptr<Source>> next;
  next.push_back(std::make_unique<ScriptedSource>(std::make_shared<Script>(one_device("spine1", 1)),
                                                  "netbox", true, "role=spine"));
  bench.cache->reload(bench.options, std::move(next));

  const Snapshot snapshot = bench.wait_for_version(2);
  EXPECT_TRUE(snapshot->is_usable);
  EXPECT_TRUE(snapshot->devices.contains("spine1"));
  EXPECT_FALSE(snapshot->devices.contains("leaf1"));
}

// A NetBox that takes requests and answers none.
class SilentNetBox {
 public:
  SilentNetBox() {
    auto started =
        api::HttpServer::start_deferred({}, [this](const api::Request&, api::Respond respond) {
          const std::lock_guard lock(mutex_);
          pending_.push_back(std::move(respond));
          arrived_.notify_all();
        });
    EXPECT_TRUE(started);
    if (started) server_ = std::move(*started);
  }
  void wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return pending_.size() >= count; });
  }
  std::unique_ptr<Source> source() const {
    config::NetBox settings;
    settings.url = "http://" + server_->address();
    settings.timeout = std::chrono::hours(1);
    return netbox::make_netbox_source(settings, netbox::Scope{true, "", {}}, std::uint16_t{6030},
                                      core::Limits{}, clock_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<api::Respond> pending_;
  core::SystemClock clock_;
  std::unique_ptr<api::HttpServer> server_;
};

TEST(IntentCache, StopEndsARequestInProgress) {
  SilentNetBox netbox;
  Bench bench;
  bench.add(netbox.source());
  bench.start();
  netbox.wait_for_requests(1);

  bench.cache->stop();  // returns although the answer never comes
  bench.cache->stop();

  EXPECT_FALSE(bench.cache->current()->is_usable);
  EXPECT_THAT(bench.published(), IsEmpty());
}

TEST(IntentCache, ReloadEndsARequestInProgress) {
  SilentNetBox netbox;
  Bench bench;
  bench.add(netbox.source());
  bench.start();
  netbox.wait_for_requests(1);

  std::vector<std::unique_ptr<Source>> next;
  next.push_back(std::make_unique<ScriptedSource>(std::make_shared<Script>(one_device("leaf1", 1)),
                                                  "netbox", true));
  bench.cache->reload(bench.options, std::move(next));

  EXPECT_TRUE(bench.wait_for_version(1)->is_usable);
}

// What a run leaves for the next one.
class Kept {
 public:
  Kept() {
    Bench bench;
    bench.options.last_good_file = file;
    bench.add(std::make_shared<Script>(many_devices()), "netbox", true);
    bench.start();
    (void)bench.wait_for_version(1);
    bench.cache->stop();
  }
  ~Kept() { std::filesystem::remove(file); }

  static Loaded many_devices() {
    Loaded loaded;
    for (int i = 0; i < 10; ++i) {
      const Loaded one = one_device("leaf" + std::to_string(i), 1500);
      loaded.devices.push_back(one.devices.front());
    }
    return loaded;
  }
  std::string file = std::filesystem::temp_directory_path() / ("kept_" + std::to_string(::getpid()) + ".intent");
};

TEST(IntentCache, ARestartWhileTheSourceIsDownUsesWhatItSaidBefore) {
  const Kept kept;
  Bench bench;
  bench.options.last_good_file = kept.file;
  const auto script = std::make_shared<Script>(Error{Code::Unavailable, "netbox is down"});
  bench.add(script, "netbox", true);
  bench.start();

  const Snapshot old = bench.wait_for_version(1);
  EXPECT_TRUE(old->is_usable);
  EXPECT_EQ(old->devices.size(), 10U);
  EXPECT_THAT(old->last_error, AllOf(HasSubstr("netbox is down"), HasSubstr("read before this start")));

  script->set(one_device("leaf0", 9000));  // and the guard compares with it
  bench.cache->refresh();
  const Snapshot held = bench.wait_for_version(2);
  EXPECT_FALSE(held->is_usable);
  EXPECT_THAT(held->unusable_reason, HasSubstr("9 of 10 devices vanished"));
}

TEST(IntentCache, WhatAnotherScopeSaidBeforeIsNotUsed) {
  const Kept kept;
  Bench bench;
  bench.options.last_good_file = kept.file;
  bench.add(std::make_shared<Script>(Error{Code::Unavailable, "netbox is down"}), "netbox", true, "another scope");
  bench.start();
  EXPECT_FALSE(bench.wait_for_version(1)->is_usable);
}

TEST(IntentCache, WhatAnotherVersionMappedIsNotComparedWith) {
  const Kept kept;
  Bench bench;
  bench.options.last_good_file = kept.file;
  bench.options.made_by = "another";
  bench.add(std::make_shared<Script>(one_device("leaf0", 9000)), "netbox", true);
  bench.start();
  EXPECT_TRUE(bench.wait_for_version(1)->is_usable);
}

TEST(IntentCache, AHintLeadsToALoadThatCarriesIt) {
  Bench bench;
  const auto script = std::make_shared<Script>(one_device("leaf1", 1500));
  bench.add(script, "netbox", true);
  bench.start();
  (void)bench.wait_for_version(1);

  EXPECT_TRUE(bench.cache->hint({"ipam.vlan", 7, "r"}));
  script->wait_for_loads(2);
  EXPECT_THAT(script->hints(), Contains(ObjectHint{"ipam.vlan", 7, "r"}));
}

TEST(IntentCache, CountsHintsThatFindNoRoom) {
  Bench bench;
  bench.options.most_hints = 1;
  bench.add(std::make_shared<Script>(one_device("leaf1", 1500)), "netbox", true);
  bench.make();

  EXPECT_TRUE(bench.cache->hint({"ipam.vlan", 7, "r"}));
  EXPECT_FALSE(bench.cache->hint({"ipam.vlan", 8, "r"}));
  EXPECT_EQ(bench.registry.value(Metric::LimitHits, "netbox_hints"), 1);
}

TEST(IntentCache, LoadsTheRecordedNetBoxAndHoldsItsLossOfADevicesObjects) {
  testing_support::NetBoxFace face;
  config::NetBox settings;
  settings.url = face.url();
  settings.token = config::Secret(testing_support::NetBoxFace::token());
  Bench bench;
  bench.add(netbox::make_netbox_source(settings, netbox::Scope{true, "role=leaf&role=spine", {}},
                                       std::uint16_t{6030}, core::Limits{}, bench.clock));
  bench.start();
  const Snapshot good = bench.wait_for_version(1);
  EXPECT_EQ(good->devices.size(), 10U);
  EXPECT_EQ(bench.registry.value(Metric::IntentExpectations), 1086 + 390 + 24);  // no management ports, and the groups' AS

  face.clear(
      "/api/plugins/bgp/bgpsession/");  // as a token does that lost the permission on the objects
  bench.cache->refresh();
  const Snapshot held = bench.wait_for_version(2);
  EXPECT_FALSE(held->is_usable);
  EXPECT_THAT(held->unusable_reason, HasSubstr("376 of 1500 expectations vanished at once"));
  EXPECT_EQ(held->devices, good->devices);
}

// NetBox' own restart: 35 to 95 s of connections that are accepted and stay silent.
TEST(IntentCache, SilenceOfNetBoxKeepsItsLastGoodIntentInForce) {
  testing_support::NetBoxFace face;
  config::NetBox settings;
  settings.url = face.url();
  settings.token = config::Secret(testing_support::NetBoxFace::token());
  settings.timeout = std::chrono::milliseconds(300);
  Bench bench;
  bench.add(netbox::make_netbox_source(settings, netbox::Scope{true, "role=leaf&role=spine", {}},
                                       std::uint16_t{6030}, core::Limits{}, bench.clock));
  bench.start();
  const auto wait_until = [&bench](const std::function<bool(const Snapshot&)>& is_so) {
    while (!is_so(bench.cache->current())) std::this_thread::yield();
    return bench.cache->current();
  };
  const Snapshot good = wait_until([](const Snapshot& snapshot) { return snapshot->is_usable; });

  face.break_down(testing_support::Fault::silence());
  bench.cache->refresh();
  const Snapshot silent = wait_until([](const Snapshot& snapshot) { return !snapshot->last_error.empty(); });
  EXPECT_THAT(silent->last_error, HasSubstr("no complete answer within 300ms"));
  EXPECT_TRUE(silent->is_usable);
  EXPECT_EQ(silent->devices, good->devices);
  EXPECT_EQ(silent->loaded_at, good->loaded_at);

  face.break_down(std::nullopt);
  bench.cache->refresh();
  (void)wait_until([](const Snapshot& snapshot) { return snapshot->last_error.empty(); });
}

TEST(IntentCache, CountsWhatWasAskedAgainAndTheIdsThatAreWaitedFor) {
  class Counting final : public Source {
   public:
    std::string name() const override { return "netbox"; }
    Result<Loaded> load(const LoadRequest&) override {
      ++loads_;
      return one_device("leaf1", 1500 + loads_);
    }
    ReadingFigures figures() const override { return {static_cast<std::size_t>(10 * loads_), static_cast<std::uint64_t>(3 * loads_)}; }

   private:
    int loads_ = 0;
  };
  Bench bench;
  bench.add(std::make_unique<Counting>());
  bench.start();
  (void)bench.wait_for_version(1);
  bench.cache->refresh();
  (void)bench.wait_for_version(2);
  EXPECT_EQ(bench.registry.value(Metric::NetBoxWatchedChanges), 20);
  EXPECT_EQ(bench.registry.value(Metric::NetBoxRepeats), 6);
}

}  // namespace
}  // namespace dm::intent
