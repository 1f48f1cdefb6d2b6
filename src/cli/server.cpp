#include "cli/server.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/load.h"
#include "config/secret_file.h"
#include "net/http_client.h"

namespace dm::cli {
namespace {

using core::Code;
using core::Error;

constexpr std::size_t kLongestAnswer = 1U << 20U;

// The problem document's own words, where it is one.
std::string words_of(const net::HttpResponse& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  const bool has_detail = json.is_object() && json.contains("detail") && json["detail"].is_string();
  return has_detail ? json["detail"].get<std::string>() : fmt::format("HTTP {}", answer.status);
}

core::Result<std::string> token_of(const ServerOptions& server) {
  if (server.token_file.empty()) return config::process_environment()("DRIFT_MONITOR_TOKEN").value_or("");
  return config::read_secret_file(server.token_file);
}

}  // namespace

core::Status post(const ServerOptions& server, const std::string& what, const std::map<std::string, std::string>& query) {
  const auto token = token_of(server);
  if (!token) return token.error();
  std::string base = server.url;
  while (base.ends_with('/')) base.pop_back();
  net::HttpRequest request{.method = "POST", .url = base + "/api/v1/" + what};
  for (const auto& [name, value] : query) {
    request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + name + "=" + net::percent_encode(value);
  }
  if (!token->empty()) request.headers.emplace_back("Authorization", "Bearer " + *token);
  request.max_response_bytes = kLongestAnswer;
  request.ca_file = server.ca_file;
  net::HttpClient client;
  const auto answer = client.send(request);
  if (!answer) {
    if (answer.error().code == Code::InvalidArgument) return answer.error();
    return Error{Code::Unavailable, fmt::format("{}; is the service running there? --server or DRIFT_MONITOR_URL names it",
                                                answer.error().message)};
  }
  if (answer->status >= 200 && answer->status < 300) return {};
  const std::string said = fmt::format("{}: {}", net::origin_of(base), words_of(*answer));
  if (answer->status == 401 || answer->status == 403) {
    return Error{Code::PermissionDenied, said + "; DRIFT_MONITOR_TOKEN or --token-file gives the token"};
  }
  const bool is_our_fault = answer->status == 400 || answer->status == 422;
  return Error{is_our_fault ? Code::InvalidArgument : Code::Unavailable, said};
}

}  // namespace dm::cli
