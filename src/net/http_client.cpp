#include "net/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace dm::net {
namespace {

using core::Code;
using core::Error;
using core::Result;

constexpr std::size_t kMaxHeaderBytes = 64U << 10U;
constexpr int kPollMilliseconds = 500;  // curl may lose a wake-up: never wait longer without a look

// Once per process, before the first handle; libcurl 7.88 makes this thread-safe.
bool curl_is_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

struct UrlPart {
  char* text = nullptr;
  ~UrlPart() { curl_free(text); }
};

// What one transfer collects. The callbacks below are called by C code: nothing may be thrown.
struct Answer {
  HttpResponse response;
  std::size_t header_bytes = 0;
  std::size_t max_body = 0;
  bool is_too_long = false;
  bool are_headers_too_long = false;

  std::size_t take_body(const char* data, std::size_t size) noexcept {
    try {
      const std::size_t room = max_body - response.body.size();
      response.body.append(data, std::min(room, size));
      is_too_long = size > room;
      return is_too_long ? 0 : size;
    } catch (...) {
      return 0;
    }
  }

  std::size_t take_header(std::string_view line) noexcept {
    try {
      header_bytes += line.size();
      are_headers_too_long = header_bytes > kMaxHeaderBytes;
      if (are_headers_too_long) return 0;
      if (line.starts_with("HTTP/"))
        response.headers.clear();  // the last block counts (100-continue)
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) return line.size();
      const std::string_view value = core::trim(line.substr(colon + 1));
      std::string& slot = response.headers[core::to_lower(core::trim(line.substr(0, colon)))];
      slot = slot.empty() ? std::string(value) : fmt::format("{}, {}", slot, value);
      return line.size();
    } catch (...) {
      return 0;
    }
  }
};

extern "C" {
std::size_t dm_http_body(char* data, std::size_t size, std::size_t count, void* answer) {
  return static_cast<Answer*>(answer)->take_body(data, size * count);
}
std::size_t dm_http_header(char* data, std::size_t size, std::size_t count, void* answer) {
  return static_cast<Answer*>(answer)->take_header(std::string_view(data, size * count));
}
}

class HeaderList {
 public:
  HeaderList() = default;
  ~HeaderList() { curl_slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  void add(const std::string& line) {
    if (curl_slist* longer = curl_slist_append(list_, line.c_str())) list_ = longer;
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

core::Status check_request(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || has_line_break(name) || has_line_break(value)) {
      return Error{Code::InvalidArgument, "a request header is empty or holds a line break"};
    }
  }
  const std::string scheme = core::to_lower(request.url.substr(0, 8));
  if (!scheme.starts_with("http://") && !scheme.starts_with("https://")) {
    return Error{Code::InvalidArgument, "the URL must begin with http:// or https://"};
  }
  return {};
}

long milliseconds(core::Duration duration) {
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::max<decltype(count)>(count, 1));
}

// True once a byte of the request may have reached the peer: from then on an answer can be lost.
bool was_sent(CURL* easy) {
  long bytes = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

Error failure(CURL* easy, CURLcode code, const HttpRequest& request) {
  const std::string where = origin_of(request.url);
  const bool sent = was_sent(easy);
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Code::InvalidArgument, fmt::format("{}: not a usable http or https URL", where)};
    case CURLE_SSL_CACERT_BADFILE:
      return {Code::InvalidArgument,
              fmt::format("{}: cannot read the CA file '{}'", where, request.ca_file)};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Code::Unavailable, fmt::format("{}: its certificate cannot be verified (wrong name, "
                                             "expired, or its CA is not trusted: "
                                             "see ca_file)",
                                             where)};
    case CURLE_OPERATION_TIMEDOUT:
      if (!sent)
        return {Code::Unavailable, fmt::format("{}: no connection within the time limit", where)};
      return {Code::Timeout, fmt::format("{}: no complete answer within {}", where,
                                         core::to_text(request.timeout))};
    default:
      break;
  }
  return {sent ? Code::Internal : Code::Unavailable,
          fmt::format("{}: {}", where, curl_easy_strerror(code))};
}

}  // namespace

namespace {

void prepare_method(CURL* easy, const HttpRequest& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method != "GET")
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "POST" || !request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
}

void prepare(CURL* easy, const HttpRequest& request, const HeaderList& headers, Answer& answer) {
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  prepare_method(easy, request);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // an abort does not wait for a slow name server
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "drift-monitor");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &dm_http_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &dm_http_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &answer);
  if (!request.username.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, request.username.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (!request.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file.c_str());
}

// One request under way; curl knows the addresses of its parts.
struct Running {
  HttpTransfer transfer;
  HeaderList headers;
  Answer answer;
  CURL* easy = nullptr;

  Result<HttpResponse> outcome(CURLcode code);
};

Result<HttpResponse> Running::outcome(CURLcode code) {
  const HttpRequest& request = transfer.request;
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    return Error{Code::Cancelled, origin_of(request.url) + ": request cancelled"};
  }
  if (answer.are_headers_too_long) {
    return Error{Code::ResourceExhausted,
                 fmt::format("{}: the headers of the answer are longer than {} bytes", origin_of(request.url), kMaxHeaderBytes)};
  }
  if (answer.is_too_long && request.fail_when_longer) {
    const std::string name = request.limit.empty() ? "" : fmt::format(" (limits.{})", request.limit);
    return Error{Code::ResourceExhausted,
                 fmt::format("{}: the answer is longer than {} bytes{}", origin_of(request.url), request.max_response_bytes, name)};
  }
  if (code != CURLE_OK && !answer.is_too_long) return failure(easy, code, request);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  answer.response.status = static_cast<int>(status);
  answer.response.is_cut = answer.is_too_long;
  return std::move(answer.response);
}

}  // namespace

