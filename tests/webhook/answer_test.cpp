#include "webhook/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dm::webhook {
namespace {

using namespace std::chrono_literals;
using outbox::Answer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const core::WallTime kNow{1795132800s};  // 2026-11-20T00:00:00Z

outbox::SendResult of_status(int status, core::Duration elapsed = 1s,
                             std::map<std::string, std::string> headers = {}) {
  return classify(
      net::HttpResponse{.status = status, .headers = std::move(headers), .body = "payload"},
      "http://k:80", elapsed, kNow);
}

TEST(Answer, ClassesOfStatuses) {
  const std::map<int, Answer> classes{
      {200, Answer::Accepted},      {201, Answer::Accepted},      {202, Answer::Accepted},
      {204, Answer::AcceptedNoRun}, {301, Answer::Configuration}, {302, Answer::Configuration},
      {307, Answer::Configuration}, {400, Answer::Configuration}, {401, Answer::Configuration},
      {403, Answer::Configuration}, {404, Answer::Configuration}, {405, Answer::Configuration},
      {408, Answer::Retry},         {409, Answer::Configuration}, {413, Answer::Configuration},
      {415, Answer::Configuration}, {422, Answer::Configuration}, {425, Answer::Retry},
      {429, Answer::Retry},         {500, Answer::Retry},         {502, Answer::Ambiguous},
      {503, Answer::Retry},         {504, Answer::Ambiguous},     {599, Answer::Retry},
  };
  for (const auto& [status, expected] : classes) {
    EXPECT_EQ(of_status(status).answer, expected) << status;
    EXPECT_EQ(of_status(status).status, status);
  }
}

TEST(Answer, A500AfterKestrasOwnWaitMayStillRun) {
  EXPECT_EQ(of_status(500, 1s).answer, Answer::Retry);
  EXPECT_EQ(of_status(500, 30s).answer, Answer::Ambiguous);
  EXPECT_EQ(of_status(503, 30s).answer, Answer::Retry);
}

TEST(Answer, ClassesOfErrors) {
  const std::map<core::Code, Answer> classes{
      {core::Code::Unavailable, Answer::NoConnection},
      {core::Code::Timeout, Answer::Ambiguous},
      {core::Code::Internal, Answer::Ambiguous},
      {core::Code::ResourceExhausted, Answer::Ambiguous},
      {core::Code::Cancelled, Answer::Aborted},
      {core::Code::InvalidArgument, Answer::Configuration},
  };
  for (const auto& [code, expected] : classes) {
    const auto result = classify(core::Error{code, "http://k:80: why"}, "http://k:80", 1s, kNow);
    EXPECT_EQ(result.answer, expected);
    EXPECT_EQ(result.detail, "http://k:80: why");
    EXPECT_EQ(result.status, 0);
  }
}

TEST(Answer, NamesTheLikelyCausesAndNeverTheBody) {
  const std::map<int, std::vector<std::string>> causes{
      {401, {"credentials"}},
      {403, {"forbidden"}},
      {404, {"key is wrong", "flow", "namespace", "secret", "tenant"}},
      {409, {"disabled", "parse"}},
      {413, {"too large"}},
      {422, {"inputs"}},
      {302, {"redirect"}},
      {429, {"slow down"}},
      {503, {"not ready"}},
  };
  for (const auto& [status, words] : causes) {
    const std::string detail = of_status(status).detail;
    EXPECT_THAT(detail, AllOf(StartsWith("http://k:80: HTTP " + std::to_string(status)),
                              Not(HasSubstr("payload"))));
    for (const std::string& word : words) EXPECT_THAT(detail, HasSubstr(word));
  }
}

TEST(Answer, FindsTheExecutionInTheBeginningOfTheBody) {
  EXPECT_EQ(
      execution_id(R"({"tenantId":"main","id":"5kNb2lYFw0wSpRIhC7dWmS","namespace":"netops","fl)"),
      "5kNb2lYFw0wSpRIhC7dWmS");
  EXPECT_EQ(execution_id(R"({ "id" : "a-b_c" })"), "a-b_c");
  for (const char* body : {"", "{}", R"({"id":7})", R"({"id":"cut)", R"({"id":"<script>"})",
                           R"({"id")", R"({"id":)"}) {
    EXPECT_EQ(execution_id(body), "") << body;
  }
}

TEST(Answer, RetryAfterIsSecondsOrADate) {
  EXPECT_EQ(retry_after("120", kNow), 120s);
  EXPECT_EQ(retry_after(" 0 ", kNow), 0s);
  EXPECT_EQ(retry_after("Fri, 20 Nov 2026 00:01:30 GMT", kNow), 90s);
  EXPECT_EQ(retry_after("Thu, 19 Nov 2026 00:01:30 GMT", kNow), 0s);
  EXPECT_EQ(retry_after("-5", kNow), 0s);
  EXPECT_EQ(retry_after("soon", kNow), 0s);
  EXPECT_LE(retry_after("9999999999999999", kNow), 24h * 366);
  EXPECT_EQ(retry_after("99999999999999999999999999", kNow), 0s);

  EXPECT_EQ(of_status(429, 1s, {{"retry-after", "7"}}).retry_after, 7s);
  EXPECT_EQ(of_status(502, 1s, {{"retry-after", "7"}}).retry_after, 7s);
  EXPECT_EQ(of_status(404, 1s, {{"retry-after", "7"}}).retry_after, 0s);
}

}  // namespace
}  // namespace dm::webhook
