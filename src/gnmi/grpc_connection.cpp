#include "gnmi/grpc_connection.h"

#include "core/check.h"
#include "core/text.h"
#include "gnmi/grpc_status.h"

namespace dm::gnmi {
namespace {

constexpr std::uint32_t kCancel = 0x8;  // RFC 9113, 7
constexpr std::size_t kFirstBytes = 8;

// PROTOCOL-HTTP2, "Length-Prefixed-Message".
std::string with_prefix(std::string message) {
  const std::size_t size = message.size();
  CHECK(size <= 0xffffffffU, "a request beyond 4 GiB");
  std::string prefix(1, '\0');
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    prefix.push_back(static_cast<char>((size >> shift) & 0xffU));
  }
  return prefix.append(message);
}

std::string authority_of(const TransportSettings& settings) {
  const bool is_v6 = settings.host.find(':') != std::string::npos;
  return (is_v6 ? '[' + settings.host + ']' : settings.host) + ':' + std::to_string(settings.port);
}

}  // namespace

GrpcConnection::GrpcConnection(net::Loop& loop, TransportSettings settings,
                               net::StreamFactory make_stream)
    : loop_(loop), settings_(std::move(settings)), make_stream_(std::move(make_stream)), timer_(loop) {
  last_heard_ = now();
}

core::SteadyTime GrpcConnection::now() const {
  return settings_.clock != nullptr ? settings_.clock->steady_now()
                                    : std::chrono::steady_clock::now();
}

// ---- from the user

void GrpcConnection::start(std::string_view method, std::string request, bool half_close,
                           CallHandlers handlers) {
  if (call_) retire_call();
  call_ = std::make_unique<Call>(Call{.method = std::string(method),
                                      .body = with_prefix(std::move(request)),
                                      .half_close = half_close,
                                      .response = {settings_.limits, std::move(handlers)}});
  settle_later();
}

void GrpcConnection::cancel() {
  if (!call_) return;
  retire_call();
  if (session_ == nullptr) disconnect();  // nothing is worth connecting for
  settle_later();
}

void GrpcConnection::pause(bool paused) {
  is_paused_ = paused;
  if (session_) stream_->pause(paused);
}

bool GrpcConnection::probe() {
  if (session_ == nullptr) return false;
  session_->ask();
  settle_later();
  return true;
}

void GrpcConnection::close() {
  is_closed_ = true;
  timer_.cancel();
  if (call_) retire_call();
  if (session_ && depth_ == 0) {
    session_->go_away();
    flush();
  }
  if (stream_) stream_->close();
}

void GrpcConnection::retire_call() {
  call_->response.stop();
  if (session_ && call_->stream != 0 && !call_->is_stream_closed) {
    session_->reset(call_->stream, kCancel);
  }
  retired_.push_back(std::move(call_));
}

void GrpcConnection::settle_later() {
  if (depth_ > 0 || is_closed_) return;
  begin_call();
  flush();
  retired_.clear();
  const bool is_due = lost_ || (call_ && call_->response.end());
  if (!is_due) return;
  loop_.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->settle();
  });
}

// ---- from the stream

void GrpcConnection::connect() {
  has_settings_ = false;
  is_too_many_pings_ = false;
  first_bytes_.clear();
  goaway_.clear();
  if (make_stream_) {
    stream_ = make_stream_();
  } else {
    stream_ = net::make_tcp_stream(loop_, {.host = settings_.host,
                                           .port = settings_.port,
                                           .tls = settings_.tls,
                                           .connect_timeout = settings_.connect_timeout});
  }
  const auto weak = weak_from_this();
  stream_->open({.on_connected =
                     [weak] {
                       if (const auto self = weak.lock()) self->on_connected();
                     },
                 .on_bytes =
                     [weak](std::span<const std::uint8_t> bytes) {
                       if (const auto self = weak.lock()) self->on_bytes(bytes);
                     },
                 .on_closed =
                     [weak](const core::Error& error) {
                       if (const auto self = weak.lock()) self->lose(error, self->stream_->hint());
                     }});
}

void GrpcConnection::on_connected() {
  if (is_closed_) return;
  session_ = std::make_unique<Http2Session>(make_events(), settings_.limits.header_list_bytes);
  if (is_paused_) stream_->pause(true);
  watch_settings();
  settle();
}

