// Reads NetBox's REST API: status, and whole lists page by page, several at once.
//
// A list of ids is cut so that the request line stays below what gunicorn takes, and cut again where NetBox or
// its proxy still refuses it; an id that vanished meanwhile is left out and reported. Rows come sorted by id,
// each once; which rows a query may answer with is checked by the caller. Lives on the intent thread, but abort().
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "config/types.h"
#include "core/limits.h"
#include "core/result.h"
#include "intent/netbox/answers.h"
#include "intent/netbox/paging.h"
#include "intent/netbox/retry.h"
#include "intent/netbox/tables.h"
#include "net/http_client.h"

namespace dm::intent::netbox {

class ListRun;
class RenderRun;

struct ListQuery {
  std::string path;        // "/api/dcim/devices/"
  std::string permission;  // for the message when it is refused
  std::string parameters;  // encoded, without `?`: "role=leaf&exclude=config_context"
  std::string id_parameter;        // "device_id": only the rows of `ids`
  std::vector<std::uint64_t> ids;  // with an id_parameter: none means no rows
  std::uint64_t after = 0;         // only rows with larger ids
  std::vector<std::string> other_paths;  // of the same list in other releases
  bool may_be_absent = false;            // 404 on all paths is no error
  bool may_be_refused = false;           // nor is 403
  std::size_t most_rows = 0;             // more are an error ResourceExhausted; 0: limits.netbox_objects
};

// Where the rows of one list go.
class ListSink {
 public:
  virtual ~ListSink() = default;
  virtual core::Result<PageFacts> take(std::string_view body) = 0;  // keeps the rows of an answer
  virtual void drop() = 0;                                          // those kept so far
  virtual std::size_t size() const = 0;
  virtual void finish() = 0;  // hands the rows over
  virtual std::unique_ptr<ListSink> another() const = 0;  // for another part of the same list
};

template <class Row>
class RowSink final : public ListSink {
 public:
  explicit RowSink(std::vector<Row>& into) : into_(&into) {}
  core::Result<PageFacts> take(std::string_view body) override;
  void drop() override { rows_.clear(); }
  std::size_t size() const override { return rows_.size(); }
  void finish() override;
  std::unique_ptr<ListSink> another() const override { return std::make_unique<RowSink>(*into_); }

 private:
  std::vector<Row> rows_;
  std::vector<Row>* into_;
};

struct ListJob {
  ListQuery query;
  std::unique_ptr<ListSink> sink;
};

template <class Row>
ListJob job(ListQuery query, std::vector<Row>& into) {
  return {std::move(query), std::make_unique<RowSink<Row>>(into)};
}

struct ReadReport {
  std::vector<std::uint64_t> vanished;  // of the ids that rows were asked by (device_id), those that NetBox does not know any more
  std::vector<std::string> absent;      // permissions of lists that are not there
  std::vector<std::string> refused;     // permissions that the token has not
};

class Client {
 public:
  static constexpr std::size_t kParallel = 4;  // answers NetBox works on at once

  struct Options {
    std::string url;  // base address, with or without a trailing slash or /api
    config::Secret token;
    core::Duration timeout = std::chrono::seconds(60);
    std::string ca_file;
    std::size_t page_size = 500;
    core::Limits limits;
    RetryPolicy retry = {};
    std::string branch = {};  // schema id of a branch (netbox-branching) to be read instead of main
  };
  explicit Client(Options options);

  // Also decides how lists are paged from here on. Error InvalidArgument: a branch is wanted of a NetBox that knows none,
  // and would answer with main.
  core::Result<ServerStatus> status();

  // Every row of the lists; a page that fails in passing is asked for again. Errors as answers.h and net::HttpClient say; Unavailable when a list would not
  // stand still; ResourceExhausted above limits.netbox_objects. On an error nothing that was handed over counts.
  core::Result<ReadReport> read(std::vector<ListJob> jobs);
  template <class Row>
  core::Result<std::vector<Row>> list(const ListQuery& query);

