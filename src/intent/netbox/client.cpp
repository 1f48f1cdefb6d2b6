#include "intent/netbox/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "intent/netbox/list_run.h"
#include "intent/netbox/render_run.h"

namespace dm::intent::netbox {
namespace {

constexpr core::Duration kLongestRetryAfter = std::chrono::hours(1);

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

// "4.6.8" and "4.7.0-beta1" know `start`.
PageStyle style_of(std::string_view version) {
  int major = 0, minor = 0;
  const char* const end = version.data() + version.size();
  const auto [dot, bad_major] = std::from_chars(version.data(), end, major);
  if (bad_major != std::errc() || dot == end || *dot != '.') return PageStyle::IdGreater;
  if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return PageStyle::IdGreater;
  return major > 4 || (major == 4 && minor >= 6) ? PageStyle::Start : PageStyle::IdGreater;
}

}  // namespace

Client::Client(Options options) : options_(std::move(options)), base_url_(base_of(options_.url)) {}

net::HttpRequest Client::request_for(const std::string& path, const std::string& query) const {
  net::HttpRequest request;
  request.url = base_url_ + path + (query.empty() ? "" : "?") + query;
  request.headers = {{"Accept", "application/json"}};
  if (!options_.token.empty())
    request.headers.emplace_back("Authorization", authorization(options_.token.reveal()));
  if (!options_.branch.empty()) request.headers.emplace_back("X-NetBox-Branch", options_.branch);
  request.timeout = options_.timeout;
  request.max_response_bytes = options_.limits.http_response_bytes;
  request.limit = "http_response_bytes";
  request.fail_when_longer = true;
  request.ca_file = options_.ca_file;
  return request;
}

// Only the form in seconds; a date is as good as no wish.
void Client::note_retry_after(const net::HttpResponse& response) {
  if (response.status != 429 && response.status != 503) return;
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return;
  long long seconds = 0;
  const std::string& text = header->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds <= 0) return;
  retry_after_ = std::min<core::Duration>(
      std::chrono::seconds(std::min(seconds, 86'400LL)), kLongestRetryAfter);
}

core::Result<std::string> Client::get_once(const Asked& asked, const std::string& query) {
  retry_after_ = core::Duration::zero();
  auto response = http_.send(request_for(asked.path, query));
  if (!response) return response.error();
  note_retry_after(*response);
  if (response->status != 200 || !is_json(*response)) return explain(asked, *response);
  return std::move(response->body);
}

core::Status Client::wait(int tries, const core::Error& error) {
  const auto wait = wait_after(options_.retry, tries, retry_after_, random_());
  if (!wait) return error;
  ++repeats_;
  if (http_.pause(*wait)) return {};
  return core::Error{core::Code::Cancelled, net::origin_of(base_url_) + ": request cancelled"};
}

core::Status Client::get(const Asked& asked, const std::string& query, const TakeBody& take) {
  for (int tries = 1;; ++tries) {
    const auto body = get_once(asked, query);
    const core::Status taken = body ? take(*body) : core::Status(body.error());
    if (taken || !is_passing(taken.error()) || tries >= options_.retry.tries) return taken;
    if (auto waited = wait(tries, taken.error()); !waited) return waited;
  }
}

template <class Run>
void Client::drive(Run& run) {
  retry_after_ = core::Duration::zero();
  for (;;) {
    http_.send_all([&] { return next_of(run); }, kParallel);
    if (run.failed().is_empty()) return;
    if (auto waited = wait(run.failed().tries(), run.failed().error()); !waited) return run.fail(waited.error());
    retry_after_ = core::Duration::zero();
    run.repeat();
  }
}

core::Result<ServerStatus> Client::status() {
  const Asked asked{"/api/status/", "(any: a valid token is enough)"};
  const auto body = get_once(asked, "");  // nothing is lost yet: the next reading asks again
  if (!body) return body.error();
  auto status = read_status(*body);
  if (!status) return core::Error{status.error().code, asked.path + ": " + status.error().message};
  const auto& plugins = status->plugins;
  if (!options_.branch.empty() && std::find(plugins.begin(), plugins.end(), "netbox_branching") == plugins.end()) {
    return core::Error{core::Code::InvalidArgument, "NetBox has no branches: the plugin netbox-branching is not installed there"};
  }
  style_ = style_of(status->version);
  return status;
}

core::Result<std::uint64_t> Client::count(const ListQuery& query) {
  std::uint64_t count = 0;
  const std::string parameters = query.parameters + (query.parameters.empty() ? "" : "&") + "limit=1&brief=true";
  const auto got = get({query.path, query.permission}, parameters, [&](const std::string& body) -> core::Status {
    const auto page = read_page<DeviceRow>(body);
    if (!page) return core::Error{page.error().code, query.path + ": " + page.error().message};
    count = page->count.value_or(page->rows.size());
    return {};
  });
  if (!got) return got.error();
  return count;
}

std::optional<net::HttpTransfer> Client::next_of(ListRun& run) {
  auto next = run.next();
  if (!next) return std::nullopt;
  return net::HttpTransfer{request_for(next->path, next->query),
                           [this, &run, page = next->page](core::Result<net::HttpResponse> response) {
                             if (response) note_retry_after(*response);
                             run.take(page, std::move(response));
                           }};
}

std::optional<net::HttpTransfer> Client::next_of(RenderRun& run) {
  auto next = run.next();
  if (!next) return std::nullopt;
  net::HttpRequest request = request_for(next->path, "");
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(next->body);
  return net::HttpTransfer{std::move(request), [this, &run, at = next->at](core::Result<net::HttpResponse> response) {
                             if (response) note_retry_after(*response);
                             run.take(at, std::move(response));
                           }};
}

core::Result<std::vector<Rendered>> Client::render(const std::vector<std::uint64_t>& devices, std::uint64_t template_id) {
  RenderRun run(devices, template_id, options_.retry.tries);
  drive(run);
  return std::move(run).finish();
}

core::Result<ReadReport> Client::read(std::vector<ListJob> jobs) {
  ListRun run(std::move(jobs), {style_, options_.page_size, options_.limits.netbox_objects, options_.retry.tries});
  drive(run);
  return std::move(run).finish();
}

}  // namespace dm::intent::netbox