void GrpcConnection::on_bytes(std::span<const std::uint8_t> bytes) {
  if (is_closed_ || session_ == nullptr) return;
  last_heard_ = now();
  ++reads_;
  if (first_bytes_.size() < kFirstBytes) {
    const auto some = bytes.first(std::min(bytes.size(), kFirstBytes - first_bytes_.size()));
    first_bytes_.append(some.begin(), some.end());
  }
  ++depth_;
  const core::Status status = session_->receive(bytes);
  --depth_;
  if (!status && !lost_) lost_ = status.error();
  settle();
}

void GrpcConnection::lose(const core::Error& error, std::string hint) {
  if (is_closed_) return;
  if (!lost_) lost_ = error;
  lost_hint_ = std::move(hint);
  settle();
}

void GrpcConnection::disconnect() {
  CHECK(depth_ == 0, "the session is in use");
  timer_.cancel();
  session_.reset();
  if (stream_) stream_->close();
  stream_.reset();
  lost_.reset();
  lost_hint_.clear();
}

std::string GrpcConnection::guess_hint() const {
  const bool is_plaintext = settings_.tls.mode == net::TlsMode::Plaintext;
  if (has_settings_) return {};
  if (is_plaintext && first_bytes_.starts_with("\x15\x03")) {
    return "the device speaks TLS on this port";  // an alert record (RFC 8446, 5.1)
  }
  if (first_bytes_.starts_with("HTTP/")) return "the device speaks HTTP/1, not gRPC, on this port";
  if (first_bytes_.starts_with("SSH-")) return "the device speaks SSH, not gRPC, on this port";
  if (session_ == nullptr || !first_bytes_.empty()) return {};
  if (is_plaintext) {
    return "the device accepted the connection but did not speak: it may expect TLS on this port, or its access "
           "list may refuse us";
  }
  // TLS 1.3 lets a client believe in its handshake before the server has looked at its certificate.
  return settings_.tls.cert_file.empty()
             ? "the device may want a client certificate: tls.cert_file, tls.key_file"
             : "the device may not know our client certificate";
}

// ---- the call

void GrpcConnection::begin_call() {
  if (!call_ || call_->stream != 0 || call_->response.end()) return;
  if (session_ && session_->is_draining()) disconnect();
  if (stream_ == nullptr) return connect();
  if (session_) submit_call();
}

Http2Request GrpcConnection::make_request() {
  const bool is_tls = settings_.tls.mode != net::TlsMode::Plaintext;
  Http2Request request;
  // Pseudo-header fields come first (RFC 9113, 8.3).
  request.fields = {{":method", "POST"},
                    {":scheme", is_tls ? "https" : "http"},
                    {":path", call_->method},
                    {":authority", authority_of(settings_)},
                    {"te", "trailers"},
                    {"content-type", "application/grpc"},
                    {"user-agent", settings_.user_agent},
                    {"grpc-accept-encoding", "identity,gzip"}};
  for (const auto& [name, value] : settings_.metadata) {
    request.fields.push_back({core::to_lower(name), value, true});
  }
  request.body = std::exchange(call_->body, {});
  request.half_close = call_->half_close;
  return request;
}

void GrpcConnection::submit_call() {
  const auto stream = session_->submit(make_request());
  if (stream) {
    call_->stream = *stream;
    return;
  }
  const bool is_ours = stream.error().code == core::Code::InvalidArgument;
  call_->response.fail(is_ours ? GrpcCode::InvalidArgument : GrpcCode::Unavailable,
                       stream.error().message);
}

void GrpcConnection::settle() {
  if (is_closed_ || depth_ > 0) return;
  flush();
  if (lost_) {
    const std::string hint = lost_hint_.empty() ? guess_hint() : lost_hint_;
    const std::string message = lost_->message + (goaway_.empty() ? "" : " after " + goaway_);
    disconnect();
    if (call_) {
      lost_hint_ = hint;
      call_->response.fail(GrpcCode::Unavailable, message);
    }
  }
  retired_.clear();
  if (call_ && call_->response.end()) return end_call();
  if (call_ && call_->stream == 0) return settle_later();
  if (!call_ && session_ && session_->is_draining()) disconnect();
}

void GrpcConnection::end_call() {
  const std::unique_ptr<Call> call = std::move(call_);
  CallEnd end = *call->response.end();
  end.is_too_many_pings = is_too_many_pings_;
  end.hint = std::exchange(lost_hint_, {});
  if (session_) {
    if (call->stream != 0 && !call->is_stream_closed) session_->reset(call->stream, kCancel);
    flush();
    if (session_->is_draining()) disconnect();
  }
  // Last: it may start the next call or destroy us.
  if (call->response.handlers().on_end) call->response.handlers().on_end(end);
}

