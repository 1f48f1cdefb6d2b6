// One simulated switch's gNMI service, on gRPC's official C++ library.
//
// Speaks as EOS does: leaf by leaf, no prefix, bare names, times of last change, INVALID_ARGUMENT for
// nodes that do not exist, UNAUTHENTICATED "Authentication failed". What the switch holds is the
// backend's business, which is called on gRPC's threads and must hand over to its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "gnmi.pb.h"
#include "sim/outlet.h"

namespace dm::sim {

// A self-signed certificate and its key, PEM. Empty: plaintext.
struct Certificate {
  std::string certificate, key;
};

class GnmiServer {
 public:
  using GetDone = std::function<void(grpc::Status, ::gnmi::GetResponse)>;
  using CapabilitiesDone = std::function<void(grpc::Status, ::gnmi::CapabilityResponse)>;
  struct Backend {
    // A stream began; keep the outlet until is_open() is false.
    std::function<void(std::shared_ptr<Outlet>, ::gnmi::SubscribeRequest)> subscribe;  // has a subscription list
    // Call `done` once, from any thread.
    std::function<void(::gnmi::GetRequest, GetDone done)> get;
    std::function<void(CapabilitiesDone done)> capabilities;  // likewise
  };
  struct Options {
    std::string username, password;  // both empty: anyone
    Certificate certificate;
  };

  // Listens on a free port of 127.0.0.1. Error Unavailable: it cannot.
  static core::Result<std::unique_ptr<GnmiServer>> start(Options options, Backend backend);
  // Ends every RPC and waits for it: not on a thread that the backend needs.
  ~GnmiServer();
  std::uint16_t port() const;

 private:
  struct Impl;
  explicit GnmiServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::sim
