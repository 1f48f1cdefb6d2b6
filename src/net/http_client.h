// HTTP requests over libcurl: NetBox reads, webhook POSTs. Blocking, with deadlines.
//
// An object belongs to one thread (it keeps connections alive between calls), also where several
// requests are under way at once; abort() may come from any thread and ends those in progress. No
// redirects, http and https only, response size bounded.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace dm::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // may hold a secret: never part of an error
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  core::Duration connect_timeout = std::chrono::seconds(5);
  core::Duration timeout = std::chrono::seconds(40);
  std::size_t max_response_bytes = 4096;
  std::string_view limit;          // what core/limits.h calls that, for the error
  bool fail_when_longer = false;   // true: a longer answer is an error; false: it is cut
  std::string username, password;  // basic authentication when username is not empty
  std::string ca_file;
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool is_cut = false;  // it was longer than max_response_bytes
};

// A request, and who takes its answer.
struct HttpTransfer {
  HttpRequest request;
  std::function<void(core::Result<HttpResponse>)> done;
};

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Errors: Unavailable (could not connect: nothing reached the peer), Timeout or Internal (sent,
  // but the answer was lost), ResourceExhausted (answer too long), Cancelled (abort). Messages name
  // host and port, never the path, query or credentials.
  core::Result<HttpResponse> send(const HttpRequest& request);
  // Sends what `next` hands out, at most `parallel` requests at once, and returns when it has no more
  // and everything is answered. `next` is asked again after every answer, so an answer may lead to
  // further requests. Errors as those of send().
  void send_all(const std::function<std::optional<HttpTransfer>()>& next, std::size_t parallel);
  // Lets so much time go by between two requests. False: abort() cut it short.
  bool pause(core::Duration wait);
  void abort();  // any thread; later sends fail with Cancelled until reset_abort()
  void reset_abort();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "http://host:port" of a URL, for messages.
std::string origin_of(const std::string& url);
std::string percent_encode(const std::string& segment);

}  // namespace dm::net
