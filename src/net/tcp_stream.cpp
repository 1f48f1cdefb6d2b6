#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "net/asio.h"
#include "net/stream.h"
#include "net/tcp_dialer.h"

namespace dm::net {
namespace {

using boost::system::error_code;

// What a device may leave unread before it counts as dead. Requests are far smaller.
constexpr std::size_t kUnsentBytes = 1U << 20U;

// The connection itself. Shared between its owner and the operations in flight, so that it outlives
// whichever handler closes it.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Loop& loop, DialOptions options) : loop_(loop), options_(std::move(options)), timer_(loop) {}

  void open(StreamHandlers handlers);
  void write(std::string bytes);
  void pause(bool paused);
  void close();
  const std::string& hint() const { return hint_; }
  std::optional<core::WallTime> certificate_end() const { return tls_ ? tls_->peer_certificate_end() : std::nullopt; }

 private:
  enum class State { New, Connecting, Handshaking, Open, Closed };

  void on_dialled(core::Result<Socket> socket);
  void handshake();
  void become_open();
  void wait(Socket::wait_type what, void (Link::*then)());
  void wait_readable();
  void on_readable();
  void on_writable();
  void flush();
  void read_again();
  IoResult read_some(std::span<std::uint8_t> into);
  IoResult write_some(std::span<const std::uint8_t> bytes);
  void fail_later(core::Error error);
  void fail(core::Error error);
  void fail_with_reason();
  void release();

