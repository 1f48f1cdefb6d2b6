#include "webhook/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dm::webhook {
namespace {

using testing::Contains;
using testing::Not;
using testing::Pair;

TEST(WebhookUrl, HoldsTheKeyEncodedAndEndsWithoutASlash) {
  const auto url = [](std::string text, std::string key) {
    return webhook_url({.url = text, .key = key});
  };

  EXPECT_EQ(url("http://k:8080/api/v1/main/executions/webhook/ns/flow/{key}", "s3cret"),
            "http://k:8080/api/v1/main/executions/webhook/ns/flow/s3cret");
  EXPECT_EQ(url("http://k/{key}/", "a/b c?{key}"), "http://k/a%2Fb%20c%3F%7Bkey%7D");
  EXPECT_EQ(url("http://k/flow/key//", ""), "http://k/flow/key");
  EXPECT_EQ(url("http://k/flow/key", "unused"), "http://k/flow/key");
}

TEST(MarkRedelivered, ChangesTheTopLevelMemberOnly) {
  EXPECT_EQ(mark_redelivered(R"({"a": 1, "redelivered": false, "b": {"redelivered": false}})"),
            R"({"a": 1, "redelivered": true, "b": {"redelivered": false}})");
  EXPECT_EQ(
      mark_redelivered(
          R"({"v": {"redelivered": false}, "w": [{"redelivered":false}], "redelivered":false})"),
      R"({"v": {"redelivered": false}, "w": [{"redelivered":false}], "redelivered":true})");
  EXPECT_EQ(mark_redelivered(R"({"path": "\"redelivered\": false {[", "redelivered": false})"),
            R"({"path": "\"redelivered\": false {[", "redelivered": true})");
  EXPECT_EQ(mark_redelivered(R"({"path": "redelivered", "redelivered" : false})"),
            R"({"path": "redelivered", "redelivered" : true})");
}

TEST(MarkRedelivered, LeavesOtherTextsAlone) {
  for (const char* text : {"", "{}", R"({"redelivered": true})", R"(["redelivered", false])",
                           R"({"redelivered)", "\"\\"}) {
    EXPECT_EQ(mark_redelivered(text), text);
  }
}

TEST(Signature, IsHmacSha256OfTimeAndBody) {
  // printf '1795132800.{"a": 1}' | openssl dgst -sha256 -hmac key
  EXPECT_EQ(signature("key", core::WallTime(std::chrono::seconds(1795132800)), "{\"a\": 1}"),
            "t=1795132800,v1=8b855f694f2556db4957eef66b5317267097e35a6b835136e4b7167a4b212d66");
}

TEST(MakeRequest, SendsNothingButWhatIsConfigured) {
  const store::Delivery delivery{.event_id = "00ff", .body = R"({"redelivered": false})"};

  const net::HttpRequest request =
      make_request({.url = "http://k/{key}", .key = "s"}, delivery, false, {});

  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://k/s");
  EXPECT_EQ(request.body, delivery.body);
  EXPECT_EQ(request.timeout, std::chrono::seconds(40));
  EXPECT_EQ(request.max_response_bytes, 4096U);
  EXPECT_EQ(request.username, "");
  EXPECT_THAT(request.headers,
              testing::ElementsAre(Pair("Content-Type", "application/json; charset=utf-8"),
                                   Pair("X-Event-Id", "00ff")));
}

TEST(MakeRequest, SignsWhatIsReallySent) {
  const store::Delivery delivery{.event_id = "00ff", .body = R"({"redelivered": false})"};
  const KestraSettings settings{.url = "http://k",
                                .username = "user@example.com",
                                .password = "Secret123",
                                .headers = {{"X-Team", "net"}},
                                .signing_secret = "key"};

  const net::HttpRequest request = make_request(settings, delivery, true, {});

  EXPECT_EQ(request.body, R"({"redelivered": true})");
  EXPECT_EQ(request.username, "user@example.com");
  EXPECT_EQ(request.password, "Secret123");
  EXPECT_THAT(request.headers, Contains(Pair("X-Team", "net")));
  EXPECT_THAT(request.headers,
              Contains(Pair("X-Drift-Signature", signature("key", {}, request.body))));
}

}  // namespace
}  // namespace dm::webhook
