// The official gRPC C++ server with a scripted Subscribe, and a Transport that calls it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/patience.h"
#include "gnmi.grpc.pb.h"
#include "gnmi/transport.h"
#include "net/loop.h"

namespace dm::gnmi::official {

using Stream = grpc::ServerReaderWriter<::gnmi::SubscribeResponse, ::gnmi::SubscribeRequest>;

// Refused handshakes are what some tests are about: gRPC need not report them. Before it starts.
inline const bool kIsQuiet = ::setenv("GRPC_VERBOSITY", "NONE", 0) == 0;

class Service final : public ::gnmi::gNMI::Service {
 public:
  // Called once the request was read; runs on a thread of the server.
  std::function<grpc::Status(grpc::ServerContext&, Stream&)> script;
  ::gnmi::SubscribeRequest request;
  std::multimap<std::string, std::string> metadata;

  grpc::Status Subscribe(grpc::ServerContext* context, Stream* stream) override {
    for (const auto& [name, value] : context->client_metadata()) {
      metadata.emplace(std::string(name.data(), name.size()),
                       std::string(value.data(), value.size()));
    }
    if (!stream->Read(&request)) return {grpc::StatusCode::INVALID_ARGUMENT, "no request"};
    return script(*context, *stream);
  }

  grpc::Status Capabilities(grpc::ServerContext*, const ::gnmi::CapabilityRequest*,
                            ::gnmi::CapabilityResponse* response) override {
    response->set_gnmi_version("0.10.0");
    return grpc::Status::OK;
  }
};

class Server {
 public:
  explicit Server(
      Service& service,
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials(),
      int port = 0)
      : port_(port) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), std::move(credentials), &port_);
    // Now and then gRPC's own threads miss that a socket can be written again until this is over.
    builder.SetSyncServerOption(grpc::ServerBuilder::CQ_TIMEOUT_MSEC, 100);
    builder.RegisterService(&service);
    server_ = builder.BuildAndStart();
  }
  ~Server() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }
  grpc::Server& get() { return *server_; }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// One call, run to its end on the test's thread.
struct Client {
  explicit Client(std::uint16_t port, TransportSettings settings = {})
      : transport(loop, with_port(std::move(settings), port)) {}

  static TransportSettings with_port(TransportSettings settings, std::uint16_t port) {
    if (settings.host.empty()) settings.host = "127.0.0.1";
    settings.port = port;
    return settings;
  }

  CallHandlers handlers() {
    return {.on_headers = [this] { ++headers; },
            .on_message =
                [this](std::span<const std::uint8_t> bytes) {
                  messages.emplace_back(bytes.begin(), bytes.end());
                  if (on_message) on_message();
                },
            .on_end =
                [this](const CallEnd& told) {
                  end = told;
                  loop.stop();
                }};
  }
  void start() {
    ::gnmi::SubscribeRequest request;
    request.mutable_subscribe()->set_encoding(::gnmi::JSON_IETF);
    transport.start("/gnmi.gNMI/Subscribe", request.SerializeAsString(), false, handlers());
  }
  // Starts a call and follows it to its end.
  CallEnd subscribe() {
    start();
    fakes::run(loop);
    return end.value_or(CallEnd{.message = "stopped before the end"});
  }

  net::Loop loop;
  int headers = 0;
  std::vector<std::string> messages;
  std::optional<CallEnd> end;
  std::function<void()> on_message;
  Transport transport;
};

inline ::gnmi::SubscribeResponse leaf(const std::string& value) {
  ::gnmi::SubscribeResponse response;
  response.mutable_update()->add_update()->mutable_val()->set_string_val(value);
  return response;
}

}  // namespace dm::gnmi::official
