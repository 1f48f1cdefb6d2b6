// The answer of one call as it comes in: headers, messages, trailers, and what its end means.
//
// Fed with HTTP/2 events by the transport; knows no frames and no sockets. After the first end() it
// ignores everything else. Sources: PROTOCOL-HTTP2 ("Responses"), RFC 9113 section 8.1.
// Lives on the shard's loop.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "gnmi/grpc_message.h"
#include "gnmi/transport.h"

namespace dm::gnmi {

class GrpcResponse {
 public:
  GrpcResponse(const core::Limits& limits, Turn& turn, CallHandlers handlers);

  // One header block: begin, each field, end. add_header() is false when the block is too large;
  // the call has then ended.
  void begin_headers();
  bool add_header(std::string_view name, std::string_view value);
  void end_headers(bool is_end_of_stream);
  // May call on_message, which may call stop().
  void add_data(std::span<const std::uint8_t> bytes);
  // Another turn: hands out what waited for it, likewise.
  void go_on();
  // The peer ended the stream by a DATA frame.
  void end_of_stream();
  // The peer reset the stream.
  void reset(std::uint32_t http2_error);
  // The end from outside: the connection is lost, or ours to give up.
  // `limit`: the name of the limit that was exceeded, if that is why.
  void fail(GrpcCode code, std::string message, std::string_view limit = {});
  // Nobody wants to hear more: no handler is called.
  void stop();

  const std::optional<CallEnd>& end() const { return end_; }
  bool has_headers() const { return http_status_ != 0; }
  const CallHandlers& handlers() const { return handlers_; }

 private:
  // What a header block said, as far as it matters.
  struct Block {
    int http_status = 0;
    std::size_t bytes = 0;
    std::string content_type, encoding, message;
    std::optional<std::string> grpc_status;
  };

  void accept_headers(bool is_end_of_stream);
  void finish(const Block& trailers);
  void take(std::optional<MessageFailure> failure);

  std::size_t header_limit_;
  CallHandlers handlers_;
  MessageReader messages_;
  Block block_;
  int http_status_ = 0;  // of the answer; 0 before its headers
  std::optional<CallEnd> end_;
};

}  // namespace dm::gnmi
