// A small HTTP/1.1 server for the API and for fabric-sim's faces: one thread, requests answered by one
// function. What a connection does is http_connection.h's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "metrics/registry.h"
#include "core/result.h"

namespace dm::api {

struct Request {
  std::string method;   // in capitals; a HEAD is handed over as GET and its answer sent without body
  std::string target;   // as sent
  std::string path;     // percent-decoded, without the query
  std::map<std::string, std::string> query;    // decoded; of a repeated name the last
  std::map<std::string, std::string> headers;  // names in lower case; repeated ones joined by ", "
  std::string body;
  std::string peer;  // address:port of the client
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::map<std::string, std::string> headers;
  // Test faces only: close the connection without answering.
  bool drop = false;
};

using Handler = std::function<Response(const Request&)>;  // on the server's thread; must not throw

// Takes the answer of one request, once, from any thread, also after the server or the client is gone
// (then it does nothing). Dropping every copy without calling it closes the connection.
using Respond = std::function<void(Response)>;
// As Handler, for answers that come later: must not block, may keep `respond`.
using DeferredHandler = std::function<void(const Request&, Respond respond)>;

struct BodyLimit {
  std::size_t bytes = 0;
  std::string_view limit;  // its name in core/limits.h
};

// Answered here, without the handler: 400 malformed request or target, 413 body above
// limits.api_request_bytes (or what body_limits says of its path), 431 header above kHeaderBytes. Every read, write and handshake has a
// deadline; an answer that a DeferredHandler owes has none but the life of the server. Connections
// above limits.api_connections are closed unanswered.
class HttpServer {
 public:
  static constexpr std::uint32_t kHeaderBytes = 16U << 10U;

  // `listen` is host:port; port 0 = any free one. Starts a thread. Error: cannot listen, bad certificate.
  struct Options {
    std::string listen = "127.0.0.1:0";
    std::string tls_cert_file, tls_key_file;
    core::Limits limits;
    std::map<std::string, BodyLimit> body_limits;  // by path, where it is not limits.api_request_bytes
    metrics::Registry* metrics = nullptr;          // counts what is refused by a limit; outlives the server
  };
  static core::Result<std::unique_ptr<HttpServer>> start(Options options, Handler handler);
  static core::Result<std::unique_ptr<HttpServer>> start_deferred(Options options,
                                                                  DeferredHandler handler);
  // What clients that connect from now on are shown; open connections go on with the one they have. Error: it cannot be
  // used, or the server was started without one; the old one stays.
  core::Status use_certificate(const std::string& cert_file, const std::string& key_file);
  ~HttpServer();  // stops accepting, finishes answers being written (bounded), joins
  std::string address() const;  // host:port really bound
  std::uint16_t port() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::api
