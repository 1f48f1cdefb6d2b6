// The far end of a connection, on a socket of its own and in the test's hands: plain or TLS,
// blocking.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "fakes/byte_stream_certificates.h"
#include "fakes/patience.h"
#include "net/loop.h"
#include "net/stream.h"

namespace dm::net::peer {

// A socket that listens on a port the system chose.
class Listener {
 public:
  explicit Listener(int family = AF_INET) : socket_(::socket(family, SOCK_STREAM, 0)) {
    sockaddr_storage address{};
    socklen_t size = 0;
    address.ss_family = static_cast<sa_family_t>(family);
    if (family == AF_INET) {
      size = sizeof(sockaddr_in);
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
      size = sizeof(sockaddr_in6);
      reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
    }
    fakes::be_patient(socket_);
    is_usable_ = ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                 ::listen(socket_, 16) == 0;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                                    : reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  }
  ~Listener() { close(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  bool is_usable() const { return is_usable_; }  // false: no such address family here
  std::uint16_t port() const { return port_; }
  int accept() const { return ::accept(socket_, nullptr, nullptr); }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  int socket_;
  bool is_usable_ = false;
  std::uint16_t port_ = 0;
};

// The device's side of a connection.
class Device {
 public:
  explicit Device(int socket) : socket_(socket) { fakes::be_patient(socket_); }
  ~Device() { close(); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void say(std::string_view text) const {
    while (!text.empty()) {
      const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // The next `size` bytes, or what came before the end.
  std::string hear(std::size_t size) const {
    std::string text(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const auto read = ::recv(socket_, text.data() + got, size - got, 0);
      if (read <= 0) break;
      got += static_cast<std::size_t>(read);
    }
    text.resize(got);
    return text;
  }
  void reset() {  // RST instead of FIN
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  int socket() const { return socket_; }

 private:
  int socket_;
};

struct TlsOffer {
  fakes::Certificate identity;
  std::string alpn = "h2";  // empty: the device does not know ALPN
  int highest_version = TLS1_3_VERSION;
};

// The device's side of a TLS session; every call blocks. Lives on a thread of its own.
class TlsDevice {
 public:
  TlsDevice(int socket, const TlsOffer& offer) : device_(socket), alpn_(offer.alpn) {
    // OpenSSL's sockets raise it. Only on the device's thread: ours must never meet it.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    context_.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    const fakes::TemporaryFile certificate(offer.identity.certificate), key(offer.identity.key);
    SSL_CTX_use_certificate_chain_file(context_.get(), certificate.path().c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), key.path().c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_set_security_level(context_.get(), 0);  // old versions are what some tests are about
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), offer.highest_version);
    if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(context_.get(), select, &alpn_);
    ssl_.reset(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl_.get(), device_.socket());
  }
  bool handshake() { return SSL_accept(ssl_.get()) == 1; }
  std::string server_name() const {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? name : "";
  }
  void say(std::string_view text) {
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
  }
  std::string hear(std::size_t size) {
    std::string text(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const int read = SSL_read(ssl_.get(), text.data() + got, static_cast<int>(size - got));
      if (read <= 0) break;
      got += static_cast<std::size_t>(read);
    }
    text.resize(got);
    return text;
  }
  void goodbye() { SSL_shutdown(ssl_.get()); }
  void renew_keys() {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl_.get());
  }
  Device& device() { return device_; }

 private:
  static int select(SSL*, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned offered_size, void* wanted) {
    const auto& name = *static_cast<const std::string*>(wanted);
    for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
      if (offered[at] == name.size() &&
          std::memcmp(offered + at + 1, name.data(), name.size()) == 0) {
        *out = offered + at + 1;
        *out_size = offered[at];
        return SSL_TLSEXT_ERR_OK;
      }
    }
    return SSL_TLSEXT_ERR_NOACK;
  }

  Device device_;
  std::string alpn_;
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> ssl_;
};

// Our side: a stream, and what its handlers were told.
struct Client {
  explicit Client(DialOptions options) : stream(make_tcp_stream(loop, std::move(options))) {}
  Client(std::uint16_t port, TlsSettings tls = {})
      : Client(DialOptions{.host = "127.0.0.1", .port = port, .tls = std::move(tls)}) {}

  StreamHandlers handlers() {
    return {.on_connected =
                [this] {
                  is_connected = true;
                  loop.stop();
                },
            .on_bytes =
                [this](std::span<const std::uint8_t> bytes) {
                  heard.append(bytes.begin(), bytes.end());
                  largest_turn = std::max(largest_turn, bytes.size());
                  loop.stop();
                },
            .on_closed =
                [this](const core::Error& error) {
                  ends.push_back(error);
                  hint = stream ? stream->hint() : "";
                  loop.stop();
                }};
  }
  void open() { stream->open(handlers()); }
  // Runs the loop until connected or refused.
  bool connect() {
    open();
    fakes::run(loop);
    return is_connected;
  }
  void hear(std::size_t size) {
    while (heard.size() < size && ends.empty() && fakes::run(loop)) {
    }
  }
  core::Error end() {
    while (ends.empty() && fakes::run(loop)) {
    }
    return ends.empty() ? core::Error{core::Code::Internal, "did not end"} : ends.front();
  }
  // Lets what is due happen.
  void run_posted() {
    loop.post([this] { loop.post([this] { loop.stop(); }); });
    fakes::run(loop);
  }

  Loop loop;
  bool is_connected = false;
  std::string heard, hint;
  std::size_t largest_turn = 0;
  std::vector<core::Error> ends;
  std::unique_ptr<ByteStream> stream;
};

}  // namespace dm::net::peer
