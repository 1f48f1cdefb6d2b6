#include "api/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api/http_target.h"
#include "fakes/patience.h"

namespace dm::api {
namespace {

// A TCP client that says bytes and listens; deliberately no HTTP library.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API
    const timeval patience{.tv_sec = dm::fakes::kPatience.count(), .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Everything until the server closes.
  std::string hear_all() {
    while (hear_some()) {
    }
    return std::exchange(heard_, {});
  }
  // One answer with a Content-Length (or none).
  std::string hear_answer() {
    std::size_t end = 0;
    while ((end = heard_.find("\r\n\r\n")) == std::string::npos) {
      if (!hear_some()) return std::exchange(heard_, {});
    }
    end += 4;
    const std::size_t length = heard_.find("Content-Length: ");
    if (length < end) end += std::stoul(heard_.substr(length + 16));
    while (heard_.size() < end && hear_some()) {
    }
    std::string answer = heard_.substr(0, end);
    heard_.erase(0, end);
    return answer;
  }
  void hang_up() { ::shutdown(socket_, SHUT_RDWR); }

 private:
  bool hear_some() {
    char bytes[8192];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EAGAIN) throw std::runtime_error("the server neither said anything nor closed");
    if (count <= 0) return false;
    heard_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  int socket_;
  std::string heard_;
};

std::unique_ptr<HttpServer> serve(Handler handler, HttpServer::Options options = {}) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server) << (server ? "" : server.error().message);
  return server ? *std::move(server) : nullptr;
}

Response echo(const Request& request) {
  Response response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.path + " [" + request.body + "]";
  for (const auto& [name, value] : request.query) response.body += " " + name + "=" + value;
  return response;
}

