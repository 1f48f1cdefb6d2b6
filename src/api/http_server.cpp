#include "api/http_server.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "api/http_connection.h"

namespace dm::api {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto kStopDeadline = std::chrono::seconds(2);

core::Error cannot(const std::string& what, const std::string& why) {
  return {core::Code::InvalidArgument, "HTTP server: cannot " + what + ": " + why};
}

core::Result<tcp::endpoint> resolve(asio::io_context& context, const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return cannot("listen on '" + listen + "'", "host:port expected");
  std::string host = listen.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  error_code error;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, listen.substr(colon + 1), tcp::resolver::passive, error);
  if (error) return cannot("listen on '" + listen + "'", error.message());
  return found.begin()->endpoint();
}

using TlsContext = std::shared_ptr<asio::ssl::context>;

core::Result<TlsContext> load_certificate(const std::string& cert_file, const std::string& key_file) {
  error_code error;
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1, error);
  tls->use_certificate_chain_file(cert_file, error);
  if (error) return cannot("use certificate '" + cert_file + "'", error.message());
  tls->use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error) return cannot("use private key '" + key_file + "'", error.message());
  return tls;
}

core::Status bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot("listen on '" + to_text(endpoint) + "'", error.message());
  return {};
}

}  // namespace

// Everything but the constructor and stop() lives on the server's thread.
struct HttpServer::Impl {
  std::shared_ptr<HttpClients> clients = std::make_shared<HttpClients>();
  std::size_t most_connections = 0;
  TlsContext tls;  // none: plain HTTP
  bool is_tls = false;  // as it was started; for any thread
  tcp::acceptor acceptor{clients->context};
  asio::steady_timer timer{clients->context};  // until it accepts again, or gives up waiting for the last to go
  tcp::endpoint bound;
  std::thread thread;

  void accept();
  void stop();
};

void HttpServer::Impl::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (clients->is_stopping || error == asio::error::operation_aborted) return;
    if (error) {
      // Out of descriptors or the like: wait a moment instead of spinning.
      timer.expires_after(std::chrono::milliseconds(100));
      timer.async_wait([this](error_code) { if (!clients->is_stopping) accept(); });
      return;
    }
    if (clients->open.size() < most_connections) {
      const auto connection = make_connection(*clients, std::move(socket), tls.get());
      clients->open.insert(connection);
      connection->run();
    } else {
      clients->count_hit("api_connections");
    }
    accept();
  });
}

void HttpServer::Impl::stop() {
  asio::post(clients->context, [this] {
    clients->is_stopping = true;
    clients->on_last_gone = [this] { timer.cancel(); };
    error_code ignored;
    acceptor.close(ignored);
    for (const auto& connection : std::set(clients->open)) connection->begin_stop();
    if (clients->open.empty()) return;
    timer.expires_after(kStopDeadline);
    timer.async_wait([this](error_code error) { if (!error) clients->context.stop(); });
  });
  thread.join();
}

core::Result<std::unique_ptr<HttpServer>> HttpServer::start(Options options, Handler handler) {
  return start_deferred(std::move(options),
                        [handler = std::move(handler)](const Request& request, const Respond& respond) {
                          respond(handler(request));
                        });
}

core::Result<std::unique_ptr<HttpServer>> HttpServer::start_deferred(Options options,
                                                                     DeferredHandler handler) {
  auto impl = std::make_unique<Impl>();
  HttpClients& clients = *impl->clients;
  impl->most_connections = options.limits.api_connections;
  clients.body = {options.limits.api_request_bytes, "api_request_bytes"};
  clients.largest_body_bytes = clients.body.bytes;
  for (const auto& [path, most] : options.body_limits) {
    clients.largest_body_bytes = std::max(clients.largest_body_bytes, most.bytes);
  }
  clients.body_of = options.body_limits;
  clients.metrics = options.metrics;
  clients.handler = std::move(handler);
  if (!options.tls_cert_file.empty()) {
    auto loaded = load_certificate(options.tls_cert_file, options.tls_key_file);
    if (!loaded) return loaded.error();
    impl->tls = std::move(*loaded);
    impl->is_tls = true;
  }
  auto endpoint = resolve(clients.context, options.listen);
  if (!endpoint) return endpoint.error();
  if (auto bound = bind(impl->acceptor, *endpoint); !bound) return bound.error();
  error_code ignored;
  impl->bound = impl->acceptor.local_endpoint(ignored);
  impl->accept();
  impl->thread = std::thread([raw = impl.get()]() noexcept { raw->clients->context.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

core::Status HttpServer::use_certificate(const std::string& cert_file, const std::string& key_file) {
  if (!impl_->is_tls) return cannot("use certificate '" + cert_file + "'", "it was started without TLS");
  auto loaded = load_certificate(cert_file, key_file);
  if (!loaded) return loaded.error();
  asio::post(impl_->clients->context, [this, tls = std::move(*loaded)] { impl_->tls = tls; });
  return {};
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { impl_->stop(); }
std::string HttpServer::address() const { return to_text(impl_->bound); }
std::uint16_t HttpServer::port() const { return impl_->bound.port(); }

}  // namespace dm::api
