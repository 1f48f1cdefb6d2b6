#include "webhook/kestra_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "api/http_server.h"
#include "webhook/raw_server.h"

namespace dm::webhook {
namespace {

using namespace std::chrono_literals;
using fakes::RawServer;
using outbox::Answer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kKey = "very/secret key";
constexpr const char* kOk =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    "13\r\n\r\n{\"id\":\"ex-7\"}";

class KestraSenderTest : public testing::Test {
 protected:
  KestraSettings settings(const std::string& url) const { return {.url = url, .key = kKey}; }
  outbox::SendResult send(const KestraSettings& settings, bool redelivered = false) {
    return KestraSender(settings, clock_).send(delivery_, redelivered);
  }
  outbox::SendResult answer_with(const std::string& bytes) {
    RawServer server([&](const std::string&) { return bytes; });
    return send(settings(server.url()));
  }

  core::SystemClock clock_;
  store::Delivery delivery_{.id = 1,
                            .event_id = "000102030405060708090a0b0c0d0e0f",
                            .device = "leaf1",
                            .body = R"({"device": "leaf1", "redelivered": false})"};
};

TEST_F(KestraSenderTest, PostsTheEventToTheWebhook) {
  RawServer server([](const std::string&) { return kOk; });

  const auto result = send(settings(server.url()));

  EXPECT_EQ(result.answer, Answer::Accepted);
  EXPECT_EQ(result.status, 200);
  EXPECT_THAT(result.detail, HasSubstr("execution ex-7"));
  ASSERT_THAT(server.requests(), SizeIs(1));
  const std::string request = server.requests()[0];
  EXPECT_THAT(
      request,
      StartsWith("POST /api/v1/main/executions/webhook/ns/flow/very%2Fsecret%20key HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json; charset=utf-8\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Event-Id: 000102030405060708090a0b0c0d0e0f\r\n"));
  EXPECT_THAT(request, testing::EndsWith("\r\n\r\n" + delivery_.body));
  EXPECT_THAT(request, Not(HasSubstr("Authorization")));
  EXPECT_THAT(request, Not(HasSubstr("X-Drift-Signature")));
}

TEST_F(KestraSenderTest, SaysThatItIsRedelivered) {
  RawServer server([](const std::string&) { return kOk; });

  send(settings(server.url()), true);

  EXPECT_THAT(server.requests()[0],
              testing::EndsWith(R"({"device": "leaf1", "redelivered": true})"));
}

TEST_F(KestraSenderTest, SendsCredentialsWhenConfigured) {
  RawServer server([](const std::string&) { return kOk; });
  KestraSettings with = settings(server.url());
  with.username = "user";
  with.password = "pass";
  with.headers = {{"X-Team", "net"}};
  with.signing_secret = "key";

  send(with);

  EXPECT_THAT(server.requests()[0],
              AllOf(HasSubstr("Authorization: Basic dXNlcjpwYXNz\r\n"),
                    HasSubstr("X-Team: net\r\n"), HasSubstr("X-Drift-Signature: t=")));
}

TEST_F(KestraSenderTest, TalksToARealServer) {
  std::promise<api::Request> seen;
  auto server = api::HttpServer::start({}, [&](const api::Request& request) {
    seen.set_value(request);
    return api::Response{.status = 204, .content_type = {}, .body = {}, .headers = {}};
  });
  ASSERT_TRUE(server);

  const auto result = send(settings("http://" + (*server)->address() + "/webhook/{key}/"));

  EXPECT_EQ(result.answer, Answer::AcceptedNoRun);
  const api::Request request = seen.get_future().get();
  EXPECT_EQ(request.path, std::string("/webhook/") + kKey);
  EXPECT_EQ(request.body, delivery_.body);
}

TEST_F(KestraSenderTest, RefusedConnectionReachedNobody) {
  std::string url;
  {
    RawServer gone([](const std::string&) { return kOk; });
    url = gone.url();
  }

  const auto result = send(settings(url));

  EXPECT_EQ(result.answer, Answer::NoConnection);
  EXPECT_THAT(result.detail, StartsWith("http://127.0.0.1:"));
}

TEST_F(KestraSenderTest, NoAnswerInTimeIsAmbiguous) {
  std::promise<void> release;
  RawServer server([done = release.get_future().share()](const std::string&) {
    done.wait();
    return "";
  });
  KestraSettings impatient = settings(server.url());
  impatient.timeout = 2s;  // time to connect is in it

  const auto result = send(impatient);
  release.set_value();

  EXPECT_EQ(result.answer, Answer::Ambiguous);
}

TEST_F(KestraSenderTest, ACutAnswerIsAmbiguous) {
  for (const char* bytes :
       {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\""}) {
    EXPECT_EQ(answer_with(bytes).answer, Answer::Ambiguous) << bytes;
  }
}

TEST_F(KestraSenderTest, ReadsOnlyTheBeginningOfAnEcho) {
  const std::string echo =
      "{\"tenantId\":\"main\",\"id\":\"ex-8\",\"trigger\":\"" + std::string(2'000'000, 'x') + "\"}";

  const auto result = answer_with(
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(echo.size()) + "\r\n\r\n" + echo);

  EXPECT_EQ(result.answer, Answer::Accepted);
  EXPECT_THAT(result.detail, HasSubstr("execution ex-8"));
  EXPECT_LT(result.detail.size(), 200U);
}

TEST_F(KestraSenderTest, DoesNotFollowRedirects) {
  RawServer other([](const std::string&) { return kOk; });
  RawServer server([&](const std::string&) {
    return "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + other.url("/elsewhere") +
           "\r\nContent-Length: 0\r\n\r\n";
  });

  const auto result = send(settings(server.url()));

  EXPECT_EQ(result.answer, Answer::Configuration);
  EXPECT_THAT(other.requests(), SizeIs(0));
}

TEST_F(KestraSenderTest, NeverRepeatsARequestByItself) {
  std::size_t count = 0;
  RawServer server([&](const std::string&) {
    return ++count == 1 ? std::string(kOk).append(RawServer::kKeep)
                        : std::string();  // kept, then dropped
  });
  KestraSender sender(settings(server.url()), clock_);

  EXPECT_EQ(sender.send(delivery_, false).answer, Answer::Accepted);
  EXPECT_EQ(sender.send(delivery_, false).answer, Answer::Ambiguous);

  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(KestraSenderTest, AbortEndsARequestInProgressAndAllLaterOnes) {
  std::promise<void> release;
  RawServer server([done = release.get_future().share()](const std::string&) {
    done.wait();
    return kOk;
  });
  KestraSender sender(settings(server.url()), clock_);
  auto result = std::async(std::launch::async, [&] { return sender.send(delivery_, false); });

  sender.abort();  // before, during or after the request is sent: it ends

  EXPECT_EQ(result.get().answer, Answer::Aborted);
  EXPECT_EQ(sender.send(delivery_, false).answer, Answer::Aborted);
  release.set_value();
}

TEST_F(KestraSenderTest, NeverShowsUrlOrKey) {
  std::vector<outbox::SendResult> results;
  for (const char* status :
       {"200 OK", "204 No", "302 Found", "401 No", "404 No", "409 No", "500 No"}) {
    RawServer server([&](const std::string& request) {  // the worst: everything comes back
      return std::string("HTTP/1.1 ") + status +
             "\r\nContent-Length: " + std::to_string(request.size()) + "\r\n\r\n" + request;
    });
    results.push_back(send(settings(server.url())));
  }
  results.push_back(send(settings("http://127.0.0.1:1/webhook/{key}")));
  results.push_back(send(settings("ftp://127.0.0.1/webhook/{key}")));
  results.push_back(send(settings("not a url {key}")));

  for (const auto& result : results) {
    EXPECT_THAT(result.detail, AllOf(Not(HasSubstr("secret key")), Not(HasSubstr("secret%20key")),
                                     Not(HasSubstr("/webhook"))));
  }
  EXPECT_EQ(results.back().answer, Answer::Configuration);
}

}  // namespace
}  // namespace dm::webhook
