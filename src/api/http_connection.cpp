#include "api/http_connection.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <ctime>
#include <optional>
#include <type_traits>

#include "api/http_target.h"
#include "core/text.h"

namespace dm::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using std::chrono::seconds;

constexpr auto kHandshakeDeadline = seconds(10);
constexpr auto kIdleDeadline = seconds(75);  // between requests and for a request's header
constexpr auto kBodyDeadline = seconds(30);
constexpr auto kWriteDeadline = seconds(60);
constexpr auto kLingerDeadline = seconds(2);
constexpr std::size_t kLingerBytes = 1U << 20U;

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, length};
}

std::string view_to_string(boost::core::string_view text) { return {text.data(), text.size()}; }

// `title` and `detail` are our own words: nothing of the request is in them.
Response problem(int status, std::string_view title, std::string_view detail) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = R"({"type":"about:blank","title":")" + std::string(title) + R"(","status":)" + std::to_string(status) +
                  R"(,"detail":")" + std::string(detail) + "\"}";
  return response;
}

// What to say to a request that Beast refused; nothing: the connection is simply over.
std::optional<Response> refusal(const error_code& error) {
  if (error == http::error::body_limit) return problem(413, "Content Too Large", "the request body is too large");
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return problem(431, "Request Header Fields Too Large", "the request header is too large");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message) return {};
  const bool is_http = error.category() == http::make_error_code(http::error::bad_method).category();
  return is_http ? std::optional(problem(400, "Bad Request", "malformed HTTP request")) : std::nullopt;
}

bool is_safe_header(std::string_view name, std::string_view value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto breaks_name = [&](char c) { return is_control(c) || c == ':' || c == ' '; };
  return !name.empty() && std::none_of(name.begin(), name.end(), breaks_name) &&
         std::none_of(value.begin(), value.end(), [&](char c) { return is_control(c) && c != '\t'; });
}

http::response<http::string_body> to_message(Response&& answer, unsigned version, bool keep_alive,
                                             bool is_head) {
  http::response<http::string_body> message(static_cast<http::status>(answer.status), version);
  message.set(http::field::date, http_date());
  for (const auto& [name, value] : answer.headers) {
    if (is_safe_header(name, value)) message.set(name, value);
  }
  message.keep_alive(keep_alive);
  const bool has_no_body = answer.status == 204 || answer.status == 304 || answer.status < 200;
  if (has_no_body) return message;
  if (!answer.content_type.empty() && is_safe_header("content-type", answer.content_type)) {
    message.set(http::field::content_type, answer.content_type);
  }
  message.content_length(answer.body.size());
  if (!is_head) message.body() = std::move(answer.body);
  return message;
}

// The debt of one answer: paid once, or the connection is dropped when nobody can pay any more.
struct Debt {
  std::weak_ptr<HttpClients> clients;
  std::weak_ptr<HttpConnection> connection;
  std::uint64_t request = 0;
  std::atomic<bool> is_paid{false};

  Debt(std::weak_ptr<HttpClients> s, std::weak_ptr<HttpConnection> c, std::uint64_t r)
      : clients(std::move(s)), connection(std::move(c)), request(r) {}
  Debt(const Debt&) = delete;
  Debt& operator=(const Debt&) = delete;
  ~Debt() {
    Response dropped;
    dropped.drop = true;
    pay(std::move(dropped));
  }

  void pay(Response response) {
    if (is_paid.exchange(true)) return;
    const auto alive = clients.lock();
    if (!alive) return;
    // The connection is only locked on its own thread: its last owner must be there.
    asio::dispatch(alive->context, [to = connection, number = request,
                                    answer = std::move(response)]() mutable {
      if (const auto client = to.lock()) client->answer(number, std::move(answer));
    });
  }
};

template <class Stream>
class ConnectionOver final : public HttpConnection, public std::enable_shared_from_this<ConnectionOver<Stream>> {
 public:
  ConnectionOver(HttpClients& clients, Stream stream, std::string peer)
      : clients_(clients), stream_(std::move(stream)), peer_(std::move(peer)) {}

