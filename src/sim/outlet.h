// Where the answers of one Subscribe RPC are put: a queue between the fabric's loop and gRPC's threads.
//
// Any thread. A client so slow that kLimit answers wait for it is sent away (RESOURCE_EXHAUSTED).
#pragma once

#include <grpcpp/impl/codegen/status.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "gnmi.pb.h"

namespace dm::sim {

class Outlet {
 public:
  static constexpr std::size_t kLimit = 200'000;
  using Response = std::shared_ptr<const ::gnmi::SubscribeResponse>;

  // What the RPC offers; called with the outlet's lock held, never after detach().
  struct Rpc {
    std::function<void(const ::gnmi::SubscribeResponse&, bool more_follow)> write;
    std::function<void(const grpc::Status&)> finish;
  };
  explicit Outlet(Rpc rpc) : rpc_(std::move(rpc)) {}

  void push(Response response);
  // After what is queued. The first one counts.
  void finish(grpc::Status status);
  // Now: what is queued is forgotten.
  void abort(grpc::Status status);

  void on_written(bool worked);  // from the RPC
  void detach();                 // from the RPC: it is gone
  bool is_open() const;

 private:
  void step();  // lock held

  mutable std::mutex mutex_;
  Rpc rpc_;
  std::deque<Response> waiting_;
  bool is_writing_ = false;
  bool is_finishing_ = false;
  bool is_finished_ = false;
  grpc::Status status_;
};

}  // namespace dm::sim
