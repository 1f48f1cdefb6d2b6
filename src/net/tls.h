// TLS as a gNMI client needs it: contexts shared by the connections of a loop, and one connection's
// session over a socket. OpenSSL behind it; one thread.
//
// TLS 1.2 or newer, ALPN "h2" offered and required (RFC 9113, 3.2), host name or IP address checked
// against subjectAltName only (RFC 9525, 6.3).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/clock.h"
#include "core/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace dm::net {

struct TlsSettings;

struct TlsFailure {
  core::Error error;
  std::string hint;  // likely cause for people, or empty
};

// Contexts by settings. Loading an authority costs milliseconds and memory, so connections with the
// same files share one; files that changed on disk are loaded anew for later connections.
class TlsContexts {
 public:
  // Error InvalidArgument: a file cannot be used.
  core::Result<std::shared_ptr<ssl_ctx_st>> get(const TlsSettings& settings);

 private:
  std::map<std::string, std::weak_ptr<ssl_ctx_st>> contexts_;
};

// When the first certificate of a PEM file ends (the one of whoever the file is for).
// Error: the file cannot be read or holds no certificate.
core::Result<core::WallTime> certificate_end(const std::string& pem_file);

// What a read or write came to.
enum class IoOutcome {
  Done,       // `count` bytes
  WantRead,   // nothing now; try again when the socket is readable
  WantWrite,  // nothing now; try again when the socket is writable
  Closed,     // the peer ended the stream
  Failed,
};
struct IoResult {
  IoOutcome outcome = IoOutcome::Done;
  std::size_t count = 0;
};

// The client side of one TLS session over a connected, non-blocking socket it does not own.
class TlsChannel {
 public:
  // `host` is what the user dialled; settings.server_name, if any, is the name to ask for and
  // check.
  TlsChannel(std::shared_ptr<ssl_ctx_st> context, const TlsSettings& settings,
             const std::string& host, int socket);
  ~TlsChannel();
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  IoResult handshake();  // Done once the peer is verified and speaks h2
  IoResult read(std::span<std::uint8_t> into);
  IoResult write(std::span<const std::uint8_t> bytes);
  bool has_pending() const;  // bytes already taken from the socket
  void send_close_notify();

  // When the peer's certificate ends (its notAfter), once the handshake is done.
  std::optional<core::WallTime> peer_certificate_end() const;

  // Why the last call was Closed or Failed.
  TlsFailure failure() const { return failure_; }

 private:
  IoResult outcome_of(int result, std::size_t count);
  void explain();
  void explain_socket(int error);
  bool explain_verification();
  void explain_reason(unsigned long code);

  std::shared_ptr<ssl_ctx_st> context_;
  ssl_st* ssl_ = nullptr;
  std::string name_;               // whom the certificate must be for
  std::string authority_;          // where the trusted authorities come from, for messages
  std::string certificate_names_;  // whom a refused certificate is for
  bool is_established_ = false;
  TlsFailure failure_;
};

}  // namespace dm::net
