// One client of the HTTP server: reads its requests and writes their answers, with a deadline for each step.
//
// Lives on the server's thread. Only its .cpp includes Beast.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "api/http_server.h"

namespace dm::api {

class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  virtual void run() = 0;
  // Of the request with this number, counted from 1; any other is ignored.
  virtual void answer(std::uint64_t request, Response response) = 0;
  virtual void begin_stop() = 0;  // writes what is being written, then closes
};

// What the connections of one server share, and the connections themselves: each leaves when it is closed. Held by the
// server; answers that are owed hold it weakly, from any thread.
struct HttpClients : std::enable_shared_from_this<HttpClients> {
  boost::asio::io_context context{1};
  DeferredHandler handler;
  BodyLimit body;
  std::size_t largest_body_bytes = 0;
  std::map<std::string, BodyLimit> body_of;  // by path, where it is not `body`
  metrics::Registry* metrics = nullptr;
  bool is_stopping = false;
  std::set<std::shared_ptr<HttpConnection>> open;
  std::function<void()> on_last_gone;  // while stopping

  const BodyLimit& body_limit(std::string_view target) const;
  void count_hit(std::string_view limit) const;
  void forget(const std::shared_ptr<HttpConnection>& connection);
};

// With `tls` after a handshake; the connection keeps what it needs of it. Not yet among the open ones.
std::shared_ptr<HttpConnection> make_connection(HttpClients& clients, boost::asio::ip::tcp::socket socket,
                                                boost::asio::ssl::context* tls);

std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);  // "[::1]:8085"

}  // namespace dm::api
