// One HTTP/2 connection to a device and the calls on it, one for each line: what Transport's methods act on.
//
// The main line dials and gives the connection up; the lines beside it use the connection that there is. Shared between
// the Transports and the callbacks in progress, so that a handler may destroy its Transport. After close() it calls no
// handler. Lives on the shard's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gnmi/grpc_response.h"
#include "gnmi/http2_session.h"
#include "gnmi/transport.h"
#include "net/loop.h"
#include "net/stream.h"

namespace dm::gnmi {

class GrpcConnection : public std::enable_shared_from_this<GrpcConnection> {
 public:
  // `make_stream` may be null: dial.
  GrpcConnection(net::Loop& loop, TransportSettings settings, net::StreamFactory make_stream);

  using Line = std::uint32_t;
  static constexpr Line kMain = 0;
  Line add_line() { return ++last_line_; }

  void start(Line line, std::string_view method, std::string request, bool half_close, CallHandlers handlers);
  void cancel(Line line);
  void pause(bool paused);
  void spend(std::size_t steps) { turn_.spend(steps); }
  bool probe();
  bool is_connected() const { return session_ != nullptr; }
  void close();
  core::SteadyTime last_heard() const { return last_heard_; }
  std::optional<core::WallTime> certificate_end() const { return stream_ ? stream_->certificate_end() : std::nullopt; }

 private:
  struct Call {
    Line line = kMain;
    std::int32_t stream = 0;  // 0 before it was submitted
    bool is_stream_closed = false;
    std::string method;
    std::string body;
    bool half_close = false;
    std::string hint;  // why it was lost with the connection, if that can be guessed
    GrpcResponse response;
  };
  using Calls = std::vector<std::unique_ptr<Call>>;

  // The connection.
  void connect();
  void on_connected();
  void on_bytes(std::span<const std::uint8_t> bytes);
  void take(std::span<const std::uint8_t> bytes);
  void yield(std::span<const std::uint8_t> rest);
  void go_on();
  void lose(const core::Error& error, std::string hint);
  void disconnect();
  std::string guess_hint() const;
  core::SteadyTime now() const;
  // The calls.
  void begin_calls();
  void begin(Call& call);
  void submit(Call& call);
  Http2Request make_request(Call& call) const;
  void fail_all(const std::string& message, const std::string& hint);
  Calls::iterator first_ended();
  void end(Calls::iterator call);
  Calls::iterator on_line(Line line);
  void retire(Calls::iterator call);
  // Events of the session.
  Http2Events make_events();
  Call* call_of(std::int32_t stream);
  void on_settings();
  void on_headers_end(std::int32_t stream, bool is_end);
  void on_stream_closed(std::int32_t stream, std::uint32_t error, ClosedBy by);
  void on_goaway(std::uint32_t error, std::string_view debug);
  // Last in everything that comes from the stream or a timer: acts on what has become of the calls
  // and the connection. May call one on_end.
  void settle();
  // The same for what comes from the user, where no handler may be called.
  void settle_later();
  void flush();
  // Time.
  void watch_settings();
  void watch_keepalive();
  void on_keepalive_due();

  net::Loop& loop_;
  const TransportSettings settings_;
  const net::StreamFactory make_stream_;
  std::unique_ptr<net::ByteStream> stream_;  // null: not connected, not connecting
  std::unique_ptr<Http2Session> session_;    // null: not connected
  bool is_closed_ = false;
  bool is_paused_ = false;
  int depth_ = 0;  // of calls into session_
  Line last_line_ = kMain;
  Calls calls_;    // that of the main line first
  Calls retired_;  // a handler of theirs may be running
  std::optional<core::Error> lost_;             // the connection is to be given up
  std::string lost_hint_;
  // Of this connection.
  bool has_settings_ = false;
  std::string first_bytes_;  // of the peer, to tell what it speaks
  std::string goaway_;       // the peer's GOAWAY, for messages; empty: none
  bool is_too_many_pings_ = false;
  bool is_pinging_ = false;  // a keepalive PING waits for its answer
  Turn turn_;
  bool is_yielding_ = false;          // its turn is over; nothing is read until the next one
  std::int32_t yielding_stream_ = 0;  // whose messages may wait
  std::vector<std::uint8_t> unread_;  // what was read already
  std::uint64_t reads_ = 0;
  std::uint64_t reads_before_ = 0;  // when the keepalive timer was set
  core::SteadyTime last_heard_;
  net::Timer timer_;
};

}  // namespace dm::gnmi