// Connections belong to the multi handle and are shared by its easy handles.
struct HttpClient::Impl {
  CURLM* multi = nullptr;
  std::vector<CURL*> idle;
  std::vector<std::unique_ptr<Running>> running;
  std::atomic<bool> aborted{false};

  Impl() {
    if (curl_is_ready()) multi = curl_multi_init();
  }
  ~Impl() {
    for (CURL* easy : idle) curl_easy_cleanup(easy);
    if (multi != nullptr) curl_multi_cleanup(multi);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void start(HttpTransfer transfer);
  bool finish_done();  // true if any ended
  void finish(CURL* easy, CURLcode code);
  void finish_all(CURLcode code);
  void turn();
};

void HttpClient::Impl::start(HttpTransfer transfer) {
  if (auto checked = check_request(transfer.request); !checked) {
    transfer.done(checked.error());
    return;
  }
  CURL* easy = nullptr;
  if (idle.empty()) {
    easy = multi == nullptr ? nullptr : curl_easy_init();
  } else {
    easy = idle.back();
    idle.pop_back();
  }
  auto one = std::make_unique<Running>();
  one->transfer = std::move(transfer);
  one->easy = easy;
  one->headers.add("Expect:");  // no 100-continue round trip
  for (const auto& [name, value] : one->transfer.request.headers) {
    one->headers.add(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  one->answer.max_body = one->transfer.request.max_response_bytes;
  if (easy != nullptr) prepare(easy, one->transfer.request, one->headers, one->answer);
  if (easy == nullptr || curl_multi_add_handle(multi, easy) != CURLM_OK) {
    if (easy != nullptr) curl_easy_cleanup(easy);
    one->transfer.done(Error{Code::Internal, "the HTTP library could not be started"});
    return;
  }
  running.push_back(std::move(one));
}

void HttpClient::Impl::finish(CURL* easy, CURLcode code) {
  const auto found = std::find_if(running.begin(), running.end(),
                                  [easy](const auto& one) { return one->easy == easy; });
  const std::unique_ptr<Running> one = std::move(*found);
  running.erase(found);
  auto outcome = one->outcome(code);
  curl_multi_remove_handle(multi, easy);
  idle.push_back(easy);
  one->transfer.done(std::move(outcome));
}

void HttpClient::Impl::finish_all(CURLcode code) {
  while (!running.empty()) finish(running.back()->easy, code);
}

bool HttpClient::Impl::finish_done() {
  bool has_ended = false;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    finish(message->easy_handle, message->data.result);
    has_ended = true;
  }
  return has_ended;
}

void HttpClient::Impl::turn() {
  if (aborted.load()) return finish_all(CURLE_ABORTED_BY_CALLBACK);
  int unfinished = 0;
  if (curl_multi_perform(multi, &unfinished) != CURLM_OK) return finish_all(CURLE_FAILED_INIT);
  if (!finish_done()) curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr);
}

HttpClient::HttpClient() : impl_(std::make_unique<Impl>()) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  std::optional<Result<HttpResponse>> outcome;
  std::optional<HttpTransfer> transfer;
  transfer.emplace(HttpTransfer{request, [&](Result<HttpResponse> answer) { outcome = std::move(answer); }});
  send_all([&] { return std::exchange(transfer, std::nullopt); }, 1);
  return std::move(*outcome);
}

void HttpClient::send_all(const std::function<std::optional<HttpTransfer>()>& next,
                          std::size_t parallel) {
  for (;;) {
    std::size_t started = 0;  // a request may end before it runs: then `running` does not grow
    while (impl_->running.size() < parallel) {
      auto transfer = next();
      if (!transfer) break;
      impl_->start(std::move(*transfer));
      ++started;
    }
    if (impl_->running.empty()) {
      if (started == 0) return;
      continue;
    }
    impl_->turn();
  }
}

bool HttpClient::pause(core::Duration wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const auto left = until - std::chrono::steady_clock::now();
    if (impl_->aborted.load() || impl_->multi == nullptr) return false;
    if (left <= left.zero()) return true;
    const long most = std::min<long>(milliseconds(left), kPollMilliseconds);
    curl_multi_poll(impl_->multi, nullptr, 0, static_cast<int>(most), nullptr);
  }
}

void HttpClient::abort() {
  impl_->aborted.store(true);
  if (impl_->multi != nullptr) curl_multi_wakeup(impl_->multi);
}

void HttpClient::reset_abort() { impl_->aborted.store(false); }

std::string origin_of(const std::string& url) {
  CURLU* handle = curl_url();
  if (handle == nullptr) return "(URL)";
  UrlPart scheme, host, port;
  const bool is_valid =
      curl_url_set(handle, CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
      curl_url_get(handle, CURLUPART_SCHEME, &scheme.text, 0) == CURLUE_OK &&
      curl_url_get(handle, CURLUPART_HOST, &host.text, 0) == CURLUE_OK &&
      curl_url_get(handle, CURLUPART_PORT, &port.text, CURLU_DEFAULT_PORT) == CURLUE_OK;
  curl_url_cleanup(handle);
  if (!is_valid) return "(invalid URL)";
  return fmt::format("{}://{}:{}", scheme.text, host.text, port.text);
}

std::string percent_encode(const std::string& segment) {
  std::string out;
  for (const char c : segment) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace dm::net
