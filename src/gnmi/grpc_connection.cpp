#include "gnmi/grpc_connection.h"

#include <algorithm>

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

void GrpcConnection::start(Line line, std::string_view method, std::string request, bool half_close,
                           CallHandlers handlers) {
  if (is_closed_) return;
  if (const auto running = on_line(line); running != calls_.end()) retire(running);
  auto call = std::make_unique<Call>(Call{.line = line,
                                          .method = std::string(method),
                                          .body = with_prefix(std::move(request)),
                                          .half_close = half_close,
                                          .hint = {},
                                          .response = {settings_.limits, turn_, std::move(handlers)}});
  calls_.insert(line == kMain ? calls_.begin() : calls_.end(), std::move(call));
  settle_later();
}

void GrpcConnection::cancel(Line line) {
  const auto call = on_line(line);
  if (call == calls_.end()) return;
  retire(call);
  if (line == kMain && session_ == nullptr) disconnect();  // nothing is worth connecting for
  settle_later();
}

void GrpcConnection::pause(bool paused) {
  is_paused_ = paused;
  if (session_) stream_->pause(paused || is_yielding_);
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
  while (!calls_.empty()) retire(calls_.begin());
  if (session_ && depth_ == 0) {
    session_->go_away();
    flush();
  }
  if (stream_) stream_->close();
}

GrpcConnection::Calls::iterator GrpcConnection::on_line(Line line) {
  return std::find_if(calls_.begin(), calls_.end(), [line](const auto& call) { return call->line == line; });
}

void GrpcConnection::retire(Calls::iterator call) {
  Call& retired = **call;
  retired.response.stop();
  if (session_ && retired.stream != 0 && !retired.is_stream_closed) session_->reset(retired.stream, kCancel);
  retired_.push_back(std::move(*call));
  calls_.erase(call);
}

void GrpcConnection::settle_later() {
  if (depth_ > 0 || is_closed_) return;
  begin_calls();
  flush();
  retired_.clear();
  if (!lost_ && first_ended() == calls_.end()) return;
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
  if (is_yielding_) {
    unread_.insert(unread_.end(), bytes.begin(), bytes.end());
    return;
  }
  turn_.begin();
  take(bytes);
}

void GrpcConnection::take(std::span<const std::uint8_t> bytes) {
  if (!turn_.is_over()) {
    ++depth_;
    const auto taken = session_->receive(bytes);
    --depth_;
    if (!taken && !lost_) lost_ = taken.error();
    if (taken) bytes = bytes.subspan(*taken);
  }
  if (turn_.is_over() && !lost_ && !is_closed_) {
    yield(bytes);
  } else if (std::exchange(is_yielding_, false) && !is_closed_) {
    stream_->pause(is_paused_);
  }
  settle();
}

// The others' turn. What follows waits here, and the peer by flow control.
void GrpcConnection::yield(std::span<const std::uint8_t> rest) {
  is_yielding_ = true;
  unread_.assign(rest.begin(), rest.end());
  stream_->pause(true);
  loop_.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->go_on();
  });
}

void GrpcConnection::go_on() {
  if (is_closed_ || !is_yielding_) return;
  last_heard_ = now();  // what was waiting here is heard only now
  ++reads_;
  turn_.begin();
  const std::vector<std::uint8_t> bytes = std::exchange(unread_, {});
  ++depth_;
  if (Call* call = call_of(yielding_stream_)) call->response.go_on();
  --depth_;
  if (!is_closed_) take(bytes);
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
  for (const auto& call : calls_) {
    if (call->stream != 0) call->response.fail(GrpcCode::Unavailable, "the connection is given up");
  }
  session_.reset();
  if (stream_) stream_->close();
  stream_.reset();
  is_yielding_ = false;
  unread_.clear();
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

// ---- the calls

void GrpcConnection::begin_calls() {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Call& call = *calls_[i];
    if (call.stream == 0 && !call.response.end()) begin(call);
  }
}

void GrpcConnection::begin(Call& call) {
  const bool is_main = call.line == kMain;
  if (is_main && session_ && session_->is_draining()) disconnect();
  if (session_) return submit(call);
  if (stream_ != nullptr) return;  // connecting
  if (is_main) return connect();
  call.response.fail(GrpcCode::Unavailable, "there is no connection");
}

Http2Request GrpcConnection::make_request(Call& call) const {
  const bool is_tls = settings_.tls.mode != net::TlsMode::Plaintext;
  Http2Request request;
  // Pseudo-header fields come first (RFC 9113, 8.3).
  request.fields = {{":method", "POST"},
                    {":scheme", is_tls ? "https" : "http"},
                    {":path", call.method},
                    {":authority", authority_of(settings_)},
                    {"te", "trailers"},
                    {"content-type", "application/grpc"},
                    {"user-agent", settings_.user_agent},
                    {"grpc-accept-encoding", "identity,gzip"}};
  for (const auto& [name, value] : settings_.metadata) {
    request.fields.push_back({core::to_lower(name), value, true});
  }
  request.body = std::exchange(call.body, {});
  request.half_close = call.half_close;
  return request;
}

void GrpcConnection::submit(Call& call) {
  const auto stream = session_->submit(make_request(call));
  if (stream) {
    call.stream = *stream;
    return;
  }
  const bool is_ours = stream.error().code == core::Code::InvalidArgument;
  call.response.fail(is_ours ? GrpcCode::InvalidArgument : GrpcCode::Unavailable, stream.error().message);
}

void GrpcConnection::settle() {
  if (is_closed_ || depth_ > 0) return;
  flush();
  if (lost_) {
    const std::string hint = lost_hint_.empty() ? guess_hint() : lost_hint_;
    fail_all(lost_->message + (goaway_.empty() ? "" : " after " + goaway_), hint);
    disconnect();
  }
  retired_.clear();
  if (const auto ended = first_ended(); ended != calls_.end()) return end(ended);
  const bool is_one_waiting = std::any_of(calls_.begin(), calls_.end(), [](const auto& call) { return call->stream == 0; });
  if (is_one_waiting) return settle_later();
  if (calls_.empty() && session_ && session_->is_draining()) disconnect();
}

void GrpcConnection::fail_all(const std::string& message, const std::string& hint) {
  for (const auto& call : calls_) {
    if (call->response.end()) continue;
    call->hint = hint;
    call->response.fail(GrpcCode::Unavailable, message);
  }
}

GrpcConnection::Calls::iterator GrpcConnection::first_ended() {
  return std::find_if(calls_.begin(), calls_.end(), [](const auto& call) { return call->response.end().has_value(); });
}

void GrpcConnection::end(Calls::iterator ended) {
  const std::unique_ptr<Call> call = std::move(*ended);
  calls_.erase(ended);
  CallEnd end = *call->response.end();
  end.is_too_many_pings = is_too_many_pings_;
  end.hint = std::move(call->hint);
  if (session_) {
    if (call->stream != 0 && !call->is_stream_closed) session_->reset(call->stream, kCancel);
    flush();
    if (calls_.empty() && session_->is_draining()) disconnect();
  }
  settle_later();  // others may have ended too
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
            yielding_stream_ = stream;
            return !turn_.is_over();
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
  const auto found = std::find_if(calls_.begin(), calls_.end(), [stream](const auto& call) { return call->stream == stream; });
  return found == calls_.end() ? nullptr : found->get();
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
  if (reads_ != reads_before_ || calls_.empty() || is_paused_) return watch_keepalive();
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
