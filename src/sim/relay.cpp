#include "sim/relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace dm::sim {
namespace {

constexpr std::size_t kBufferBytes = 256U << 10U;

// Owns one file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
core::Result<Fd> listen_on(std::uint16_t port) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), 64) != 0) {
    return core::Error{core::Code::Unavailable, "cannot listen on 127.0.0.1:" + std::to_string(port) +
                                                    ": " + std::strerror(errno)};
  }
  return fd;
}

std::uint16_t port_of(const Fd& fd) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

Fd connect_to(std::uint16_t port) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  const int done = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (done != 0 && errno != EINPROGRESS) return {};
  return fd;
}
// NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)

void send_at_once(const Fd& fd) {
  const int yes = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

// One direction of a connection: what was read and not yet written.
struct Flow {
  std::string waiting;
  bool is_ended = false;   // the reader has seen the end
  bool is_passed = false;  // and the writer was told

  // False when the connection is broken.
  bool pump_in(int from) {
    std::array<char, 64U << 10U> bytes{};
    const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
    if (count > 0) waiting.append(bytes.data(), static_cast<std::size_t>(count));
    if (count == 0) is_ended = true;
    return count >= 0 || errno == EAGAIN || errno == EINTR;
  }
  bool pump_out(int to) {
    if (!waiting.empty()) {
      const ssize_t count = ::send(to, waiting.data(), waiting.size(), MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN || errno == EINTR;
      waiting.erase(0, static_cast<std::size_t>(count));
    }
    if (is_ended && waiting.empty() && !is_passed) {
      ::shutdown(to, SHUT_WR);
      is_passed = true;
    }
    return true;
  }
};

struct Pair {
  Fd client, server;
  Flow up, down;
  bool is_broken = false;
};

struct Gate {
  std::uint16_t port = 0, target = 0;
  GateState state = GateState::Open;
  Fd listener;
  std::list<Pair> pairs;
};

short wanted(const Flow& in, const Flow& out) {
  const bool reads = !in.is_ended && in.waiting.size() < kBufferBytes;
  const bool writes = !out.waiting.empty() || (out.is_ended && !out.is_passed);
  return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

void serve(Pair& pair, short client_events, short server_events) {
  constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
  bool works = true;
  if ((client_events & kReadable) != 0 && !pair.up.is_ended) works = pair.up.pump_in(pair.client.get());
  if (works && (server_events & kReadable) != 0 && !pair.down.is_ended) {
    works = pair.down.pump_in(pair.server.get());
  }
  if (works && (server_events & POLLOUT) != 0) works = pair.up.pump_out(pair.server.get());
  if (works && (client_events & POLLOUT) != 0) works = pair.down.pump_out(pair.client.get());
  // poll() repeats these for ever; a side that is wholly gone can take nothing more.
  const bool client_is_gone = (client_events & (POLLHUP | POLLERR)) != 0 && pair.up.is_ended;
  const bool server_is_gone = (server_events & (POLLHUP | POLLERR)) != 0 && pair.down.is_ended;
  pair.is_broken = !works || client_is_gone || (server_is_gone && pair.down.waiting.empty()) ||
                   (pair.up.is_passed && pair.down.is_passed);
}

}  // namespace

struct Relay::Impl {
  Fd wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::mutex mutex;  // guards the two below
  std::vector<std::packaged_task<void()>> tasks;
  bool is_stopping = false;
  std::map<std::uint16_t, Gate> gates;  // relay thread only
  std::thread thread{[this] { run(); }};

  void ring() const {
    const std::uint64_t one = 1;
    const ssize_t done = ::write(wake.get(), &one, sizeof one);
    static_cast<void>(done);  // full: it rings already
  }

  void on_thread(std::function<void()> work) {
    std::packaged_task<void()> task(std::move(work));
    auto done = task.get_future();
    {
      const std::lock_guard lock(mutex);
      tasks.push_back(std::move(task));
    }
    ring();
    done.wait();
  }

  bool run_tasks() {
    std::uint64_t rung = 0;
    const ssize_t done = ::read(wake.get(), &rung, sizeof rung);
    static_cast<void>(done);
    std::vector<std::packaged_task<void()>> now;
    bool stop = false;
    {
      const std::lock_guard lock(mutex);
      now.swap(tasks);
      stop = is_stopping;
    }
    for (auto& task : now) task();
    return !stop;
  }

  void accept_all(Gate& gate) {
    while (true) {
      Fd client(::accept4(gate.listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!client) return;
      Fd server = connect_to(gate.target);
      if (!server) continue;
      send_at_once(client);
      send_at_once(server);
      Pair pair;
      pair.client = std::move(client);
      pair.server = std::move(server);
      gate.pairs.push_back(std::move(pair));
    }
  }

  void run() {
    std::vector<pollfd> watched;
    do {
      watched.assign(1, {wake.get(), POLLIN, 0});
      for (const auto& [port, gate] : gates) {
        if (gate.state != GateState::Open) continue;
        watched.push_back({gate.listener.get(), POLLIN, 0});
        for (const Pair& pair : gate.pairs) {
          watched.push_back({pair.client.get(), wanted(pair.up, pair.down), 0});
          watched.push_back({pair.server.get(), wanted(pair.down, pair.up), 0});
        }
      }
      ::poll(watched.data(), watched.size(), -1);
      std::size_t at = 1;
      for (auto& [port, gate] : gates) {
        if (gate.state != GateState::Open) continue;
        const bool has_guest = watched[at++].revents != 0;
        for (Pair& pair : gate.pairs) {
          serve(pair, watched[at].revents, watched[at + 1].revents);
          at += 2;
        }
        gate.pairs.remove_if([](const Pair& pair) { return pair.is_broken; });
        if (has_guest) accept_all(gate);
      }
    } while (run_tasks());
  }

  core::Status change(std::uint16_t port, GateState wanted_state) {
    Gate& gate = gates.at(port);
    if (wanted_state == GateState::Closed) {
      gate.listener = Fd();
      gate.pairs.clear();
    } else if (!gate.listener) {
      auto listener = listen_on(port);
      if (!listener) return listener.error();
      gate.listener = *std::move(listener);
    }
    gate.state = wanted_state;
    return {};
  }
};

Relay::Relay() : impl_(std::make_unique<Impl>()) {}

Relay::~Relay() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_stopping = true;
  }
  impl_->ring();
  impl_->thread.join();
}

core::Result<std::uint16_t> Relay::add(std::uint16_t port, std::uint16_t target) {
  auto listener = listen_on(port);
  if (!listener) return listener.error();
  const std::uint16_t bound = port_of(*listener);
  impl_->on_thread([&] {
    Gate& gate = impl_->gates[bound];
    gate.port = bound;
    gate.target = target;
    gate.listener = *std::move(listener);
  });
  return bound;
}

core::Status Relay::set(std::uint16_t port, GateState state) {
  core::Status status;
  impl_->on_thread([&] { status = impl_->change(port, state); });
  return status;
}

void Relay::cut(std::uint16_t port) {
  impl_->on_thread([&] { impl_->gates.at(port).pairs.clear(); });
}

GateState Relay::state(std::uint16_t port) const {
  GateState state{};
  impl_->on_thread([&] { state = impl_->gates.at(port).state; });
  return state;
}

std::size_t Relay::connections(std::uint16_t port) const {
  std::size_t count = 0;
  impl_->on_thread([&] { count = impl_->gates.at(port).pairs.size(); });
  return count;
}

}  // namespace dm::sim
