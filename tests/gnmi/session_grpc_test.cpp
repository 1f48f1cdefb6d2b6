// The session against the official gRPC C++ server.
#include <gmock/gmock.h>
#include <gnmi.grpc.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fakes/patience.h"
#include "gnmi/session.h"

namespace dm::gnmi {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// A switch that refuses paths named `bad`, wants a password, and can drop its streams.
class Switch final : public ::gnmi::gNMI::Service {
 public:
  Switch() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Switch() override {
    {
      const std::lock_guard lock(mutex_);
      is_closing_ = true;
      changed_.notify_all();
    }
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }
  int calls() const { return calls_; }
  int dropped() {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

  void drop_streams() {
    const std::lock_guard lock(mutex_);
    ++dropped_;
    changed_.notify_all();
  }

  grpc::Status Subscribe(grpc::ServerContext* context,
                         grpc::ServerReaderWriter<::gnmi::SubscribeResponse, ::gnmi::SubscribeRequest>* stream) override {
    ++calls_;
    const auto password = context->client_metadata().find("password");
    if (password == context->client_metadata().end() || password->second != "secret") {
      return {grpc::StatusCode::UNAUTHENTICATED, "Authentication failed"};
    }
    ::gnmi::SubscribeRequest request;
    if (!stream->Read(&request)) return {grpc::StatusCode::INVALID_ARGUMENT, "no request"};
    for (const auto& subscription : request.subscribe().subscription()) {
      if (subscription.path().elem(0).name() == "bad") return {grpc::StatusCode::INVALID_ARGUMENT, "path invalid"};
    }
    const int dropped_before = dropped();
    ::gnmi::SubscribeResponse response;
    for (const auto& subscription : request.subscribe().subscription()) {
      auto& update = *response.mutable_update()->add_update();
      *update.mutable_path() = subscription.path();
      update.mutable_val()->set_string_val(std::string(100'000, 'x'));
    }
    stream->Write(response);
    response.set_sync_response(true);
    stream->Write(response);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, fakes::kPatience, [&] { return is_closing_ || dropped_ != dropped_before; });
    return {grpc::StatusCode::UNAVAILABLE, "the agent restarts"};
  }

 private:
  int port_ = 0;
  std::atomic<int> calls_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int dropped_ = 0;
  bool is_closing_ = false;
  std::unique_ptr<grpc::Server> server_;
};

struct Monitor {
  net::Loop own_loop;
  net::Loop& loop;
  core::SystemClock clock;
  core::Logger log{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics;
  std::shared_ptr<schema::Profile> profile = std::make_shared<schema::Profile>();
  model::PathTable paths{nullptr};
  SessionSettings settings;
  std::vector<std::string> diary;
  std::size_t syncs = 0;
  std::size_t wanted_syncs = 1;
  std::unique_ptr<Session> session;

  Monitor(const Switch& device, const std::vector<std::string>& subscribed, net::Loop* shared = nullptr)
      : loop(shared != nullptr ? *shared : own_loop) {
    profile->origin = "openconfig";
    settings.device = "leaf1";
    settings.transport.host = "127.0.0.1";
    settings.transport.port = device.port();
    settings.transport.metadata = {{"username", "admin"}, {"password", "secret"}};
    settings.transport.limits.value_bytes = 200'000;
    settings.backoff = {.first = 1ms, .most = 10ms};
    std::vector<schema::ProfilePath> paths_wanted;
    for (const auto& path : subscribed) {
      paths_wanted.push_back({*model::parse_path(path), schema::PathMode::OnChange, "other"});
    }
    settings.subscription = make_subscription(*profile, std::move(paths_wanted));
  }

  void run() {
    session = std::make_unique<Session>(
        loop, clock, log, metrics, profile, paths, settings,
        SessionHandlers{.on_stream_begin = [this] { diary.emplace_back("begin"); },
                        .on_batch = [this](const model::UpdateBatch& batch) { note(batch); },
                        .on_stream_lost = [this](const std::string& reason) { lose(reason); },
                        .on_quarantine = [this] { diary.emplace_back("quarantine"); }});
    session->start();
    fakes::run(loop);
  }
  void note(const model::UpdateBatch& batch) {
    for (const auto& set : batch.sets) diary.push_back(paths.text(set.path));
    if (batch.sync) diary.emplace_back("sync");
    if (batch.sync && ++syncs == wanted_syncs) loop.stop();
  }
  void lose(const std::string& reason) {
    diary.push_back("lost: " + reason);
    if (syncs == 0) loop.stop();
  }
};

TEST(SessionGrpc, SyncsWithTheOfficialServer) {
  Switch device;
  Monitor monitor(device, {"/a", "/b"});

  monitor.run();

  EXPECT_THAT(monitor.diary, ElementsAre("begin", "/a", "/b", "sync"));
  EXPECT_GT(monitor.session->counters().bytes, 200'000U);
}

TEST(SessionGrpc, FindsTheRefusedPath) {
  Switch device;
  Monitor monitor(device, {"/a", "/b", "/bad/x", "/c"});

  monitor.run();

  EXPECT_THAT(monitor.diary, ElementsAre("quarantine", "begin", "/a", "/b", "/c", "sync"));
  ASSERT_THAT(monitor.session->quarantined(), SizeIs(1));
  EXPECT_EQ(model::to_text(monitor.session->quarantined()[0].path), "/bad/x");
}

TEST(SessionGrpc, ComesBackAfterALoss) {
  Switch device;
  Monitor monitor(device, {"/a"});
  monitor.run();
  monitor.wanted_syncs = 2;
  monitor.loop.post([&] { device.drop_streams(); });

  fakes::run(monitor.loop);

  EXPECT_THAT(monitor.diary, ElementsAre("begin", "/a", "sync", "lost: the agent restarts", "begin", "/a", "sync"));
}

TEST(SessionGrpc, AMessageOverTheLimitCostsItsDeviceOnly) {
  Switch device;
  Monitor healthy(device, {"/a"});
  healthy.run();
  Monitor large(device, {"/a", "/b", "/c"}, &healthy.loop);
  large.settings.transport.limits.grpc_message_bytes = 250'000;

  large.run();

  ASSERT_THAT(large.diary, SizeIs(2));
  EXPECT_EQ(large.diary[0], "begin");
  EXPECT_THAT(large.diary[1], HasSubstr("limits.grpc_message_bytes (250000 bytes)"));
  EXPECT_EQ(large.metrics.value(metrics::Metric::LimitHits, "grpc_message_bytes"), 1);
  healthy.wanted_syncs = 2;
  large.session->stop();
  healthy.loop.post([&] { device.drop_streams(); });
  fakes::run(healthy.loop);
  EXPECT_THAT(healthy.diary, ElementsAre("begin", "/a", "sync", "lost: the agent restarts", "begin", "/a", "sync"))
      << "it was live until its own device ended it";
}

TEST(SessionGrpc, DoesNotInsistOnARefusedLogin) {
  Switch device;
  Monitor monitor(device, {"/a"});
  monitor.settings.transport.metadata[1].second = "wrong";

  monitor.run();

  EXPECT_THAT(monitor.diary,
              ElementsAre("lost: the device refuses the login: UNAUTHENTICATED Authentication failed (check "
                                    "gnmi.username and gnmi.password, and the user on the device)"));
  EXPECT_EQ(device.calls(), 1);
}

}  // namespace
}  // namespace dm::gnmi
