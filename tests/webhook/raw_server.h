// A server that answers HTTP requests with whatever bytes a test wants, on any free loopback port:
// cut answers, none at all, lies about their length.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "fakes/patience.h"

namespace dm::webhook::fakes {

class RawServer {
 public:
  // The bytes to answer a request with. After them the connection is closed, unless they end in
  // kKeep: then the next request is awaited (kKeep itself is not sent).
  using Answerer = std::function<std::string(const std::string& request)>;
  static constexpr std::string_view kKeep = "\x01keep";

  explicit RawServer(Answerer answerer) : answerer_(std::move(answerer)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        pipe(stop_.data()) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~RawServer() {
    if (write(stop_[1], "x", 1) != 1) std::abort();
    thread_.join();
    for (const int descriptor : {listener_, stop_[0], stop_[1]}) close(descriptor);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url(const std::string& path = "/api/v1/main/executions/webhook/ns/flow/{key}") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<std::string> requests() const {
    const std::lock_guard guard(mutex_);
    return requests_;
  }
  void wait_for_requests(std::size_t count) const {
    std::unique_lock guard(mutex_);
    dm::fakes::wait_for(arrived_, guard, "requests", [&] { return requests_.size() >= count; });
  }

 private:
  // False: we are stopping.
  bool is_readable(int descriptor) const {
    std::array<pollfd, 2> both{{{descriptor, POLLIN, 0}, {stop_[0], POLLIN, 0}}};
    poll(both.data(), both.size(), -1);
    return (both[1].revents & POLLIN) == 0;
  }

  void serve() {
    while (is_readable(listener_)) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      while (answer(connection)) continue;
      close(connection);
    }
  }

  bool answer(int connection) {
    const std::string request = read_request(connection);
    if (request.empty()) return false;
    std::string bytes = answerer_(request);
    {
      const std::lock_guard guard(mutex_);
      requests_.push_back(request);
    }
    arrived_.notify_all();
    const bool is_kept = bytes.ends_with(kKeep);
    if (is_kept) bytes.resize(bytes.size() - kKeep.size());
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t more = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (more <= 0) return false;
      sent += static_cast<std::size_t>(more);
    }
    return is_kept;
  }

  // Head and body; empty when the peer closed or we are stopping.
  std::string read_request(int connection) const {
    std::string text;
    std::array<char, 65536> bytes{};
    while (true) {
      const std::size_t head = text.find("\r\n\r\n");
      if (head != std::string::npos && text.size() >= head + 4 + content_length(text)) return text;
      if (!is_readable(connection)) return {};
      const ssize_t size = recv(connection, bytes.data(), bytes.size(), 0);
      if (size <= 0) return {};
      text.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }
  static std::size_t content_length(const std::string& text) {
    const std::size_t at = text.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::strtoul(text.c_str() + at + 16, nullptr, 10);
  }

  Answerer answerer_;
  int listener_ = -1;
  std::array<int, 2> stop_{};
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable arrived_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace dm::webhook::fakes
