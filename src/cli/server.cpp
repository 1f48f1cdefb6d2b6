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
using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestAnswer = 16U << 20U;  // a page of a list

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

using Query = std::map<std::string, std::string>;

core::Result<std::string> send(const ServerOptions& server, const char* method, const std::string& what, const Query& query) {
  const auto token = token_of(server);
  if (!token) return token.error();
  std::string base = server.url;
  while (base.ends_with('/')) base.pop_back();
  net::HttpRequest request{.method = method, .url = base + "/api/v1/" + what};
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
  if (answer->status >= 200 && answer->status < 300) return answer->body;
  const std::string said = fmt::format("{}: {}", net::origin_of(base), words_of(*answer));
  if (answer->status == 401 || answer->status == 403) {
    return Error{Code::PermissionDenied, said + "; DRIFT_MONITOR_TOKEN or --token-file gives the token"};
  }
  const bool is_our_fault = answer->status == 400 || answer->status == 404 || answer->status == 422;
  return Error{is_our_fault ? Code::InvalidArgument : Code::Unavailable, said};
}

}  // namespace

core::Status post(const ServerOptions& server, const std::string& what, const Query& query) {
  const auto body = send(server, "POST", what, query);
  return body ? core::Status() : body.error();
}

core::Result<Json> get(const ServerOptions& server, const std::string& what, const Query& query) {
  const auto body = send(server, "GET", what, query);
  if (!body) return body.error();
  Json json = Json::parse(*body, nullptr, false);
  if (json.is_object()) return json;
  return Error{Code::Unavailable, fmt::format("{}: the answer is not that of a drift-monitor", net::origin_of(server.url))};
}

core::Result<Json> get_list(const ServerOptions& server, const std::string& what, Query query) {
  Json items = Json::array();
  while (true) {
    const auto page = get(server, what, query);
    if (!page) return page.error();
    for (const Json& item : page->value("items", Json::array())) items.push_back(item);
    const Json next = page->value("next_cursor", Json());
    if (!next.is_string() || next == query["cursor"]) return items;
    query["cursor"] = next.get<std::string>();
  }
}

int exit_code_of_server(const core::Error& error) { return error.code == Code::Unavailable ? 3 : 2; }

}  // namespace dm::cli
