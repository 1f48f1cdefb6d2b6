// A session over scripted byte streams: its device, one Peer per connection, and a diary of what it told.
#pragma once

#include <gnmi.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fakes/byte_stream.h"
#include "fakes/byte_stream_http2.h"
#include "fakes/patience.h"
#include "gnmi/session.h"

namespace dm::gnmi {

namespace h2 = fakes::http2;

inline std::string response(const std::string& text_proto) {
  ::gnmi::SubscribeResponse message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text_proto, &message));
  return h2::message(message.SerializeAsString());
}
inline std::string leaf(const std::string& name, int value) {
  return response("update { update { path { elem { name: \"" + name + "\" } } val { uint_val: " +
                  std::to_string(value) + " } } }");
}
inline std::string sync() { return response("sync_response: true"); }

// A session, its device (one Peer per connection) and a diary of what it told.
struct Lab {
  net::Loop loop;
  core::FakeClock clock;
  core::Logger log{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics;
  std::shared_ptr<schema::Profile> profile = std::make_shared<schema::Profile>();
  model::PathTable paths{nullptr};
  std::vector<std::shared_ptr<fakes::Peer>> peers;
  std::vector<std::string> diary;
  std::vector<schema::ProfilePath> subscribed;
  SessionSettings settings;
  SessionHandlers handlers;
  std::unique_ptr<Session> session;

  explicit Lab(const std::vector<std::string>& wanted = {"/a", "/b"}) {
    settings.device = "leaf1";
    settings.transport.host = "switch.test";
    for (const auto& path : wanted) {
      subscribed.push_back({*model::parse_path(path), schema::PathMode::OnChange, "other"});
    }
    settings.backoff = {.first = std::chrono::hours(1), .most = std::chrono::hours(1)};  // only retry_now() ends a wait
    settings.make_stream = [this] {
      peers.push_back(std::make_shared<fakes::Peer>());
      return std::make_unique<fakes::ScriptedStream>(peers.back());
    };
    handlers.on_stream_begin = [this] { diary.emplace_back("begin"); };
    handlers.on_batch = [this](const model::UpdateBatch& batch) { note(batch); };
    handlers.on_stream_lost = [this](const std::string& reason) { diary.push_back("lost: " + reason); };
    handlers.on_quarantine = [this] { diary.emplace_back("quarantine"); };
  }

  void note(const model::UpdateBatch& batch) {
    std::string line = "batch";
    for (const auto& set : batch.sets) line += " " + paths.text(set.path) + "=" + model::to_json(model::decode(batch.value(set)));
    if (batch.sync) line += " sync";
    diary.push_back(line);
  }
  void start() {
    settings.subscription = make_subscription(*profile, subscribed);
    session = std::make_unique<Session>(loop, clock, log, metrics, profile, paths, settings, handlers);
    session->start();
  }
  fakes::Peer& peer() { return *peers.back(); }
  // The device takes the connection and the call `stream`.
  void accept(std::uint32_t stream = 1) {
    if (stream == 1) {
      peer().connect();
      peer().say(h2::settings());
    }
    say(h2::headers(stream, h2::accepted()));
  }
  void say(const std::string& frames) {
    const auto current = peers.back();  // outlives a new connection made by the session
    current->say(frames);
  }
  void say_messages(const std::string& messages, std::uint32_t stream = 1) { say(h2::data(stream, messages)); }
  void refuse(int code, const std::string& why, std::uint32_t stream) {
    say(h2::headers(stream, {{":status", "200"}, {"content-type", "application/grpc"},
                             {"grpc-status", std::to_string(code)}, {"grpc-message", why}}, true));
    run_posted();
  }
  void run_posted() {
    loop.post([this] { loop.stop(); });
    fakes::run(loop);
  }
  void go_live() {
    start();
    accept();
    say_messages(leaf("a", 1) + sync());
  }
  // The names of the last elements asked for, on the current connection since the last look.
  std::vector<std::string> asked() {
    std::vector<std::string> names;
    for (const auto& frame : h2::frames_of_type(peer().take(), h2::kData)) {
      ::gnmi::SubscribeRequest request;
      EXPECT_TRUE(request.ParseFromString(frame.payload.substr(5)));
      for (const auto& subscription : request.subscribe().subscription()) {
        names.push_back(subscription.path().elem(subscription.path().elem_size() - 1).name());
      }
    }
    return names;
  }
};

}  // namespace dm::gnmi
