// A connected byte stream to a device: TCP, or TLS with ALPN h2. Two implementations: the real one
// (make_tcp_stream) and the tests' scripted one.
//
// May be closed or destroyed at any moment, also inside one of its handlers; no handler is called
// afterwards, and none is called from inside open(), write() or pause(). Lives on the loop's
// thread; the loop outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "net/loop.h"

namespace dm::net {

enum class TlsMode { Plaintext, Verify, InsecureSkipVerify };
struct TlsSettings {
  TlsMode mode = TlsMode::Plaintext;
  std::string ca_file, cert_file, key_file, server_name;
};

struct StreamHandlers {
  std::function<void()> on_connected;                           // handshake included
  std::function<void(std::span<const std::uint8_t>)> on_bytes;  // valid only inside the call
  std::function<void(const core::Error&)> on_closed;            // exactly once; also end of stream
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual void open(StreamHandlers handlers) = 0;
  virtual void write(std::string bytes) = 0;  // ordered, never blocks
  virtual void pause(bool paused) = 0;        // stop reading: back-pressure
  virtual void close() = 0;                   // no handler is called afterwards
  // Inside on_closed: the likely cause for people ("the device speaks plaintext on this port"), or
  // empty.
  virtual std::string hint() const { return {}; }
  // When the peer's certificate ends; absent unless connected by TLS.
  virtual std::optional<core::WallTime> certificate_end() const { return {}; }
};

// Makes the stream of a new connection, not opened yet.
using StreamFactory = std::function<std::unique_ptr<ByteStream>()>;

struct DialOptions {
  std::string host;
  std::uint16_t port = 0;
  TlsSettings tls;
  core::Duration connect_timeout = std::chrono::seconds(10);
  core::Duration tcp_user_timeout = std::chrono::seconds(60);
};
// Tries every address of the host in turn within connect_timeout, which the TLS handshake shares.
// Reads at most 256 KB per turn of the loop, so one device cannot starve the others.
// Errors of on_closed: NotFound (no such host), Timeout, Unavailable (refused, lost, closed),
// Unauthenticated (certificate), InvalidArgument (a TLS file cannot be used), ResourceExhausted
// (the device does not read what it is sent).
std::unique_ptr<ByteStream> make_tcp_stream(Loop& loop, DialOptions options);

}  // namespace dm::net
