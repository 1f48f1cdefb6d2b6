#include "sim/gnmi_server.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "gnmi.grpc.pb.h"

namespace dm::sim {
namespace {

using grpc::CallbackServerContext;
using grpc::Status;
using grpc::StatusCode;

std::string metadata(const CallbackServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  return found == context.client_metadata().end()
             ? std::string()
             : std::string(found->second.data(), found->second.size());
}

bool is_known(const CallbackServerContext& context, const GnmiServer::Options& options) {
  if (options.username.empty() && options.password.empty()) return true;
  return metadata(context, "username") == options.username &&
         metadata(context, "password") == options.password;
}

Status stranger() { return {StatusCode::UNAUTHENTICATED, "Authentication failed"}; }

// One Subscribe RPC. Owned by gRPC: deletes itself when gRPC is done with it.
class SubscribeRpc final
    : public grpc::ServerBidiReactor<::gnmi::SubscribeRequest, ::gnmi::SubscribeResponse> {
 public:
  SubscribeRpc(const GnmiServer::Backend& backend, bool is_allowed)
      : backend_(backend), outlet_(std::make_shared<Outlet>(rpc())) {
    if (is_allowed) {
      StartRead(&request_);
    } else {
      outlet_->finish(stranger());
    }
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      if (!is_subscribed_) refuse(StatusCode::INVALID_ARGUMENT, "no subscription list");
      return;  // the client only stops talking
    }
    if (is_subscribed_) return refuse(StatusCode::INVALID_ARGUMENT, "a second request on one stream");
    if (!request_.has_subscribe()) return refuse(StatusCode::INVALID_ARGUMENT, "no subscription list");
    is_subscribed_ = true;
    backend_.subscribe(outlet_, request_);
    request_.Clear();
    StartRead(&request_);
  }
  void OnWriteDone(bool ok) override { outlet_->on_written(ok); }
  void OnCancel() override { outlet_->abort(Status::CANCELLED); }
  void OnDone() override {
    outlet_->detach();
    delete this;
  }

 private:
  Outlet::Rpc rpc() {
    return {.write =
                [this](const ::gnmi::SubscribeResponse& response, bool more_follow) {
                  grpc::WriteOptions options;
                  if (more_follow) options.set_buffer_hint();
                  StartWrite(&response, options);
                },
            .finish = [this](const Status& status) { Finish(status); }};
  }
  void refuse(StatusCode code, const char* why) { outlet_->abort({code, why}); }

  const GnmiServer::Backend& backend_;
  std::shared_ptr<Outlet> outlet_;
  ::gnmi::SubscribeRequest request_;
  bool is_subscribed_ = false;
};

class Service final : public ::gnmi::gNMI::CallbackService {
 public:
  Service(GnmiServer::Options options, GnmiServer::Backend backend)
      : options_(std::move(options)), backend_(std::move(backend)) {}

  grpc::ServerBidiReactor<::gnmi::SubscribeRequest, ::gnmi::SubscribeResponse>* Subscribe(
      CallbackServerContext* context) override {
    return new SubscribeRpc(backend_, is_known(*context, options_));
  }

  grpc::ServerUnaryReactor* Get(CallbackServerContext* context, const ::gnmi::GetRequest* request,
                                ::gnmi::GetResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (!is_known(*context, options_)) {
      reactor->Finish(stranger());
      return reactor;
    }
    backend_.get(*request, [reactor, response](Status status, ::gnmi::GetResponse answer) {
      *response = std::move(answer);
      reactor->Finish(std::move(status));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* Capabilities(CallbackServerContext* context,
                                         const ::gnmi::CapabilityRequest*,
                                         ::gnmi::CapabilityResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (!is_known(*context, options_)) {
      reactor->Finish(stranger());
      return reactor;
    }
    backend_.capabilities([reactor, response](Status status, ::gnmi::CapabilityResponse answer) {
      *response = std::move(answer);
      reactor->Finish(std::move(status));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* Set(CallbackServerContext* context, const ::gnmi::SetRequest*,
                                ::gnmi::SetResponse*) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish({StatusCode::PERMISSION_DENIED, "this switch is changed by its control API only"});
    return reactor;
  }

 private:
  GnmiServer::Options options_;
  GnmiServer::Backend backend_;
};

}  // namespace

struct GnmiServer::Impl {
  Service service;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

core::Result<std::unique_ptr<GnmiServer>> GnmiServer::start(Options options, Backend backend) {
  // Debian's abseil looks for deadlocks at every lock, which doubles the cost of a connection.
  static std::once_flag once;
  std::call_once(once, [] { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); });

  auto credentials = grpc::InsecureServerCredentials();
  if (!options.certificate.certificate.empty()) {
    grpc::SslServerCredentialsOptions tls;
    tls.pem_key_cert_pairs.push_back({options.certificate.key, options.certificate.certificate});
    credentials = grpc::SslServerCredentials(tls);
  }
  std::unique_ptr<Impl> impl(new Impl{Service(std::move(options), std::move(backend)), nullptr, 0});
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &impl->port);
  builder.RegisterService(&impl->service);
  builder.AddChannelArgument("grpc.so_reuseport", 0);
  builder.AddChannelArgument("grpc.http2.bdp_probe", 0);
  impl->server = builder.BuildAndStart();
  if (!impl->server || impl->port == 0) {
    return core::Error{core::Code::Unavailable, "gNMI server: cannot listen on 127.0.0.1"};
  }
  return std::unique_ptr<GnmiServer>(new GnmiServer(std::move(impl)));
}

GnmiServer::GnmiServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GnmiServer::~GnmiServer() {
  if (impl_->server) impl_->server->Shutdown(std::chrono::system_clock::now());
}
std::uint16_t GnmiServer::port() const { return static_cast<std::uint16_t>(impl_->port); }

}  // namespace dm::sim
