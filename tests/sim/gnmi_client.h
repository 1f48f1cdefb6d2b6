// A gNMI client for tests of the simulator, on gRPC C++'s sync API.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gnmi.grpc.pb.h"
#include "sim/device_model.h"
#include "sim/gnmi_codec.h"

namespace dm::sim {

// A path as text, of an answer.
inline std::string text_of(const ::gnmi::Path& path) {
  return model::to_text(*path_from_proto(::gnmi::Path(), path));
}

inline model::Value value_of(const ::gnmi::TypedValue& value) {
  switch (value.value_case()) {
    case ::gnmi::TypedValue::kStringVal: return value.string_val();
    case ::gnmi::TypedValue::kUintVal: return std::uint64_t{value.uint_val()};
    case ::gnmi::TypedValue::kIntVal: return std::int64_t{value.int_val()};
    case ::gnmi::TypedValue::kBoolVal: return value.bool_val();
    case ::gnmi::TypedValue::kLeaflistVal: {
      model::ValueList list;
      for (const auto& member : value.leaflist_val().element()) list.push_back(value_of(member));
      return list;
    }
    default: return {};
  }
}

inline ::gnmi::Path proto_path(const std::string& text) {
  ::gnmi::Path path;
  path_to_proto(*model::parse_path(text), path);
  return path;
}

class GnmiStream {
 public:
  GnmiStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& username,
             const std::string& password)
      : stub_(::gnmi::gNMI::NewStub(channel)) {
    context_.AddMetadata("username", username);
    context_.AddMetadata("password", password);
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(2));  // a hang is a failure
    stream_ = stub_->Subscribe(&context_);
  }
  ~GnmiStream() { context_.TryCancel(); }

  void subscribe(const std::vector<std::string>& paths,
                 ::gnmi::SubscriptionList::Mode mode = ::gnmi::SubscriptionList::STREAM) {
    ::gnmi::SubscribeRequest request;
    request.mutable_subscribe()->set_mode(mode);
    request.mutable_subscribe()->set_encoding(::gnmi::JSON_IETF);
    for (const std::string& path : paths) {
      ::gnmi::Subscription* subscription = request.mutable_subscribe()->add_subscription();
      *subscription->mutable_path() = proto_path(path);
      subscription->set_mode(::gnmi::ON_CHANGE);
    }
    send(request);
  }
  void send(const ::gnmi::SubscribeRequest& request) { stream_->Write(request); }
  bool read(::gnmi::SubscribeResponse& response) { return stream_->Read(&response); }
  grpc::Status finish() { return stream_->Finish(); }

  // Leaf by leaf until sync_response.
  std::map<std::string, model::Value> read_dump() {
    std::map<std::string, model::Value> leaves;
    ::gnmi::SubscribeResponse response;
    while (read(response) && !response.sync_response()) {
      dump_messages.push_back(response.update());
      for (const auto& update : response.update().update()) leaves[text_of(update.path())] = value_of(update.val());
    }
    return leaves;
  }
  ::gnmi::Notification read_notification() {
    ::gnmi::SubscribeResponse response;
    read(response);
    return response.update();
  }

  std::vector<::gnmi::Notification> dump_messages;

 private:
  std::unique_ptr<::gnmi::gNMI::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<::gnmi::SubscribeRequest, ::gnmi::SubscribeResponse>> stream_;
};

inline std::shared_ptr<grpc::Channel> connect_to(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("grpc.use_local_subchannel_pool", 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace dm::sim
