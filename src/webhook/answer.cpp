#include "webhook/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>

#include "core/text.h"

namespace dm::webhook {
namespace {

using outbox::Answer;

constexpr core::Duration kExecutorWait =
    std::chrono::seconds(20);  // Kestra's own limit is 30 s by default

// The likely causes, for the person who must act.
std::string_view causes(int status) {
  switch (status) {
    case 400:
      return "the receiver does not understand the request: is the URL that of a webhook?";
    case 401:
      return "credentials are asked for: Kestra's basic authentication does not leave the webhook "
             "URL open, or a proxy "
             "wants a login; open it there, or set delivery.kestra.username and password";
    case 403:
      return "access is forbidden: a proxy or Kestra's access rules refuse the webhook URL";
    case 404:
      return "no such webhook: the key is wrong, the flow or its namespace does not exist, the "
             "flow's file was not "
             "loaded, the secret that holds the key is not defined in Kestra, or the URL lacks the "
             "tenant "
             "(/api/v1/main/... since Kestra 0.23)";
    case 405:
      return "the address takes no POST: is the URL that of a webhook?";
    case 409:
      return "the flow or its trigger is disabled, no longer parses (after an upgrade?), or its "
             "conditions refuse";
    case 413:
      return "the event is too large for the receiver: raise Kestra's message limit or the proxy's "
             "body limit";
    case 422:
      return "the trigger's inputs cannot be made from the event: compare the flow's inputs with "
             "the event";
    default:
      break;
  }
  if (status >= 300 && status < 400)
    return "a redirect, not followed because the URL is a secret: configure the final URL";
  return "not an answer of a webhook: check the URL";
}

Answer class_of(int status, core::Duration elapsed) {
  if (status == 204) return Answer::AcceptedNoRun;
  if (status >= 200 && status < 300) return Answer::Accepted;
  if (status == 502 || status == 504 || (status == 500 && elapsed >= kExecutorWait)) return Answer::Ambiguous;
  if (status == 408 || status == 425 || status == 429 || status >= 500) return Answer::Retry;
  return Answer::Configuration;
}

std::string describe(int status, Answer answer, std::string_view body) {
  switch (answer) {
    case Answer::Accepted: {
      const std::string id = execution_id(body);
      return id.empty() ? fmt::format("HTTP {}, without the id of an execution", status)
                        : "execution " + id;
    }
    case Answer::AcceptedNoRun:
      return "HTTP 204: accepted, no execution";
    case Answer::Configuration:
      return fmt::format("HTTP {}: {}", status, causes(status));
    case Answer::Ambiguous:
      return fmt::format("HTTP {}: the receiver does not know whether the flow was started",
                         status);
    default:
      break;
  }
  if (status == 429) return "HTTP 429: the receiver asks to slow down";
  return fmt::format("HTTP {}: the receiver is not ready", status);
}

outbox::SendResult without_answer(const core::Error& error) {
  outbox::SendResult result{.answer = Answer::Ambiguous, .status = 0, .detail = error.message};
  switch (error.code) {
    case core::Code::Unavailable:
      result.answer = Answer::NoConnection;
      break;
    case core::Code::InvalidArgument:
      result.answer = Answer::Configuration;
      break;
    case core::Code::Cancelled:
      result.answer = Answer::Aborted;
      break;
    default:
      break;
  }
  return result;
}

bool is_id_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

}  // namespace

outbox::SendResult classify(const core::Result<net::HttpResponse>& answer, std::string_view where,
                            core::Duration elapsed, core::WallTime now) {
  if (!answer) return without_answer(answer.error());
  const int status = answer->status;
  outbox::SendResult result{.answer = class_of(status, elapsed), .status = status};
  result.detail = fmt::format("{}: {}", where, describe(status, result.answer, answer->body));
  const auto header = answer->headers.find("retry-after");
  const bool is_tried_again = result.answer == Answer::Retry || result.answer == Answer::Ambiguous;
  if (is_tried_again && header != answer->headers.end()) {
    result.retry_after = retry_after(header->second, now);
  }
  return result;
}

std::string execution_id(std::string_view body) {
  constexpr std::string_view kName = "\"id\"";
  std::size_t at = body.find(kName);
  if (at == std::string_view::npos) return {};
  at = body.find_first_not_of(" \t\r\n:", at + kName.size());
  if (at == std::string_view::npos || body[at] != '"') return {};
  const std::string_view rest = body.substr(at + 1);
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_id_character);
  const std::string_view id = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  return end != rest.end() && *end == '"' && id.size() <= 64 ? std::string(id) : std::string();
}

core::Duration retry_after(std::string_view header, core::WallTime now) {
  const std::string text(core::trim(header));
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size()) {
    constexpr std::int64_t kYear = 366LL * 24 * 3600;
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kYear));
  }
  std::tm date{};
  const char* rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return {};
  const core::WallTime until{std::chrono::seconds(timegm(&date))};
  return std::max<core::Duration>(until - now, core::Duration{0});
}

}  // namespace dm::webhook
