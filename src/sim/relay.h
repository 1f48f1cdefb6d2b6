// The wire between a simulated switch's address and its gNMI server: it can be cut, closed or frozen.
//
// Every switch has a gate: a listening port whose connections are passed on, byte by byte. A frozen gate
// keeps its connections open and moves nothing in either direction (a half-open peer). One thread for all
// gates; every call returns when it has been done.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/result.h"

namespace dm::sim {

enum class GateState { Open, Frozen, Closed };

class Relay {
 public:
  Relay();
  ~Relay();  // closes everything
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Listens on 127.0.0.1:`port` (0: any) and passes on to 127.0.0.1:`target`. Returns the port.
  core::Result<std::uint16_t> add(std::uint16_t port, std::uint16_t target);

  // Closed: nobody listens, connections are cut. From Closed back, the same port is listened on again.
  // Error Unavailable: someone else has taken it meanwhile.
  core::Status set(std::uint16_t port, GateState state);
  // Cuts the connections; new ones are welcome.
  void cut(std::uint16_t port);
  GateState state(std::uint16_t port) const;
  std::size_t connections(std::uint16_t port) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::sim
