#include "gnmi/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/check.h"
#include "gnmi/grpc_status.h"

namespace dm::gnmi {
namespace {

// nghttp2 refills a window when half of it is used, so updates come every two to four megabytes.
constexpr std::int32_t kStreamWindow = 4 << 20;
constexpr std::int32_t kConnectionWindow = 8 << 20;
// A device repeats few headers; the default table would be most of an idle connection's memory.
constexpr std::uint32_t kHeaderTable = 512;

nghttp2_nv to_nv(const Http2Field& field) {
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  const int flags = field.is_secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
  return {bytes(field.name), bytes(field.value), field.name.size(), field.value.size(),
          static_cast<std::uint8_t>(flags)};
}

bool is_sendable(const Http2Field& field) {
  const auto* name = reinterpret_cast<const std::uint8_t*>(field.name.data());
  const auto* value = reinterpret_cast<const std::uint8_t*>(field.value.data());
  return nghttp2_check_header_name(name, field.name.size()) != 0 &&
         nghttp2_check_header_value(value, field.value.size()) != 0;
}

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// The part of a request's body that was not sent yet.
struct Body {
  std::string bytes;
  std::size_t sent = 0;
  bool half_close = false;
};

}  // namespace

struct Http2Session::Impl {
  Impl(Http2Events events_in, std::size_t header_list_bytes);
  ~Impl() { nghttp2_session_del(session); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void set_callbacks(nghttp2_session_callbacks* callbacks);
  void introduce(std::size_t header_list_bytes);
  void on_frame(const nghttp2_frame& frame);
  void on_stream_close(std::int32_t stream, std::uint32_t error);
  ssize_t read_body(std::int32_t stream, std::span<std::uint8_t> into, std::uint32_t* flags);
  void collect_output();

  Http2Events events;
  nghttp2_session* session = nullptr;
  std::map<std::int32_t, Body> bodies;
  std::string output;
  std::int32_t peer_reset = 0;  // the stream of the peer's last RST_STREAM
  bool has_goaway = false;
  bool is_over = false;   // we said GOAWAY because of what the peer did
  std::string complaint;  // what that was
};

Http2Session::Impl::Impl(Http2Events events_in, std::size_t header_list_bytes)
    : events(std::move(events_in)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  CHECK(nghttp2_session_callbacks_new(&callbacks) == 0, "out of memory");
  CHECK(nghttp2_option_new(&option) == 0, "out of memory");
  set_callbacks(callbacks);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_deflate_dynamic_table_size(option, 0);
  CHECK(nghttp2_session_client_new2(&session, callbacks, this, option) == 0, "out of memory");
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  introduce(header_list_bytes);
}

void Http2Session::Impl::set_callbacks(nghttp2_session_callbacks* callbacks) {
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) noexcept {
        static_cast<Impl*>(self)->events.on_headers_begin(frame->hd.stream_id);
        return 0;
      });
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* self) noexcept {
        const bool is_fine = static_cast<Impl*>(self)->events.on_header(
            frame->hd.stream_id, view(name, name_size), view(value, value_size));
        return is_fine ? 0 : static_cast<int>(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE);
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* self) noexcept {
        static_cast<Impl*>(self)->on_frame(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes,
                    std::size_t size, void* self) noexcept {
        return static_cast<Impl*>(self)->events.on_data(stream, {bytes, size}) ? 0 : static_cast<int>(NGHTTP2_ERR_PAUSE);
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks,
      [](nghttp2_session*, std::int32_t stream, std::uint32_t error, void* self) noexcept {
        static_cast<Impl*>(self)->on_stream_close(stream, error);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_send_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* data) noexcept {
        auto* self = static_cast<Impl*>(data);
        if (frame->hd.type != NGHTTP2_GOAWAY || frame->goaway.error_code == NGHTTP2_NO_ERROR)
          return 0;
        self->is_over = true;
        self->complaint =
            http2_error_name(frame->goaway.error_code) + " " +
            to_printable(view(frame->goaway.opaque_data, frame->goaway.opaque_data_len));
        return 0;
      });
}

void Http2Session::Impl::introduce(std::size_t header_list_bytes) {
  const std::array<nghttp2_settings_entry, 4> settings = {{
      {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, kHeaderTable},
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
       static_cast<std::uint32_t>(std::min<std::size_t>(header_list_bytes, 0x7fffffff))},
  }};
  CHECK(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0,
        "our own SETTINGS are valid");
  CHECK(
      nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow) == 0,
      "our own window is valid");
}

