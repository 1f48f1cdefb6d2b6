// The HTTP/2 side of one connection, without I/O: bytes in, events and bytes out.
//
// A thin owner of an nghttp2 client session set up for gNMI: large receive windows refilled in
// large steps, a small HPACK table, no push. Lives on the shard's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace dm::gnmi {

struct Http2Field {
  std::string name, value;
  bool is_secret = false;  // never put into a compression table (RFC 7541, 7.1.3)
};

struct Http2Request {
  std::vector<Http2Field> fields;  // pseudo-header fields first
  std::string body;
  bool half_close = false;
};

enum class ClosedBy { Peer, Us };  // Us: also when the peer broke the rules of the stream

// All are called from inside receive() or output(), where the session must not be destroyed and
// neither of the two be called; the rest may be used.
struct Http2Events {
  std::function<void()> on_settings;  // the peer's SETTINGS: it speaks HTTP/2
  std::function<void(std::int32_t stream)> on_headers_begin;
  // False: the rest of the block is dropped and the stream is reset.
  std::function<bool(std::int32_t stream, std::string_view name, std::string_view value)> on_header;
  std::function<void(std::int32_t stream, bool is_end)> on_headers_end;
  std::function<bool(std::int32_t stream, std::span<const std::uint8_t>)> on_data;  // false: receive() is to return
  std::function<void(std::int32_t stream)> on_data_end;  // END_STREAM without trailers
  std::function<void(std::int32_t stream, std::uint32_t error, ClosedBy by)> on_stream_closed;
  std::function<void(std::uint32_t error, std::string_view debug)> on_goaway;
  std::function<void()> on_ping_answer;
};

class Http2Session {
 public:
  Http2Session(Http2Events events, std::size_t header_list_bytes);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // The stream, to be named in events. Error InvalidArgument: a field that HTTP/2 cannot carry;
  // Unavailable: this connection takes no more streams.
  core::Result<std::int32_t> submit(Http2Request request);
  void reset(std::int32_t stream, std::uint32_t error);
  void ping();
  // An empty SETTINGS frame: the peer must acknowledge it (RFC 9113, section 6.5.3), and gRPC servers, which
  // end connections that PING too often, do not count it.
  void ask();
  void go_away();  // politely, before closing

  // How many bytes were taken: not all if on_data said so. The next call then comes with the rest, even if that is none.
  // Error Unavailable: the peer broke the protocol; output() may hold a last word for it.
  core::Result<std::size_t> receive(std::span<const std::uint8_t> bytes);
  // What is to be sent now.
  std::string output();
  // The peer said GOAWAY, or the session has ended: no new streams.
  bool is_draining() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::gnmi