std::string body_of(const std::string& answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

TEST(HttpServer, AnswersSeveralRequestsOnOneConnection) {
  const auto server = serve(echo);
  RawClient client(server->port());

  client.say("GET /one HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string first = client.hear_answer();
  client.say("POST /two HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  const std::string second = client.hear_answer();

  EXPECT_TRUE(first.starts_with("HTTP/1.1 200 OK\r\n")) << first;
  EXPECT_EQ(body_of(first), "GET /one []");
  EXPECT_EQ(body_of(second), "POST /two [abc]");
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  const auto server = serve(echo);
  RawClient client(server->port());

  client.say("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  const std::string all = client.hear_all();
  const std::size_t first = all.find("GET /1 []");
  EXPECT_NE(first, std::string::npos);
  EXPECT_GT(all.find("GET /2 []"), first);
  EXPECT_NE(all.find("GET /2 []"), std::string::npos);
}

TEST(HttpServer, ReadsChunkedBodies) {
  const auto server = serve(echo);
  RawClient client(server->port());

  client.say("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

  EXPECT_EQ(body_of(client.hear_answer()), "POST /c [abcde]");
}

TEST(HttpServer, InvitesABodyThatWaitsForTheInvitation) {
  const auto server = serve(echo);
  RawClient client(server->port());

  client.say("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  const std::string invitation = client.hear_answer();
  client.say("hi");

  EXPECT_TRUE(invitation.starts_with("HTTP/1.1 100 Continue")) << invitation;
  EXPECT_EQ(body_of(client.hear_answer()), "POST /e [hi]");
}

TEST(HttpServer, HeadHasTheLengthButNoBody) {
  const auto server = serve(echo);
  RawClient client(server->port());

  client.say("HEAD /h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  const std::string answer = client.hear_all();
  EXPECT_NE(answer.find("Content-Length: 9\r\n"), std::string::npos) << answer;
  EXPECT_EQ(body_of(answer), "");
}

TEST(HttpServer, NoContentHasNeitherBodyNorLength) {
  const auto server = serve([](const Request&) {
    Response response;
    response.status = 204;
    response.body = "ignored";
    return response;
  });
  RawClient client(server->port());

  client.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  const std::string answer = client.hear_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 204")) << answer;
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
  EXPECT_EQ(body_of(answer), "");
}

TEST(HttpServer, HandsOverDecodedPathQueryAndHeaders) {
  std::promise<Request> seen;
  const auto server = serve([&seen](const Request& request) {
    seen.set_value(request);
    return Response{};
  });
  RawClient client(server->port());

  client.say("GET /a%20b/%2Fc?x=1+2&y=%2B&x=3&flag HTTP/1.1\r\nHost: h\r\nX-Token: s\r\nAccept: a\r\naccept: b\r\n\r\n");

  const Request request = dm::fakes::take(seen.get_future(), "the request");
  EXPECT_EQ(request.path, "/a b//c");
  EXPECT_EQ(request.target, "/a%20b/%2Fc?x=1+2&y=%2B&x=3&flag");
  EXPECT_EQ(request.query, (std::map<std::string, std::string>{{"flag", ""}, {"x", "3"}, {"y", "+"}}));
  EXPECT_EQ(request.headers.at("x-token"), "s");
  EXPECT_EQ(request.headers.at("accept"), "a, b");
  EXPECT_TRUE(request.peer.starts_with("127.0.0.1:")) << request.peer;
}

TEST(HttpServer, RefusesABodyAboveTheLimit) {
  HttpServer::Options options;
  options.limits.api_request_bytes = 10;
  const auto server = serve(echo, options);
  RawClient announced(server->port());
  RawClient chunked(server->port());

  announced.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890");
  chunked.say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n");

  EXPECT_TRUE(announced.hear_all().starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(chunked.hear_all().starts_with("HTTP/1.1 413"));
}

TEST(HttpServer, SomePathsTakeLargerBodies) {
  HttpServer::Options options;
  options.limits.api_request_bytes = 10;
  options.body_limits = {{"/hook", {12, "netbox_hook_bytes"}}};
  metrics::Registry metrics;
  options.metrics = &metrics;
  const auto server = serve(echo, options);
  const auto status = [&](const std::string& path, const std::string& body) {
    RawClient client(server->port());
    client.say("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.hear_all().substr(9, 3);
  };
  EXPECT_EQ(status("/hook?x=1", "012345678901"), "200");
  EXPECT_EQ(status("/hook", "0123456789012"), "413");
  EXPECT_EQ(status("/other", "012345678901"), "413");
  EXPECT_EQ(metrics.value(metrics::Metric::LimitHits, "netbox_hook_bytes"), 1);
  EXPECT_EQ(metrics.value(metrics::Metric::LimitHits, "api_request_bytes"), 1);
  RawClient chunked(server->port());
  chunked.say("POST /other HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n");
  EXPECT_TRUE(chunked.hear_all().starts_with("HTTP/1.1 413"));
}

TEST(HttpServer, RefusesAHeaderAboveTheLimit) {
  const auto server = serve(echo);
  RawClient client(server->port());

  client.say("GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + std::string(HttpServer::kHeaderBytes, 'a') + "\r\n\r\n");

  const std::string answer = client.hear_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431"));
  EXPECT_EQ(body_of(answer),
            R"({"type":"about:blank","title":"Request Header Fields Too Large","status":431,"detail":"the request header is too large"})");
}

TEST(HttpServer, RefusesWhatIsNoRequestOrNoTarget) {
  const auto server = serve(echo);
  for (const std::string bytes :
       {"hello\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /?a=%4 HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    RawClient client(server->port());
    client.say(bytes);
    EXPECT_TRUE(client.hear_all().starts_with("HTTP/1.1 400")) << bytes;
  }
}

TEST(HttpServer, DropsTheConnectionWhenTold) {
  const auto server = serve([](const Request&) {
    Response response;
    response.drop = true;
    return response;
  });
  RawClient client(server->port());

  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_EQ(client.hear_all(), "");
}

TEST(HttpServer, DoesNotLetAHeaderValueBeginANewHeader) {
  const auto server = serve([](const Request&) {
    Response response;
    response.headers["X-Bad"] = "a\r\nX-Injected: b";
    response.headers["X-Good"] = "c";
    return response;
  });
  RawClient client(server->port());

  client.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

  const std::string answer = client.hear_all();
  EXPECT_EQ(answer.find("Injected"), std::string::npos);
  EXPECT_NE(answer.find("X-Good: c\r\n"), std::string::npos);
}

TEST(HttpServer, TakesADeferredAnswerFromAnotherThread) {
  std::promise<Respond> kept;
  auto server = HttpServer::start_deferred(
      {}, [&kept](const Request&, Respond respond) { kept.set_value(std::move(respond)); });
  ASSERT_TRUE(server);
  RawClient client((*server)->port());

  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Respond respond = dm::fakes::take(kept.get_future(), "the request");
  Response late;
  late.body = "late";
  respond(late);
  respond(late);  // a second one changes nothing

  EXPECT_EQ(body_of(client.hear_answer()), "late");
}

TEST(HttpServer, ClosesWhenADeferredAnswerIsForgotten) {
  auto server = HttpServer::start_deferred({}, [](const Request&, const Respond&) {});
  ASSERT_TRUE(server);
  RawClient client((*server)->port());

  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_EQ(client.hear_all(), "");
}

TEST(HttpServer, AnAnswerMayOutliveTheServer) {
  std::promise<Respond> kept;
  auto server = HttpServer::start_deferred(
      {}, [&kept](const Request&, Respond respond) { kept.set_value(std::move(respond)); });
  ASSERT_TRUE(server);
  RawClient client((*server)->port());
  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Respond respond = dm::fakes::take(kept.get_future(), "the request");

  { const auto gone = *std::move(server); }
  respond(Response{});

  EXPECT_EQ(client.hear_all(), "");
}

TEST(HttpServer, FinishesTheAnswerBeingWrittenWhenItStops) {
  const std::string large(4U << 20U, 'x');
  std::promise<void> asked;
  auto server = serve([&](const Request&) {
    asked.set_value();
    Response response;
    response.body = large;
    return response;
  });
  RawClient client(server->port());
  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  dm::fakes::take(asked.get_future(), "the request");

  std::thread stopping([&server] { server.reset(); });
  const std::string answer = client.hear_all();
  stopping.join();

  EXPECT_EQ(body_of(answer).size(), large.size());
}

TEST(HttpServer, StopsWhileAClientIsIdle) {
  auto server = serve(echo);
  RawClient client(server->port());
  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.hear_answer(), "");

  server.reset();

  EXPECT_EQ(client.hear_all(), "");
}

TEST(HttpServer, ClosesConnectionsAboveTheLimit) {
  HttpServer::Options options;
  options.limits.api_connections = 1;
  metrics::Registry metrics;
  options.metrics = &metrics;
  const auto server = serve(echo, options);
  RawClient first(server->port());
  first.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(first.hear_answer(), "");

  RawClient second(server->port());
  second.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

  EXPECT_EQ(second.hear_all(), "");
  EXPECT_EQ(metrics.value(metrics::Metric::LimitHits, "api_connections"), 1);
}

TEST(HttpServer, MakesRoomWhenAClientLeavesWithoutItsAnswer) {
  HttpServer::Options options;
  options.limits.api_connections = 1;
  std::mutex mutex;
  std::vector<Respond> owed;
  auto server = HttpServer::start_deferred(options, [&](const Request& request, Respond respond) {
    if (request.path == "/now") return respond(Response{});
    const std::lock_guard lock(mutex);
    owed.push_back(std::move(respond));
  });
  ASSERT_TRUE(server);
  {
    RawClient leaver((*server)->port());
    leaver.say("GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
    leaver.hang_up();
  }

  // The server notices on its own; until then newcomers are closed unanswered.
  std::string answer;
  while (answer.empty()) {
    RawClient next((*server)->port());
    next.say("GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    answer = next.hear_all();
  }

  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
}

TEST(HttpServer, SaysWhyItCannotListen) {
  const auto first = serve(echo);

  const auto taken = HttpServer::start({.listen = first->address(), .tls_cert_file = {}, .tls_key_file = {}, .limits = {}}, echo);
  const auto malformed = HttpServer::start({.listen = "8080", .tls_cert_file = {}, .tls_key_file = {}, .limits = {}}, echo);
  const auto no_certificate = HttpServer::start(
      {.listen = "127.0.0.1:0", .tls_cert_file = "/nonexistent.pem", .tls_key_file = "/k", .limits = {}}, echo);

  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().message.find(first->address()), std::string::npos);
  ASSERT_FALSE(malformed);
  ASSERT_FALSE(no_certificate);
  EXPECT_NE(no_certificate.error().message.find("/nonexistent.pem"), std::string::npos);
}

TEST(HttpTarget, DecodesOnce) {
  const auto target = parse_target("/a%2520?q=%25#f");

  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a%20");
  EXPECT_EQ(target->query.at("q"), "%");
}

}  // namespace
}  // namespace dm::api