void GrpcConnection::flush() {
  if (session_ == nullptr || depth_ > 0) return;
  ++depth_;
  std::string bytes = session_->output();
  --depth_;
  if (!bytes.empty()) stream_->write(std::move(bytes));
}

// ---- events of the session

Http2Events GrpcConnection::make_events() {
  return {
      .on_settings = [this] { on_settings(); },
      .on_headers_begin =
          [this](std::int32_t stream) {
            if (Call* call = call_of(stream)) call->response.begin_headers();
          },
      .on_header =
          [this](std::int32_t stream, std::string_view name, std::string_view value) {
            Call* call = call_of(stream);
            return call == nullptr || call->response.add_header(name, value);
          },
      .on_headers_end = [this](std::int32_t stream,
                               bool is_end) { on_headers_end(stream, is_end); },
      .on_data =
          [this](std::int32_t stream, std::span<const std::uint8_t> bytes) {
            if (Call* call = call_of(stream)) call->response.add_data(bytes);
          },
      .on_data_end =
          [this](std::int32_t stream) {
            if (Call* call = call_of(stream)) call->response.end_of_stream();
          },
      .on_stream_closed = [this](std::int32_t stream, std::uint32_t error,
                                 ClosedBy by) { on_stream_closed(stream, error, by); },
      .on_goaway = [this](std::uint32_t error, std::string_view debug) { on_goaway(error, debug); },
      .on_ping_answer =
          [this] {
            if (is_pinging_) watch_keepalive();
          },
  };
}

GrpcConnection::Call* GrpcConnection::call_of(std::int32_t stream) {
  return call_ && call_->stream == stream ? call_.get() : nullptr;
}

void GrpcConnection::on_settings() {
  if (has_settings_) return;
  has_settings_ = true;
  first_bytes_ = {};
  timer_.cancel();
  watch_keepalive();
}

void GrpcConnection::on_headers_end(std::int32_t stream, bool is_end) {
  if (Call* call = call_of(stream)) call->response.end_headers(is_end);
}

void GrpcConnection::on_stream_closed(std::int32_t stream, std::uint32_t error, ClosedBy by) {
  Call* call = call_of(stream);
  if (call == nullptr) return;
  call->is_stream_closed = true;
  if (!goaway_.empty() && !call->response.has_headers()) {
    call->response.fail(GrpcCode::Unavailable, "the device closes the connection: " + goaway_);
  } else if (by == ClosedBy::Peer) {
    call->response.reset(error);
  } else {
    call->response.fail(code_of_reset(error),
                        "the device broke HTTP/2 within the call: " + http2_error_name(error));
  }
}

void GrpcConnection::on_goaway(std::uint32_t error, std::string_view debug) {
  goaway_ = "GOAWAY " + http2_error_name(error);
  if (!debug.empty()) goaway_ += " (" + core::shorten(to_printable(debug), 256) + ")";
  is_too_many_pings_ = is_too_many_pings_ || error == kEnhanceYourCalm;
}

// ---- time

void GrpcConnection::watch_settings() {
  timer_.after(settings_.connect_timeout, [this] {
    const auto self = shared_from_this();
    if (is_paused_) return watch_settings();
    lose({core::Code::Timeout, "connected to " + settings_.host + ", but it does not speak HTTP/2"},
         guess_hint());
  });
}

void GrpcConnection::watch_keepalive() {
  if (settings_.keepalive <= core::Duration::zero()) return;
  is_pinging_ = false;
  reads_before_ = reads_;
  timer_.after(settings_.keepalive, [this] { on_keepalive_due(); });
}

// Pings only while a call runs and the line is silent: servers count pings (gRPC "Keepalive").
void GrpcConnection::on_keepalive_due() {
  if (reads_ != reads_before_ || !call_ || is_paused_) return watch_keepalive();
  session_->ping();
  is_pinging_ = true;
  flush();
  timer_.after(settings_.keepalive_timeout, [this] {
    const auto self = shared_from_this();
    if (reads_ != reads_before_ || is_paused_) return watch_keepalive();
    lose({core::Code::Timeout,
          "no answer to a keepalive PING within " + core::to_text(settings_.keepalive_timeout)},
         {});
  });
}

}  // namespace dm::gnmi
