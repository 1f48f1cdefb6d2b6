#include "webhook/request.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "core/check.h"
#include "core/text.h"

namespace dm::webhook {
namespace {

constexpr std::string_view kPlaceholder = "{key}";

// Where the text that begins at `at` (a quote) ends: behind its closing quote.
std::size_t end_of_text(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

std::size_t skip_space(std::string_view json, std::size_t at) {
  while (at < json.size() &&
         (json[at] == ' ' || json[at] == '\n' || json[at] == '\t' || json[at] == '\r'))
    ++at;
  return at;
}

}  // namespace

std::string webhook_url(const KestraSettings& settings) {
  const std::string key = net::percent_encode(settings.key);
  std::string url = settings.url;
  for (std::size_t at = url.find(kPlaceholder); at != std::string::npos;
       at = url.find(kPlaceholder, at + key.size())) {
    url.replace(at, kPlaceholder.size(), key);
  }
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// Only a member of the outermost object counts: the same words may stand in a value.
std::string mark_redelivered(std::string body) {
  constexpr std::string_view kName = "\"redelivered\"", kFalse = "false";
  int depth = 0;
  for (std::size_t at = 0; at < body.size();) {
    const char c = body[at];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') {
      ++at;
      continue;
    }
    const std::size_t end = end_of_text(body, at);
    const std::size_t colon = skip_space(body, end);
    if (depth == 1 && colon < body.size() && body[colon] == ':' &&
        std::string_view(body).substr(at, end - at) == kName) {
      const std::size_t value = skip_space(body, colon + 1);
      if (std::string_view(body).substr(value).starts_with(kFalse))
        body.replace(value, kFalse.size(), "true");
      return body;
    }
    at = end;
  }
  return body;
}

std::string signature(std::string_view secret, core::WallTime now, std::string_view body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string text = fmt::format("{}.{}", seconds, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  CHECK(made != nullptr, "HMAC-SHA256 is not available");
  return fmt::format("t={},v1={}", seconds,
                     core::to_hex(std::string(digest.begin(), digest.begin() + size)));
}

net::HttpRequest make_request(const KestraSettings& settings, const store::Delivery& delivery,
                              bool redelivered, core::WallTime now) {
  net::HttpRequest request{.method = "POST",
                           .url = webhook_url(settings),
                           .headers = {{"Content-Type", "application/json; charset=utf-8"},
                                       {"X-Event-Id", delivery.event_id}},
                           .body = redelivered ? mark_redelivered(delivery.body) : delivery.body,
                           .timeout = settings.timeout,
                           .max_response_bytes = settings.answer_bytes,
                           .fail_when_longer = false,
                           .username = settings.username,
                           .password = settings.password,
                           .ca_file = settings.ca_file};
  if (!settings.signing_secret.empty()) {
    request.headers.emplace_back("X-Drift-Signature",
                                 signature(settings.signing_secret, now, request.body));
  }
  request.headers.insert(request.headers.end(), settings.headers.begin(), settings.headers.end());
  return request;
}

}  // namespace dm::webhook
