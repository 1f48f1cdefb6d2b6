#include "intent/netbox/client.h"

#include <string_view>

namespace dm::intent::netbox {
namespace {

std::string base_of(std::string_view url) {
  const auto drop_slashes = [&url] {
    while (url.ends_with('/')) url.remove_suffix(1);
  };
  drop_slashes();
  if (url.ends_with("/api")) url.remove_suffix(4);
  drop_slashes();
  return std::string(url);
}

// A version 1 token is 40 hex digits under the keyword Token; version 2 (NetBox 4.5) carries its
// prefix.
std::string authorization(const std::string& token) {
  return (token.starts_with("nbt_") ? "Bearer " : "Token ") + token;
}

}  // namespace

Client::Client(Options options) : options_(std::move(options)), base_url_(base_of(options_.url)) {}

core::Result<std::string> Client::get(const Asked& asked, const std::string& query) {
  net::HttpRequest request;
  request.url = base_url_ + asked.path + (query.empty() ? "" : "?") + query;
  request.headers = {{"Accept", "application/json"}};
  if (!options_.token.empty())
    request.headers.emplace_back("Authorization", authorization(options_.token.reveal()));
  request.timeout = options_.timeout;
  request.max_response_bytes = options_.limits.http_response_bytes;
  request.fail_when_longer = true;
  request.ca_file = options_.ca_file;
  auto response = http_.send(request);
  if (!response) return response.error();
  if (response->status != 200 || !is_json(*response)) return explain(asked, *response);
  return std::move(response->body);
}

core::Result<ServerStatus> Client::status() {
  const Asked asked{"/api/status/", "(any: a valid token is enough)"};
  const auto body = get(asked, "");
  if (!body) return body.error();
  auto status = read_status(*body);
  if (!status) return core::Error{status.error().code, asked.path + ": " + status.error().message};
  return status;
}

core::Result<std::uint64_t> Client::count(const ListQuery& query) {
  const auto body =
      get({query.path, query.permission},
          query.parameters + (query.parameters.empty() ? "" : "&") + "limit=1&brief=true");
  if (!body) return body.error();
  const auto page = read_page<DeviceRow>(*body);
  if (!page) return core::Error{page.error().code, query.path + ": " + page.error().message};
  return page->count.value_or(page->rows.size());
}

}  // namespace dm::intent::netbox