void Http2Session::Impl::on_frame(const nghttp2_frame& frame) {
  const bool is_end = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  const bool is_ack = (frame.hd.flags & NGHTTP2_FLAG_ACK) != 0;
  switch (frame.hd.type) {
    case NGHTTP2_HEADERS:
      return events.on_headers_end(frame.hd.stream_id, is_end);
    case NGHTTP2_DATA:
      if (is_end) events.on_data_end(frame.hd.stream_id);
      return;
    case NGHTTP2_SETTINGS:
      if (!is_ack) events.on_settings();
      return;
    case NGHTTP2_PING:
      if (is_ack) events.on_ping_answer();
      return;
    case NGHTTP2_RST_STREAM:
      peer_reset = frame.hd.stream_id;
      return;
    case NGHTTP2_GOAWAY:
      has_goaway = true;
      return events.on_goaway(frame.goaway.error_code,
                              view(frame.goaway.opaque_data, frame.goaway.opaque_data_len));
    default:
      return;
  }
}

void Http2Session::Impl::on_stream_close(std::int32_t stream, std::uint32_t error) {
  bodies.erase(stream);
  // A GOAWAY of the peer closes the streams it never looked at (RFC 9113, 6.8).
  const bool is_refused = has_goaway && error == NGHTTP2_REFUSED_STREAM;
  const bool is_by_peer = is_refused || peer_reset == stream || error == NGHTTP2_NO_ERROR;
  events.on_stream_closed(stream, error, is_by_peer ? ClosedBy::Peer : ClosedBy::Us);
}

ssize_t Http2Session::Impl::read_body(std::int32_t stream, std::span<std::uint8_t> into,
                                      std::uint32_t* flags) {
  const auto found = bodies.find(stream);
  if (found == bodies.end()) return NGHTTP2_ERR_DEFERRED;
  Body& body = found->second;
  const std::size_t count = std::min(into.size(), body.bytes.size() - body.sent);
  std::copy_n(body.bytes.data() + body.sent, count, into.data());
  body.sent += count;
  if (body.sent == body.bytes.size()) {
    if (body.half_close) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!body.half_close && count == 0) {
      bodies.erase(found);  // the stream stays open without anything more to say
      return NGHTTP2_ERR_DEFERRED;
    }
  }
  return static_cast<ssize_t>(count);
}

void Http2Session::Impl::collect_output() {
  for (;;) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session, &bytes);
    if (size <= 0) {
      CHECK(size == 0, "nghttp2 cannot serialise a frame");
      return;
    }
    output.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
}

Http2Session::Http2Session(Http2Events events, std::size_t header_list_bytes)
    : impl_(std::make_unique<Impl>(std::move(events), header_list_bytes)) {}

Http2Session::~Http2Session() = default;

core::Result<std::int32_t> Http2Session::submit(Http2Request request) {
  std::vector<nghttp2_nv> fields;
  for (const Http2Field& field : request.fields) {
    if (!is_sendable(field)) {
      return core::Error{core::Code::InvalidArgument, "the value of '" + to_printable(field.name) +
                                                          "' cannot be sent in HTTP/2"};
    }
    fields.push_back(to_nv(field));
  }
  if (is_draining())
    return core::Error{core::Code::Unavailable, "the device is closing the connection"};
  nghttp2_data_provider body{};
  body.read_callback = [](nghttp2_session*, std::int32_t stream, std::uint8_t* into,
                          std::size_t size, std::uint32_t* flags, nghttp2_data_source*,
                          void* self) noexcept {
    return static_cast<Impl*>(self)->read_body(stream, {into, size}, flags);
  };
  const std::int32_t stream =
      nghttp2_submit_request(impl_->session, nullptr, fields.data(), fields.size(), &body, nullptr);
  if (stream < 0) return core::Error{core::Code::Unavailable, nghttp2_strerror(stream)};
  impl_->bodies[stream] = {std::move(request.body), 0, request.half_close};
  return stream;
}

void Http2Session::reset(std::int32_t stream, std::uint32_t error) {
  nghttp2_submit_rst_stream(impl_->session, NGHTTP2_FLAG_NONE, stream, error);
}

void Http2Session::ping() { nghttp2_submit_ping(impl_->session, NGHTTP2_FLAG_NONE, nullptr); }

void Http2Session::ask() { nghttp2_submit_settings(impl_->session, NGHTTP2_FLAG_NONE, nullptr, 0); }

void Http2Session::go_away() {
  nghttp2_submit_goaway(impl_->session, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0);
}

core::Result<std::size_t> Http2Session::receive(std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t kNothing = 0;
  const ssize_t taken = nghttp2_session_mem_recv(impl_->session, bytes.empty() ? &kNothing : bytes.data(), bytes.size());
  if (taken < 0) {
    impl_->is_over = true;
    return core::Error{core::Code::Unavailable, std::string("the device broke HTTP/2: ") +
                                                    nghttp2_strerror(static_cast<int>(taken))};
  }
  impl_->collect_output();
  if (!impl_->is_over) return static_cast<std::size_t>(taken);
  return core::Error{core::Code::Unavailable, "the device broke HTTP/2: " + impl_->complaint};
}

std::string Http2Session::output() {
  impl_->collect_output();
  return std::exchange(impl_->output, {});
}

bool Http2Session::is_draining() const {
  return impl_->has_goaway || impl_->is_over ||
         nghttp2_session_check_request_allowed(impl_->session) == 0;
}

}  // namespace dm::gnmi
