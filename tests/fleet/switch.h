// A switch on the official gRPC C++ server: it dumps what it has, syncs, and follows with what a test
// sets and deletes.
#pragma once

#include <gnmi.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/path.h"

namespace dm::fleet::tests_support {

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
      is_ending_ = true;
      changed_.notify_all();
    }
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

  void set(const std::string& path, const std::string& value) {
    ::gnmi::SubscribeResponse response;
    add(*response.mutable_update(), path, value);
    const std::lock_guard lock(mutex_);
    leaves_[path] = value;
    said_.push_back(std::move(response));
    changed_.notify_all();
  }

  // The origin of the first path of each subscription.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return requests_.size() >= count; });
  }

  grpc::Status Subscribe(grpc::ServerContext* context,
                         grpc::ServerReaderWriter<::gnmi::SubscribeResponse, ::gnmi::SubscribeRequest>* stream) override {
    ::gnmi::SubscribeRequest request;
    if (!stream->Read(&request)) return {grpc::StatusCode::INVALID_ARGUMENT, "no request"};
    std::unique_lock lock(mutex_);
    requests_.push_back(request.subscribe().subscription(0).path().origin());
    changed_.notify_all();
    std::size_t next = said_.size();
    ::gnmi::SubscribeResponse dump;
    for (const auto& [path, value] : leaves_) add(*dump.mutable_update(), path, value);
    stream->Write(dump);
    dump.set_sync_response(true);
    stream->Write(dump);
    while (!is_ending_ && !context->IsCancelled()) {
      for (; next < said_.size(); ++next) stream->Write(said_[next]);
      changed_.wait(lock);
    }
    return grpc::Status::OK;
  }

 private:
  static void add(::gnmi::Notification& notification, const std::string& text, const std::string& value) {
    auto& update = *notification.add_update();
    const model::Path path = *model::parse_path(text);
    for (const model::PathElement& element : path.elements) {
      auto& elem = *update.mutable_path()->add_elem();
      elem.set_name(element.name);
      for (const model::PathKey& key : element.keys) (*elem.mutable_key())[key.name] = key.value;
    }
    update.mutable_val()->set_json_ietf_val("\"" + value + "\"");
  }

  int port_ = 0;
  std::mutex mutex_;  // guards the following
  std::condition_variable changed_;
  std::map<std::string, std::string> leaves_;
  std::vector<::gnmi::SubscribeResponse> said_;
  std::vector<std::string> requests_;
  bool is_ending_ = false;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace dm::fleet::tests_support
