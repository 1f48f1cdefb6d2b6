#include "peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "fakes/byte_stream_http2.h"

namespace dm::bench {
namespace {

namespace h2 = fakes::http2;

constexpr std::size_t kFrameHead = 9;
constexpr std::size_t kSendBytes = 256U << 10U;
constexpr std::uint64_t kTicksPerSecond = 200;

// One device. What is to be sent is the handshake's bytes, then the dump, then the load over and over.
struct Connection {
  int socket = -1;
  std::string received;
  bool has_preface = false;
  bool is_called = false;
  std::int64_t stream_window = 65535, connection_window = 65535;
  std::string pending;          // handshake and answers
  std::size_t dump_at = 0;      // offset of the next frame
  std::size_t load_at = 0;
  std::uint64_t load_due = 0;   // frames of the load it may send (with a rate)
  bool wants_write = false;
};

std::size_t frame_size(std::string_view frames, std::size_t at) { return kFrameHead + h2::number_at(frames, at, 3); }

}  // namespace

struct Peer::Impl {
  PeerOptions options;
  int listener = -1, epoll = -1, timer = -1;
  std::uint16_t port = 0;
  std::deque<Connection> connections;  // stable addresses
  std::size_t next_due = 0;

  void watch(int file, std::uint32_t events, void* data, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = data;
    if (epoll_ctl(epoll, operation, file, &event) != 0) throw std::runtime_error("epoll_ctl");
  }
  void accept_all();
  void read(Connection& connection);
  void take_frames(Connection& connection);
  void on_frame(Connection& connection, std::uint8_t type, std::uint8_t flags, std::string_view payload, std::uint32_t stream);
  void write(Connection& connection);
  void collect(Connection& connection, std::string& out);
  void tick();
  void drop(Connection& connection);
};

Peer::Peer(PeerOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
  impl_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(impl_->options.port);
  const int on = 1;
  ::setsockopt(impl_->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // the port of a peer that has just ended
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(impl_->listener, generic, size) != 0 || ::listen(impl_->listener, 4096) != 0 ||
      ::getsockname(impl_->listener, generic, &size) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  impl_->port = ntohs(address.sin_port);
  impl_->epoll = epoll_create1(0);
  impl_->watch(impl_->listener, EPOLLIN, nullptr, EPOLL_CTL_ADD);
  if (impl_->options.load_rate > 0) {
    impl_->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    const timespec every{0, static_cast<long>(1'000'000'000 / kTicksPerSecond)};
    const itimerspec spec{every, every};
    timerfd_settime(impl_->timer, 0, &spec, nullptr);
    impl_->watch(impl_->timer, EPOLLIN, &impl_->timer, EPOLL_CTL_ADD);
  }
}

Peer::~Peer() {
  for (Connection& connection : impl_->connections) {
    if (connection.socket >= 0) ::close(connection.socket);
  }
  if (impl_->timer >= 0) ::close(impl_->timer);
  ::close(impl_->epoll);
  ::close(impl_->listener);
}

std::uint16_t Peer::port() const { return impl_->port; }

void Peer::run() {
  std::array<epoll_event, 256> events{};
  for (;;) {
    const int count = epoll_wait(impl_->epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        impl_->accept_all();
      } else if (event.data.ptr == &impl_->timer) {
        impl_->tick();
      } else {
        auto& connection = *static_cast<Connection*>(event.data.ptr);
        if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) impl_->read(connection);
        if (connection.socket >= 0) impl_->write(connection);
      }
    }
  }
}

void Peer::Impl::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection& connection = connections.emplace_back();
    connection.socket = socket;
    watch(socket, EPOLLIN, &connection, EPOLL_CTL_ADD);
  }
}

void Peer::Impl::read(Connection& connection) {
  std::array<char, 16384> buffer{};
  for (;;) {
    const auto got = ::recv(connection.socket, buffer.data(), buffer.size(), 0);
    if (got > 0) {
      connection.received.append(buffer.data(), static_cast<std::size_t>(got));
      continue;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) return drop(connection);
    break;
  }
  take_frames(connection);
}

