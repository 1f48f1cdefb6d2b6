// Many gNMI devices on one port, as cheap as can be: answers a Subscribe call with a prepared dump and
// sync_response, then says prepared frames again and again, as fast as flow control lets it or at a rate.
//
// HTTP/2 by hand, one thread, epoll. Only a bench should meet it: it believes its client.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dm::bench {

struct PeerOptions {
  std::uint16_t port = 0;        // of 127.0.0.1; 0: any that is free
  std::string dump;              // DATA frames of stream 1, sync_response included
  std::string load;              // DATA frames of stream 1; empty: silent after the dump
  std::uint64_t load_rate = 0;   // frames of `load` a second, over all connections; 0: as fast as possible
};

class Peer {
 public:
  explicit Peer(PeerOptions options);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::uint16_t port() const;
  void run();  // for ever

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::bench
