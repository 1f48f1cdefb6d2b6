#include "net/http_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "api/http_server.h"
#include "fakes/patience.h"

namespace dm::net {
namespace {

using core::Code;
using testing::HasSubstr;
using testing::Not;

std::unique_ptr<api::HttpServer> serve(api::Handler handler) {
  auto server = api::HttpServer::start({}, std::move(handler));
  EXPECT_TRUE(server) << (server ? "" : server.error().message);
  return server ? std::move(*server) : nullptr;
}

std::string url_of(const api::HttpServer& server, const std::string& path) {
  return "http://" + server.address() + path;
}

// The requests that a server saw, across threads.
class Seen {
 public:
  void add(const api::Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  std::vector<api::Request> all() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<api::Request> requests_;
};

// A server that takes requests and never answers; tells when one has arrived.
class SilentServer {
 public:
  SilentServer() {
    auto started =
        api::HttpServer::start_deferred({}, [this](const api::Request&, api::Respond respond) {
          const std::lock_guard lock(mutex_);
          pending_.push_back(std::move(respond));
          arrived_.notify_all();
        });
    EXPECT_TRUE(started);
    if (started) server_ = std::move(*started);
  }
  void wait_for_request() {
    std::unique_lock lock(mutex_);
    dm::fakes::wait_for(arrived_, lock, "a request", [this] { return !pending_.empty(); });
  }
  std::string url() const { return "http://" + server_->address() + "/secret-path"; }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<api::Respond> pending_;
  std::unique_ptr<api::HttpServer> server_;
};

// A port of this machine that nobody listens on: bound, never listening, so nobody else can take
// it.
class ClosedPort {
 public:
  ClosedPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_, generic, size), 0);
    EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~ClosedPort() { ::close(socket_); }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

TEST(HttpClient, SendsMethodHeadersAndBodyAndReadsTheAnswer) {
  Seen requests;
  const auto server = serve([&requests](const api::Request& request) {
    requests.add(request);
    api::Response response{201, "application/json", R"({"ok":true})", {{"X-Request-ID", "42"}}};
    return response;
  });
  HttpClient client;
  HttpRequest request;
  request.method = "POST";
  request.url = url_of(*server, "/api/x?a=1");
  request.headers = {{"Content-Type", "application/json"}, {"X-Event-Id", "e1"}};
  request.body = std::string("a\0b", 3);

  const auto response = client.send(request);

  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, R"({"ok":true})");
  EXPECT_EQ(response->headers.at("x-request-id"), "42");
  ASSERT_EQ(requests.all().size(), 1U);
  const api::Request seen = requests.all().front();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/api/x?a=1");
  EXPECT_EQ(seen.body, request.body);
  EXPECT_EQ(seen.headers.at("x-event-id"), "e1");
  EXPECT_FALSE(seen.headers.contains("expect"));
  EXPECT_FALSE(seen.headers.contains("authorization"));
}

TEST(HttpClient, SendsBasicCredentialsOnlyWhenAsked) {
  Seen requests;
  const auto server = serve([&requests](const api::Request& request) {
    requests.add(request);
    return api::Response{};
  });
  HttpClient client;
  HttpRequest request;
  request.url = url_of(*server, "/");
  request.username = "user";
  request.password = "pass";
  ASSERT_TRUE(client.send(request));
  request.username = request.password = "";
  ASSERT_TRUE(client.send(request));

  const auto seen = requests.all();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].headers.at("authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_FALSE(seen[1].headers.contains("authorization"));
}

TEST(HttpClient, KeepsTheConnectionBetweenRequests) {
  Seen requests;
  const auto server = serve([&requests](const api::Request& request) {
    requests.add(request);
    return api::Response{};
  });
  HttpClient client;
  HttpRequest request;
  request.url = url_of(*server, "/");
  ASSERT_TRUE(client.send(request));
  ASSERT_TRUE(client.send(request));

  const auto seen = requests.all();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].peer, seen[1].peer);
}