  void run() override {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      socket().expires_after(kHandshakeDeadline);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](error_code error) {
                                error ? self->close() : self->read_header();
                              });
    } else {
      read_header();
    }
  }

  void answer(std::uint64_t request, Response response) override {
    if (state_ != State::Awaiting || request != request_number_) return;
    if (response.drop) return close();
    const auto& message = parser_->get();
    const bool keep_alive = message.keep_alive() && !clients_.is_stopping;
    write(to_message(std::move(response), message.version(), keep_alive,
                     message.method() == http::verb::head));
  }

  void begin_stop() override {
    if (state_ != State::Writing) close();
  }

 private:
  enum class State { Reading, Awaiting, Writing, Lingering, Closed };

  beast::tcp_stream& socket() { return beast::get_lowest_layer(stream_); }

  void read_header() {
    if (clients_.is_stopping) return close();
    state_ = State::Reading;
    parser_.emplace();
    parser_->header_limit(HttpServer::kHeaderBytes);
    parser_->body_limit(clients_.largest_body_bytes);
    socket().expires_after(kIdleDeadline);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](error_code error, std::size_t) {
                              error ? self->refuse(error) : self->on_header();
                            });
  }

  void on_header() {
    if (state_ != State::Reading) return;
    const auto& message = parser_->get();
    const std::size_t most = clients_.body_limit(view_to_string(message.target())).bytes;
    if (parser_->content_length().value_or(0) > most) return refuse(http::error::body_limit);
    parser_->body_limit(most);
    if (parser_->is_done() || !beast::iequals(message[http::field::expect], "100-continue")) {
      return read_body();
    }
    continue_ = http::response<http::empty_body>(http::status::continue_, 11);
    socket().expires_after(kBodyDeadline);
    http::async_write(stream_, continue_,
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        error ? self->close() : self->read_body();
                      });
  }

  void read_body() {
    if (state_ != State::Reading) return;
    socket().expires_after(kBodyDeadline);
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](error_code error, std::size_t) {
                       error ? self->refuse(error) : self->on_request();
                     });
  }

  void on_request() {
    if (state_ != State::Reading) return;
    const auto& message = parser_->get();
    Request request;
    request.method = message.method() == http::verb::head ? "GET" : view_to_string(message.method_string());
    request.target = view_to_string(message.target());
    request.body = message.body();
    request.peer = peer_;
    for (const auto& field : message) {
      std::string& value = request.headers[core::to_lower(view_to_string(field.name_string()))];
      value += (value.empty() ? "" : ", ") + view_to_string(field.value());
    }
    auto target = parse_target(request.target);
    if (!target) return write(to_message(problem(400, "Bad Request", target.error().message), 11, false, false));
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    ask(request);
  }

  void ask(const Request& request) {
    state_ = State::Awaiting;
    socket().expires_never();
    auto debt = std::make_shared<Debt>(clients_.weak_from_this(), this->weak_from_this(), ++request_number_);
    clients_.handler(request, [debt = std::move(debt)](Response response) { debt->pay(std::move(response)); });
    if (state_ == State::Awaiting) watch_for_goodbye();
  }

  // While an answer is owed nothing is read; still, a client that leaves must not be kept.
  void watch_for_goodbye() {
    socket().socket().async_wait(
        tcp::socket::wait_read,
        [self = this->shared_from_this(), number = request_number_](error_code error) {
          if (error || self->state_ != State::Awaiting || self->request_number_ != number) return;
          error_code ignored;
          if (self->socket().socket().available(ignored) == 0) self->close();
        });
  }

  void refuse(const error_code& error) {
    if (error == http::error::body_limit) {
      clients_.count_hit(clients_.body_limit(view_to_string(parser_->get().target())).limit);
    }
    auto answer = refusal(error);
    if (state_ != State::Reading || !answer) return close();
    write(to_message(*std::move(answer), 11, false, false));
  }

  void write(http::response<http::string_body> message) {
    state_ = State::Writing;
    message_ = std::move(message);
    socket().expires_after(kWriteDeadline);
    http::async_write(stream_, message_,
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        error ? self->close() : self->on_written();
                      });
  }

  void on_written() {
    if (state_ != State::Writing) return;
    if (message_.keep_alive()) return read_header();
    linger();
  }

  // Says goodbye and reads what the client may still send: closing over unread bytes would reset the
  // connection, and the client would never see the answer.
  void linger() {
    state_ = State::Lingering;
    socket().expires_after(kLingerDeadline);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->drain(); });
    } else {
      drain();
    }
  }

  void drain() {
    if (state_ != State::Lingering) return;
    error_code ignored;
    socket().socket().shutdown(tcp::socket::shutdown_send, ignored);
    discard();
  }

  void discard() {
    if (clients_.is_stopping || drained_ > kLingerBytes) return close();
    socket().async_read_some(asio::buffer(waste_),
                             [self = this->shared_from_this()](error_code error, std::size_t count) {
                               self->drained_ += count;
                               error || self->state_ != State::Lingering ? self->close() : self->discard();
                             });
  }

  void close() {
    if (state_ == State::Closed) return;
    state_ = State::Closed;
    error_code ignored;
    socket().socket().shutdown(tcp::socket::shutdown_both, ignored);
    socket().close();
    clients_.forget(this->shared_from_this());
  }

  HttpClients& clients_;
  Stream stream_;
  std::string peer_;
  State state_ = State::Reading;
  std::uint64_t request_number_ = 0;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> message_;
  http::response<http::empty_body> continue_;
  std::array<char, 4096> waste_{};
  std::size_t drained_ = 0;
};

}  // namespace

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

void HttpClients::count_hit(std::string_view limit) const {
  if (metrics != nullptr) metrics->add(metrics::Metric::LimitHits, 1, limit);
}

const BodyLimit& HttpClients::body_limit(std::string_view target) const {
  const auto found = body_of.find(std::string(target.substr(0, target.find('?'))));
  return found == body_of.end() ? body : found->second;
}

void HttpClients::forget(const std::shared_ptr<HttpConnection>& connection) {
  open.erase(connection);
  if (is_stopping && open.empty()) on_last_gone();
}

std::shared_ptr<HttpConnection> make_connection(HttpClients& clients, tcp::socket socket, asio::ssl::context* tls) {
  error_code ignored;
  const std::string peer = to_text(socket.remote_endpoint(ignored));
  socket.set_option(tcp::no_delay(true), ignored);
  PlainStream plain(std::move(socket));
  if (tls == nullptr) return std::make_shared<ConnectionOver<PlainStream>>(clients, std::move(plain), peer);
  return std::make_shared<ConnectionOver<TlsStream>>(clients, TlsStream(std::move(plain), *tls), peer);
}

}  // namespace dm::api