void Peer::Impl::take_frames(Connection& connection) {
  std::string_view bytes = connection.received;
  if (!connection.has_preface) {
    if (bytes.size() < h2::kPreface.size()) return;
    bytes.remove_prefix(h2::kPreface.size());
    connection.has_preface = true;
    connection.pending += h2::frame(h2::kSettings, h2::kNone, 0, {});
  }
  while (bytes.size() >= kFrameHead && bytes.size() >= frame_size(bytes, 0)) {
    const std::size_t size = frame_size(bytes, 0);
    on_frame(connection, static_cast<std::uint8_t>(bytes[3]), static_cast<std::uint8_t>(bytes[4]),
             bytes.substr(kFrameHead, size - kFrameHead), h2::number_at(bytes, 5, 4));
    bytes.remove_prefix(size);
  }
  connection.received = std::string(bytes);
}

void Peer::Impl::on_frame(Connection& connection, std::uint8_t type, std::uint8_t flags, std::string_view payload, std::uint32_t stream) {
  const bool is_ack = (flags & h2::kAck) != 0;
  if (type == h2::kSettings && !is_ack) {
    for (std::size_t at = 0; at + 6 <= payload.size(); at += 6) {
      if (h2::number_at(payload, at, 2) == 4) connection.stream_window += static_cast<std::int64_t>(h2::number_at(payload, at + 2, 4)) - 65535;
    }
    connection.pending += h2::frame(h2::kSettings, h2::kAck, 0, {});
  } else if (type == h2::kPing && !is_ack) {
    connection.pending += h2::frame(h2::kPing, h2::kAck, 0, payload);
  } else if (type == h2::kWindowUpdate) {
    (stream == 0 ? connection.connection_window : connection.stream_window) += h2::number_at(payload, 0, 4);
  } else if (type == h2::kHeaders) {
    connection.pending += h2::headers(1, h2::accepted());
    connection.is_called = true;
  }
}

// What may be sent now: at most kSendBytes, within both windows.
void Peer::Impl::collect(Connection& connection, std::string& out) {
  out = std::exchange(connection.pending, {});
  if (!connection.is_called) return;
  const auto add = [&](std::string_view frames, std::size_t& at) {
    const std::size_t size = frame_size(frames, at);
    const auto cost = static_cast<std::int64_t>(size - kFrameHead);
    if (out.size() + size > kSendBytes || cost > std::min(connection.stream_window, connection.connection_window)) return false;
    connection.stream_window -= cost;
    connection.connection_window -= cost;
    out.append(frames.substr(at, size));
    at += size;
    return true;
  };
  while (connection.dump_at < options.dump.size()) {
    if (!add(options.dump, connection.dump_at)) return;
  }
  while (!options.load.empty() && (options.load_rate == 0 || connection.load_due > 0)) {
    if (!add(options.load, connection.load_at)) return;
    if (options.load_rate > 0) --connection.load_due;
    if (connection.load_at == options.load.size()) connection.load_at = 0;
  }
}

void Peer::Impl::write(Connection& connection) {
  std::string out;
  collect(connection, out);
  if (!out.empty()) {
    const auto put = ::send(connection.socket, out.data(), out.size(), MSG_NOSIGNAL);
    if (put < 0 && errno != EAGAIN) return drop(connection);
    const std::size_t sent = put < 0 ? 0 : static_cast<std::size_t>(put);
    connection.pending = out.substr(sent) + connection.pending;
  }
  const bool is_blasting = connection.is_called && !options.load.empty() && options.load_rate == 0 &&
                           std::min(connection.stream_window, connection.connection_window) > 16384;
  const bool wants_write = !connection.pending.empty() || is_blasting ||
                           (connection.is_called && connection.dump_at < options.dump.size() && connection.stream_window > 16384);
  if (wants_write == connection.wants_write) return;
  connection.wants_write = wants_write;
  watch(connection.socket, wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN, &connection, EPOLL_CTL_MOD);
}

// The load goes round the connections, one frame each, so that every frame wakes its reader.
void Peer::Impl::tick() {
  std::uint64_t ticks = 0;
  if (::read(timer, &ticks, sizeof ticks) != sizeof ticks) return;
  if (connections.empty()) return;
  // What a late wake-up missed is not made up for: a burst would measure something else.
  for (std::uint64_t i = 0; i < options.load_rate / kTicksPerSecond; ++i) {
    Connection& connection = connections[next_due++ % connections.size()];
    if (connection.socket < 0 || connection.dump_at < options.dump.size() || !connection.is_called) continue;
    ++connection.load_due;
    write(connection);
  }
}

void Peer::Impl::drop(Connection& connection) {
  ::close(connection.socket);
  connection.socket = -1;
}

}  // namespace dm::bench
