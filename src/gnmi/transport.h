// One gRPC connection to one device: HTTP/2 over TCP or TLS, one call at a time, and others beside it.
//
// Speaks gRPC itself over nghttp2 (sans-I/O) and a net::ByteStream. Bytes of a message are handed
// out in place. Sources: gRPC over HTTP/2 (PROTOCOL-HTTP2), RFC 9113, gRPC status codes. Lives on
// the shard's loop. An idle plaintext connection costs about 15 KB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/limits.h"
#include "net/loop.h"
#include "net/stream.h"

namespace dm::gnmi {

class GrpcConnection;

// google.rpc.Code as it travels in grpc-status.
enum class GrpcCode : int {
  Ok = 0,
  Cancelled = 1,
  Unknown = 2,
  InvalidArgument = 3,
  DeadlineExceeded = 4,
  NotFound = 5,
  AlreadyExists = 6,
  PermissionDenied = 7,
  ResourceExhausted = 8,
  FailedPrecondition = 9,
  Aborted = 10,
  OutOfRange = 11,
  Unimplemented = 12,
  Internal = 13,
  Unavailable = 14,
  DataLoss = 15,
  Unauthenticated = 16,
};
std::string_view to_text(GrpcCode code);

struct CallEnd {
  GrpcCode code = GrpcCode::Unknown;
  std::string message;             // the peer's or ours, printable
  bool is_too_many_pings = false;  // GOAWAY ENHANCE_YOUR_CALM
  std::string hint;  // likely cause for people, e.g. "the device speaks TLS on this port"
  std::string_view limit{};  // we ended it: the limit of core/limits.h that was exceeded
};

struct CallHandlers {
  std::function<void()> on_headers;                               // the peer accepted the call
  std::function<void(std::span<const std::uint8_t>)> on_message;  // one message; valid only inside
  std::function<void(const CallEnd&)> on_end;                     // exactly once, then nothing more
};

struct TransportSettings {
  std::string host;
  std::uint16_t port = 6030;
  net::TlsSettings tls;
  std::vector<std::pair<std::string, std::string>> metadata;  // username, password, ...
  core::Duration connect_timeout = std::chrono::seconds(10);
  core::Duration keepalive{};  // HTTP/2 PING interval; 0 = none (TCP keepalive is always on)
  core::Duration keepalive_timeout = std::chrono::seconds(20);
  core::Limits limits;
  std::string user_agent = "drift-monitor";  // the owner adds its version
  const core::Clock* clock =
      nullptr;  // of last_heard(); null: the machine's. Outlives the transport
};

class Transport {
 public:
  Transport(net::Loop& loop, TransportSettings settings);
  // For tests and simulation: the byte stream of each connection, instead of dialling; null: dial.
  Transport(net::Loop& loop, TransportSettings settings, net::StreamFactory make_stream);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Connects if needed and starts `method` ("/gnmi.gNMI/Subscribe") with one request message.
  // `half_close`: true for unary and one-shot calls; a STREAM subscription keeps its side open.
  // A call still running is cancelled first. The connection is kept between calls while the peer
  // allows. No handler is called from inside start(), cancel() or pause(); any of them, and the
  // destructor, may be called from inside a handler.
  void start(std::string_view method, std::string request, bool half_close, CallHandlers handlers);
  // Another transport on the same connection, for calls beside this one's. It never dials: without a connection its calls
  // end with Unavailable. What it has running ends without a word when this one is destroyed, and starts nothing afterwards.
  std::unique_ptr<Transport> beside();
  // Ends the call at once (RST_STREAM CANCEL); on_end is not called.
  void cancel();
  // Back-pressure: nothing more is read from the peer, so its flow-control windows run out. What
  // was already read, at most 256 KB, is still handed out. A connection paused for long looks dead
  // to a peer that sends PINGs.
  void pause(bool paused);
  // Inside on_message: what else handling the message cost, in steps (gnmi/turn.h). A connection that has used up its turn
  // lets the others of its loop go first.
  void spend(std::size_t steps);
  bool is_connected() const;  // else start() dials
  // When something of the peer was last received (any frame); of construction before the first.
  core::SteadyTime last_heard() const;
  // When the certificate of the peer ends; absent unless connected by TLS.
  std::optional<core::WallTime> certificate_end() const;
  // Asks the peer for a sign of life once, by an empty SETTINGS frame (its answer is mandatory and, unlike a
  // PING, counts as no misuse); false if not connected. The answer moves last_heard().
  bool probe();

 private:
  Transport(std::shared_ptr<GrpcConnection> connection, std::uint32_t line);

  std::shared_ptr<GrpcConnection> connection_;
  std::uint32_t line_;
};

}  // namespace dm::gnmi