  Loop& loop_;
  const DialOptions options_;
  StreamHandlers handlers_;
  State state_ = State::New;
  Timer timer_;
  core::SteadyTime deadline_{};
  std::unique_ptr<TcpDialer> dialer_;
  std::optional<Socket> socket_;
  std::unique_ptr<TlsChannel> tls_;
  bool is_paused_ = false;
  bool is_reading_ = false;  // a wait for readability, or a turn to go on reading, is under way
  bool is_writing_ = false;  // a wait for writability is under way
  bool is_broken_ = false;   // writing failed; the reading side will find out why
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
  TlsFailure failure_;
  std::string hint_;
};

void Link::open(StreamHandlers handlers) {
  if (state_ != State::New) return;
  handlers_ = std::move(handlers);
  state_ = State::Connecting;
  deadline_ = std::chrono::steady_clock::now() + options_.connect_timeout;
  dialer_ =
      std::make_unique<TcpDialer>(loop_, options_, deadline_, [this](core::Result<Socket> socket) {
        // The dialer goes with close(), so `this` is alive here.
        const auto self = shared_from_this();
        on_dialled(std::move(socket));
      });
  dialer_->start();
}

void Link::on_dialled(core::Result<Socket> socket) {
  if (!socket) {
    hint_ = dialer_->hint();
    return fail(socket.error());
  }
  socket_.emplace(std::move(*socket));
  dialer_.reset();
  if (options_.tls.mode == TlsMode::Plaintext) return become_open();

  auto context = loop_.impl().tls_contexts.get(options_.tls);
  if (!context) return fail(context.error());
  tls_ =
      std::make_unique<TlsChannel>(*context, options_.tls, options_.host, socket_->native_handle());
  state_ = State::Handshaking;
  timer_.after(deadline_ - std::chrono::steady_clock::now(), [this] {
    hint_ = "the device may not speak TLS on this port";
    fail({core::Code::Timeout, "TLS: no handshake with " + options_.host + " within " +
                                   core::to_text(options_.connect_timeout)});
  });
  handshake();
}

void Link::handshake() {
  switch (tls_->handshake().outcome) {
    case IoOutcome::Done:
      timer_.cancel();
      return become_open();
    case IoOutcome::WantRead:
      return wait(Socket::wait_read, &Link::handshake);
    case IoOutcome::WantWrite:
      return wait(Socket::wait_write, &Link::handshake);
    case IoOutcome::Closed:
    case IoOutcome::Failed:
      failure_ = tls_->failure();
      return fail_with_reason();
  }
}

void Link::become_open() {
  state_ = State::Open;
  handlers_.on_connected();
  if (state_ != State::Open) return;
  flush();
  read_again();
}

void Link::wait(Socket::wait_type what, void (Link::*then)()) {
  socket_->async_wait(what, [self = shared_from_this(), then](const error_code& /*failed*/) {
    // A failure shows in the operation itself, with a better reason.
    if (self->state_ != State::Closed) (self.get()->*then)();
  });
}

void Link::wait_readable() {
  if (is_reading_ || is_paused_ || state_ != State::Open) return;
  is_reading_ = true;
  wait(Socket::wait_read, &Link::on_readable);
}

// What TLS has already taken from the socket does not make the socket readable.
void Link::read_again() {
  if (tls_ == nullptr || !tls_->has_pending()) return wait_readable();
  if (is_reading_ || is_paused_ || state_ != State::Open) return;
  is_reading_ = true;
  asio::post(loop_.impl().context, [self = shared_from_this()] {
    if (self->state_ != State::Closed) self->on_readable();
  });
}

void Link::on_readable() {
  is_reading_ = false;
  if (is_paused_ || state_ != State::Open) return;
  const std::span<std::uint8_t> buffer = loop_.impl().read_buffer();
  const IoResult result = read_some(buffer);
  if (result.count > 0) {
    handlers_.on_bytes(buffer.first(result.count));
    if (state_ != State::Open) return;
  }
  if (result.outcome == IoOutcome::Closed || result.outcome == IoOutcome::Failed) {
    return fail_with_reason();
  }
  if (tls_ != nullptr && !is_writing_) flush();  // TLS may have waited for a byte of the peer
  read_again();
}

IoResult Link::read_some(std::span<std::uint8_t> into) {
  if (tls_ != nullptr) {
    const IoResult result = tls_->read(into);
    failure_ = tls_->failure();
    return result;
  }
  const auto got = ::recv(socket_->native_handle(), into.data(), into.size(), 0);
  if (got > 0) return {IoOutcome::Done, static_cast<std::size_t>(got)};
  if (got == 0) {
    failure_ = {{core::Code::Unavailable, "the device closed the connection"}, ""};
    return {IoOutcome::Closed, 0};
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {IoOutcome::WantRead, 0};
  failure_ = {{errno == ETIMEDOUT ? core::Code::Timeout : core::Code::Unavailable,
               std::string("connection lost: ") + std::strerror(errno)},
              ""};
  return {IoOutcome::Failed, 0};
}

IoResult Link::write_some(std::span<const std::uint8_t> bytes) {
  if (tls_ != nullptr) return tls_->write(bytes);
  const auto put = ::send(socket_->native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (put >= 0) return {IoOutcome::Done, static_cast<std::size_t>(put)};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {IoOutcome::WantWrite, 0};
  return {IoOutcome::Failed, 0};
}

void Link::write(std::string bytes) {
  if (state_ == State::Closed || is_broken_ || bytes.empty()) return;
  if (unsent_.size() - sent_ > kUnsentBytes) {
    return fail_later({core::Code::ResourceExhausted, "the device does not read what it is sent"});
  }
  if (unsent_.empty()) {
    unsent_ = std::move(bytes);
  } else {
    unsent_ += bytes;
  }
  if (state_ == State::Open && !is_writing_) flush();
}

void Link::on_writable() {
  is_writing_ = false;
  flush();
}

void Link::flush() {
  while (sent_ < unsent_.size() && !is_broken_) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(unsent_.data()) + sent_;
    const IoResult result = write_some({at, unsent_.size() - sent_});
    sent_ += result.count;
    if (result.outcome == IoOutcome::WantRead) return;  // on_readable() comes back here
    if (result.outcome == IoOutcome::WantWrite) {
      is_writing_ = true;
      return wait(Socket::wait_write, &Link::on_writable);
    }
    // The peer is gone, but what it said before may still wait to be read: reading ends the stream.
    is_broken_ = result.outcome != IoOutcome::Done;
  }
  std::string().swap(unsent_);  // gives the memory back, which an assignment does not
  sent_ = 0;
}

void Link::pause(bool paused) {
  is_paused_ = paused;
  if (!paused && state_ == State::Open) read_again();
}

void Link::fail_later(core::Error error) {
  is_broken_ = true;
  asio::post(loop_.impl().context, [self = shared_from_this(), why = std::move(error)]() mutable {
    self->fail(std::move(why));
  });
}

void Link::fail_with_reason() {
  hint_ = failure_.hint;
  fail(failure_.error);
}

void Link::fail(core::Error error) {
  if (state_ == State::Closed) return;
  const auto self = shared_from_this();
  release();
  handlers_.on_closed(error);
}

void Link::close() {
  if (state_ == State::Closed) return;
  if (state_ == State::Open && tls_ != nullptr && !is_broken_) tls_->send_close_notify();
  release();
}

// The handlers stay until the last operation in flight is gone: one of them may be running.
void Link::release() {
  state_ = State::Closed;
  timer_.cancel();
  dialer_.reset();
  tls_.reset();
  unsent_ = {};
  sent_ = 0;
  error_code ignored;
  if (socket_) socket_->close(ignored);
}

class TcpStream final : public ByteStream {
 public:
  TcpStream(Loop& loop, DialOptions options)
      : link_(std::make_shared<Link>(loop, std::move(options))) {}
  ~TcpStream() override { link_->close(); }
  TcpStream(const TcpStream&) = delete;
  TcpStream& operator=(const TcpStream&) = delete;

  void open(StreamHandlers handlers) override { link_->open(std::move(handlers)); }
  void write(std::string bytes) override { link_->write(std::move(bytes)); }
  void pause(bool paused) override { link_->pause(paused); }
  void close() override { link_->close(); }
  std::string hint() const override { return link_->hint(); }
  std::optional<core::WallTime> certificate_end() const override { return link_->certificate_end(); }

 private:
  std::shared_ptr<Link> link_;
};

}  // namespace

std::unique_ptr<ByteStream> make_tcp_stream(Loop& loop, DialOptions options) {
  return std::make_unique<TcpStream>(loop, std::move(options));
}

}  // namespace dm::net
