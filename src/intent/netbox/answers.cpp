#include "intent/netbox/answers.h"

#include <fmt/format.h>

#include "core/text.h"
#include "intent/netbox/tables.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;

std::string header(const net::HttpResponse& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? std::string() : found->second;
}

// NetBox answers 403, never 401, to a token it does not accept; a proxy in front may answer 401.
Error explain_refused(const Asked& asked, int status, const std::string& detail) {
  const std::string said =
      detail.empty() ? fmt::format("HTTP {}", status) : fmt::format("HTTP {}: {}", status, detail);
  if (detail.find("permission") != std::string::npos) {
    return {Code::PermissionDenied,
            fmt::format("{}: the token may not read this ({}); give its user the permission {}",
                        asked.path, said, asked.permission)};
  }
  if (detail.find("not provided") != std::string::npos) {
    return {Code::Unauthenticated,
            fmt::format("{}: no credentials arrived ({}); set intent.netbox.token (NETBOX_TOKEN), "
                        "and let a proxy "
                        "in front pass the Authorization header on",
                        asked.path, said)};
  }
  return {Code::Unauthenticated, fmt::format("{}: the token is refused ({}); it is mistyped, "
                                             "expired, disabled, or not allowed from this "
                                             "address: set intent.netbox.token (NETBOX_TOKEN)",
                                             asked.path, said)};
}

}  // namespace

bool is_json(const net::HttpResponse& response) {
  return core::to_lower(header(response, "content-type")).find("json") != std::string::npos;
}

bool is_database_down(const net::HttpResponse& response) {
  if (response.status != 500 || !is_json(response)) return false;
  const std::string exception = read_exception(response.body);
  return exception == "OperationalError" || exception == "InterfaceError";
}

Error explain(const Asked& asked, const net::HttpResponse& response) {
  const int status = response.status;
  const std::string detail = is_json(response) ? read_error_detail(response.body) : std::string();
  const std::string said = detail.empty() ? std::string() : ": " + detail;
  if (status == 401 || status == 403) return explain_refused(asked, status, detail);
  if (status == 400) {
    return {Code::InvalidArgument,
            fmt::format(
                "{}: NetBox does not accept the query (HTTP 400{}); see inventory.netbox.filter",
                asked.path, said)};
  }
  if (status == 404) {
    return {Code::NotFound,
            fmt::format("{}: not found (HTTP 404{}); is intent.netbox.url the address of NetBox "
                        "itself, without /api?",
                        asked.path, said)};
  }
  if (status == 414 || status == 431) {
    return {Code::InvalidArgument,
            fmt::format(
                "{}: the query is too long for NetBox (HTTP {}); shorten inventory.netbox.filter",
                asked.path, status)};
  }
  if (status >= 300 && status < 400) {
    const std::string location = header(response, "location");
    return {Code::InvalidArgument,
            fmt::format("{}: redirected (HTTP {}) to {}; redirects are not followed: set "
                        "intent.netbox.url to the "
                        "final address",
                        asked.path, status, location.starts_with("/") ? "another path there" : net::origin_of(location))};
  }
  if (status >= 500 || status == 429) {
    return {Code::Unavailable, fmt::format("{}: NetBox or its proxy is in trouble (HTTP {}{})",
                                           asked.path, status, said)};
  }
  if (status >= 200 && status < 300) {
    return {Code::Corrupt,
            fmt::format("{}: the answer is not JSON (content type '{}'); is intent.netbox.url the "
                        "address of NetBox itself?",
                        asked.path,
                        core::shorten(core::to_valid_utf8(header(response, "content-type")), 80))};
  }
  return {Code::Corrupt, fmt::format("{}: unexpected HTTP {}{}", asked.path, status, said)};
}

}  // namespace dm::intent::netbox
