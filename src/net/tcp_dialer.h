// One attempt to reach a host: names looked up, addresses tried in turn, a socket ready for gNMI.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/asio.h"
#include "net/stream.h"

namespace dm::net {

// Owned by whoever waits for the answer; destroying it ends the attempt. `on_done` is called once,
// never from inside start(), and may destroy the dialer. Lives on the loop's thread.
class TcpDialer {
 public:
  // The socket is connected, non-blocking, with TCP_NODELAY, keepalive and TCP_USER_TIMEOUT set.
  using Done = std::function<void(core::Result<Socket>)>;

  TcpDialer(Loop& loop, const DialOptions& options, core::SteadyTime deadline, Done on_done);
  ~TcpDialer();
  TcpDialer(const TcpDialer&) = delete;
  TcpDialer& operator=(const TcpDialer&) = delete;

  void start();
  // Inside `on_done` with an error: the likely cause for people, or empty.
  const std::string& hint() const;

  struct Attempt;

 private:
  std::shared_ptr<Attempt> attempt_;
};

}  // namespace dm::net