TEST(HttpClient, DoesNotFollowRedirects) {
  const auto server = serve([](const api::Request& request) {
    if (request.path == "/other") return api::Response{200, "text/plain", "followed", {}};
    return api::Response{302, "text/plain", "", {{"Location", "/other"}}};
  });
  HttpClient client;
  HttpRequest request;
  request.url = url_of(*server, "/");

  const auto response = client.send(request);

  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(response->headers.at("location"), "/other");
}

TEST(HttpClient, CutsALongAnswerOrRefusesIt) {
  const auto server = serve([](const api::Request&) {
    return api::Response{200, "text/plain", std::string(200'000, 'x'), {}};
  });
  HttpClient client;
  HttpRequest request;
  request.url = url_of(*server, "/");
  request.max_response_bytes = 1000;

  const auto cut = client.send(request);
  ASSERT_TRUE(cut) << cut.error().message;
  EXPECT_EQ(cut->status, 200);
  EXPECT_EQ(cut->body.size(), 1000U);
  EXPECT_TRUE(cut->is_cut);

  request.fail_when_longer = true;
  const auto refused = client.send(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::ResourceExhausted);
  EXPECT_THAT(refused.error().message, HasSubstr("longer than 1000 bytes"));

  request.max_response_bytes = 200'000;
  const auto whole = client.send(request);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->body.size(), 200'000U);
  EXPECT_FALSE(whole->is_cut);
}

TEST(HttpClient, RefusedConnectionIsUnavailableAndNamesHostAndPortOnly) {
  const ClosedPort port;
  HttpClient client;
  HttpRequest request;
  request.url = port.url("/webhook/top-secret-key?token=abc");

  const auto response = client.send(request);

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::Unavailable);
  EXPECT_THAT(response.error().message, HasSubstr(port.url("")));
  EXPECT_THAT(response.error().message, Not(HasSubstr("secret")));
  EXPECT_THAT(response.error().message, Not(HasSubstr("abc")));
}

TEST(HttpClient, ConnectionClosedAfterTheRequestIsNotUnavailable) {
  const auto server = serve([](const api::Request&) {
    api::Response response;
    response.drop = true;
    return response;
  });
  HttpClient client;
  HttpRequest request;
  request.method = "POST";
  request.body = "x";
  request.url = url_of(*server, "/");

  const auto response = client.send(request);

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::Internal);
}

TEST(HttpClient, SilenceAfterTheRequestIsATimeout) {
  SilentServer server;
  HttpClient client;
  HttpRequest request;
  request.url = server.url();
  request.timeout = std::chrono::seconds(2);  // time to connect is in it

  const auto response = client.send(request);

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::Timeout);
  EXPECT_THAT(response.error().message, HasSubstr("2s"));
  EXPECT_THAT(response.error().message, Not(HasSubstr("secret-path")));
}

TEST(HttpClient, AbortEndsARequestInProgressAndTheNextUntilReset) {
  SilentServer server;
  HttpClient client;
  HttpRequest request;
  request.url = server.url();
  std::thread other([&] {
    server.wait_for_request();
    client.abort();
  });

  const auto aborted = client.send(request);
  other.join();
  const auto next = client.send(request);

  ASSERT_FALSE(aborted);
  EXPECT_EQ(aborted.error().code, Code::Cancelled);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, Code::Cancelled);

  const auto answering = serve([](const api::Request&) { return api::Response{}; });
  client.reset_abort();
  request.url = url_of(*answering, "/");
  EXPECT_TRUE(client.send(request));
}

