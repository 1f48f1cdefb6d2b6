#include "net/tcp_dialer.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

namespace dm::net {
namespace {

using boost::system::error_code;
using Endpoint = asio::ip::tcp::endpoint;

std::string text_of(const Endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? '[' + address + ']' : address) + ':' +
         std::to_string(endpoint.port());
}

void set_option(int socket, int level, int name, int value) {
  // Best effort: a kernel without the option still gives a usable connection.
  ::setsockopt(socket, level, name, &value, sizeof value);
}

// Probes begin when the line was quiet for a third of the time after which it counts as dead.
void tune(Socket& socket, core::Duration user_timeout) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(user_timeout).count();
  const int seconds = static_cast<int>(std::clamp<long>(milliseconds / 1000, 3, 32767));
  const int handle = socket.native_handle();
  set_option(handle, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(handle, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(handle, IPPROTO_TCP, TCP_KEEPIDLE, seconds / 3);
  set_option(handle, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 6));
  set_option(handle, IPPROTO_TCP, TCP_KEEPCNT, 4);
  set_option(handle, IPPROTO_TCP, TCP_USER_TIMEOUT,
             static_cast<int>(std::clamp<long>(milliseconds, 1000, 86'400'000)));
}

constexpr const char* kNoAnswerHint =
    "a firewall or an access list may drop the connection, or the address is not the device's";

const char* hint_of(const error_code& failed) {
  if (failed == asio::error::connection_refused) {
    return "nothing listens there: is gNMI enabled on the device, on this port and in the VRF of this address?";
  }
  if (failed == asio::error::timed_out) return kNoAnswerHint;
  if (failed == asio::error::host_unreachable || failed == asio::error::network_unreachable) {
    return "there is no way to this address from here, or an access list says so";
  }
  return "";
}

}  // namespace

// Shared with the operations in flight; `on_done` is empty once the answer was given or the dialer
// is gone.
struct TcpDialer::Attempt : std::enable_shared_from_this<TcpDialer::Attempt> {
  Attempt(Loop& loop, const DialOptions& options_in, core::SteadyTime deadline_in, Done done)
      : options(options_in),
        deadline(deadline_in),
        on_done(std::move(done)),
        context(loop.impl().context),
        resolver(context),
        socket(context),
        timer(loop) {}

  void resolve();
  void connect_next();
  void on_connect(const error_code& failed);
  void finish(core::Result<Socket> result);
  core::Duration time_left() const { return deadline - std::chrono::steady_clock::now(); }
  core::Error timeout_error() const {
    return {core::Code::Timeout,
            "no answer from " + options.host + " within " + core::to_text(options.connect_timeout)};
  }

  const DialOptions options;
  const core::SteadyTime deadline;
  Done on_done;
  asio::io_context& context;
  Resolver resolver;
  Socket socket;
  Timer timer;
  std::vector<Endpoint> endpoints;
  std::size_t next = 0;
  core::Error last_error;
  std::string hint;  // what may be behind last_error
};

void TcpDialer::Attempt::resolve() {
  error_code failed;
  const auto address = asio::ip::make_address(options.host, failed);
  if (!failed) {
    endpoints.emplace_back(address, options.port);
    return connect_next();
  }
  timer.after(time_left(), [self = weak_from_this()] {
    const auto attempt = self.lock();
    if (attempt == nullptr) return;
    attempt->hint = "no answer of the name server in time";
    attempt->finish(attempt->timeout_error());
  });
  resolver.async_resolve(
      options.host, std::to_string(options.port), asio::ip::resolver_base::numeric_service,
      [self = shared_from_this()](const error_code& no_host, const Resolver::results_type& found) {
        if (!self->on_done) return;
        if (no_host) {
          self->hint = "give the device an address that can be looked up here, or its IP address";
          return self->finish(
              core::Error{core::Code::NotFound,
                          "cannot look up " + self->options.host + ": " + no_host.message()});
        }
        for (const auto& entry : found) self->endpoints.push_back(entry.endpoint());
        self->connect_next();
      });
}

void TcpDialer::Attempt::connect_next() {
  if (!on_done) return;
  if (next == endpoints.size()) return finish(last_error);
  const auto left = static_cast<core::Duration::rep>(endpoints.size() - next);
  const Endpoint& endpoint = endpoints[next++];
  error_code failed;
  socket.close(failed);
  socket.open(endpoint.protocol(), failed);
  if (failed) {
    last_error = {core::Code::Unavailable, "cannot open a socket: " + failed.message()};
    return connect_next();
  }
  tune(socket, options.tcp_user_timeout);
  // An address that swallows packets must not take the time of the others.
  timer.after(std::max(time_left() / left, core::Duration(1)), [self = weak_from_this()] {
    const auto attempt = self.lock();
    if (attempt == nullptr) return;
    attempt->last_error = attempt->timeout_error();
    attempt->hint = kNoAnswerHint;
    error_code ignored;
    attempt->socket.close(ignored);  // ends async_connect with operation_aborted
  });
  socket.async_connect(endpoint, [self = shared_from_this()](const error_code& result) {
    self->on_connect(result);
  });
}

void TcpDialer::Attempt::on_connect(const error_code& failed) {
  if (!on_done) return;
  if (!failed && socket.is_open()) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    return finish(std::move(socket));
  }
  if (failed && failed != asio::error::operation_aborted) {
    last_error = {failed == asio::error::timed_out ? core::Code::Timeout : core::Code::Unavailable,
                  "cannot connect to " + text_of(endpoints[next - 1]) + ": " + failed.message()};
    hint = hint_of(failed);
  }
  connect_next();
}

void TcpDialer::Attempt::finish(core::Result<Socket> result) {
  if (!on_done) return;
  timer.cancel();
  const Done done = std::move(on_done);
  on_done = nullptr;
  done(std::move(result));
}

TcpDialer::TcpDialer(Loop& loop, const DialOptions& options, core::SteadyTime deadline,
                     Done on_done)
    : attempt_(std::make_shared<Attempt>(loop, options, deadline, std::move(on_done))) {}

TcpDialer::~TcpDialer() {
  attempt_->on_done = nullptr;
  attempt_->timer.cancel();
  attempt_->resolver.cancel();
  error_code ignored;
  attempt_->socket.close(ignored);
}

const std::string& TcpDialer::hint() const { return attempt_->hint; }

void TcpDialer::start() {
  asio::post(attempt_->context, [attempt = attempt_] {
    if (attempt->on_done) attempt->resolve();
  });
}

}  // namespace dm::net