  // The rows of one answer only, in the order of the answer; `query.parameters` say which.
  template <class Row>
  core::Result<std::vector<Row>> page(const ListQuery& query);

  // What the template makes of each device, in their order; `template_id` 0: the one NetBox assigns to it. A device
  // without template has an empty one; why another has none is in its `mistake`. Errors: PermissionDenied (it needs
  // more than reading: no device may be rendered), and those of answers.h where NetBox itself is in trouble.
  core::Result<std::vector<Rendered>> render(const std::vector<std::uint64_t>& devices, std::uint64_t template_id);

  // How many rows a query has, without reading them.
  core::Result<std::uint64_t> count(const ListQuery& query);

  // How often something was asked again because it had failed (retry.h).
  std::uint64_t repeats() const { return repeats_; }

  // How long NetBox or its proxy asked to be left alone in the last refusal (429, 503); zero: it did not.
  core::Duration retry_after() const { return retry_after_; }

  void abort() { http_.abort(); }  // any thread; also ends later requests
  const std::string& base_url() const { return base_url_; }

 private:
  net::HttpRequest request_for(const std::string& path, const std::string& query) const;
  void note_retry_after(const net::HttpResponse& response);
  // The JSON body, or the explained error.
  core::Result<std::string> get_once(const Asked& asked, const std::string& query);
  // Hands the body to `take`, whose error counts as one of NetBox; as often as `retry` says.
  using TakeBody = std::function<core::Status(const std::string& body)>;
  core::Status get(const Asked& asked, const std::string& query, const TakeBody& take);
  // Waits before the next try after so many. Errors: `error` itself where NetBox wants more rest, Cancelled.
  core::Status wait(int tries, const core::Error& error);
  std::optional<net::HttpTransfer> next_of(ListRun& run);
  std::optional<net::HttpTransfer> next_of(RenderRun& run);
  template <class Run>
  void drive(Run& run);  // asks all that the run wants to know

  Options options_;
  std::string base_url_;
  PageStyle style_ = PageStyle::IdGreater;
  core::Duration retry_after_{0};
  std::uint64_t repeats_ = 0;
  std::minstd_rand random_{std::random_device{}()};
  net::HttpClient http_;
};

template <class Row>
core::Result<PageFacts> RowSink<Row>::take(std::string_view body) {
  auto page = read_page<Row>(body);
  if (!page) return page.error();
  PageFacts facts{page->count, page->has_next, {}};
  for (Row& row : page->rows) {
    facts.ids.push_back(row.id);
    rows_.push_back(std::move(row));
  }
  return facts;
}

template <class Row>
void RowSink<Row>::finish() {
  std::move(rows_.begin(), rows_.end(), std::back_inserter(*into_));
  const auto by_id = [](const Row& a, const Row& b) { return a.id < b.id; };
  const auto same_id = [](const Row& a, const Row& b) { return a.id == b.id; };
  std::stable_sort(into_->begin(), into_->end(), by_id);
  into_->erase(std::unique(into_->begin(), into_->end(), same_id), into_->end());
}

template <class Row>
core::Result<std::vector<Row>> Client::list(const ListQuery& query) {
  std::vector<Row> rows;
  std::vector<ListJob> jobs;
  jobs.push_back(job(query, rows));
  if (const auto report = read(std::move(jobs)); !report) return report.error();
  return rows;
}

template <class Row>
core::Result<std::vector<Row>> Client::page(const ListQuery& query) {
  std::vector<Row> rows;
  const auto got = get({query.path, query.permission}, query.parameters, [&](const std::string& body) -> core::Status {
    auto page = read_page<Row>(body);
    if (!page) return core::Error{page.error().code, query.path + ": " + page.error().message};
    rows = std::move(page->rows);
    return {};
  });
  if (!got) return got.error();
  return rows;
}

}  // namespace dm::intent::netbox
