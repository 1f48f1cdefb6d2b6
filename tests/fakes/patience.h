// Waiting that ends: what never comes makes a test fail instead of hang. Far longer than anything takes on
// a busy machine, so no test depends on it.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>

#include "net/loop.h"

namespace dm::fakes {

inline constexpr std::chrono::seconds kPatience{120};

// Runs the loop until something stops it; false if nothing did.
inline bool run(net::Loop& loop) {
  bool is_stuck = false;
  net::Timer watch(loop);
  watch.after(kPatience, [&] {
    is_stuck = true;
    loop.stop();
  });
  loop.run();
  EXPECT_FALSE(is_stuck) << "what the test waits for does not come";
  return !is_stuck;
}

// True once the future is ready.
template <class T>
bool wait(std::future<T>& future) {
  const bool is_ready = future.wait_for(kPatience) == std::future_status::ready;
  EXPECT_TRUE(is_ready) << "what the test waits for does not come";
  return is_ready;
}

// Throws when it does not come.
template <class Condition>
void wait_for(std::condition_variable& changed, std::unique_lock<std::mutex>& lock, const std::string& what, Condition is_so) {
  if (!changed.wait_for(lock, kPatience, is_so)) throw std::runtime_error("waited in vain for " + what);
}

// The value of a future.
template <class Future>
auto take(Future future, const std::string& what) {
  if (future.wait_for(kPatience) != std::future_status::ready) throw std::runtime_error("waited in vain for " + what);
  return future.get();
}

// Blocking calls on this socket fail after a while.
inline void be_patient(int socket) {
  const timeval most{.tv_sec = kPatience.count(), .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

// A port of 127.0.0.1 that is the test's while this lives: servers that share ports (gRPC's do) come and go on
// it, nobody else is given it, and while none listens connections are refused.
class ReservedPort {
 public:
  ReservedPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const int yes = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~ReservedPort() { ::close(socket_); }
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace dm::fakes