// Answers nothing until three requests are there.
TEST(HttpClient, SendsSeveralRequestsAtOnceAndNoMoreThanAllowed) {
  std::mutex mutex;
  std::vector<api::Respond> waiting;
  std::size_t most_at_once = 0;
  auto server = api::HttpServer::start_deferred({}, [&](const api::Request& request, api::Respond respond) {
    const std::lock_guard lock(mutex);
    waiting.push_back([respond, path = request.path](api::Response answer) {
      answer.body = path;
      respond(std::move(answer));
    });
    most_at_once = std::max(most_at_once, waiting.size());
    if (waiting.size() < 3) return;
    for (const auto& one : waiting) one({});
    waiting.clear();
  });
  ASSERT_TRUE(server);
  HttpClient client;
  int handed_out = 0;
  std::set<std::string> answers;

  client.send_all(
      [&]() -> std::optional<HttpTransfer> {
        if (handed_out == 9) return std::nullopt;
        HttpRequest request;
        request.url = url_of(**server, "/" + std::to_string(handed_out++));
        return HttpTransfer{request, [&](core::Result<HttpResponse> response) {
                              ASSERT_TRUE(response) << response.error().message;
                              answers.insert(response->body);
                            }};
      },
      3);

  EXPECT_EQ(answers.size(), 9U);
  EXPECT_EQ(most_at_once, 3U);
}

TEST(HttpClient, AnAnswerMayLeadToFurtherRequests) {
  const auto server = serve([](const api::Request& request) { return api::Response{.body = request.path}; });
  HttpClient client;
  std::vector<std::string> paths{"/first"}, answers;

  client.send_all(
      [&]() -> std::optional<HttpTransfer> {
        if (paths.empty()) return std::nullopt;
        HttpRequest request;
        request.url = paths.back() == "/bad" ? "ftp://x/" : url_of(*server, paths.back());
        paths.pop_back();
        return HttpTransfer{request, [&](core::Result<HttpResponse> response) {
                              answers.push_back(response ? response->body : response.error().message);
                              if (answers.size() == 1) paths = {"/second", "/bad"};
                            }};
      },
      2);

  EXPECT_THAT(answers, testing::ElementsAre("/first", HasSubstr("http://"), "/second"));
}

TEST(HttpClient, RefusesOtherSchemesAndHeadersWithLineBreaks) {
  HttpClient client;
  HttpRequest request;
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/x", "127.0.0.1/x", ""}) {
    request.url = url;
    const auto response = client.send(request);
    ASSERT_FALSE(response) << url;
    EXPECT_EQ(response.error().code, Code::InvalidArgument) << url;
  }
  request.url = "http://127.0.0.1:1/";
  request.headers = {{"X-A", "a\r\nX-B: b"}};
  const auto response = client.send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::InvalidArgument);
}

TEST(HttpClient, SaysWhichCaFileCannotBeRead) {
  HttpClient client;
  HttpRequest request;
  const auto server = serve([](const api::Request&) { return api::Response{}; });
  request.url = "https://" + server->address() + "/";
  request.ca_file = "/nowhere/ca.pem";

  const auto response = client.send(request);

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::InvalidArgument);
  EXPECT_THAT(response.error().message, HasSubstr("/nowhere/ca.pem"));
}

TEST(HttpClient, PlainServerBehindHttpsIsUnavailable) {
  HttpClient client;
  HttpRequest request;
  const auto server = serve([](const api::Request&) { return api::Response{}; });
  request.url = "https://" + server->address() + "/";

  const auto response = client.send(request);

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::Unavailable);
}

TEST(OriginOf, LeavesOutCredentialsPathAndQuery) {
  EXPECT_EQ(origin_of("http://user:pass@kestra.example/api/key?x=1"), "http://kestra.example:80");
  EXPECT_EQ(origin_of("https://netbox.example:8443/netbox/"), "https://netbox.example:8443");
  EXPECT_EQ(origin_of("http://[::1]:8080/"), "http://[::1]:8080");
  EXPECT_EQ(origin_of("no url with secret"), "(invalid URL)");
}

TEST(PercentEncode, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("a-Z0._~"), "a-Z0._~");
  EXPECT_EQ(percent_encode("a/b c{key}ä"), "a%2Fb%20c%7Bkey%7D%C3%A4");
}

}  // namespace
}  // namespace dm::net
