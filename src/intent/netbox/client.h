// Reads NetBox's REST API: status, and whole lists page by page.
//
// Pages are advanced by the rows received (limit is only a wish), never by the `next` link, whose
// host and scheme may be wrong and would carry the token away. A list counts as read only if every
// row that its `count` promises has come, each once, and the count did not change on the way; else
// it is read again. Lives on the intent thread, but abort().
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "config/types.h"
#include "core/limits.h"
#include "core/result.h"
#include "intent/netbox/answers.h"
#include "intent/netbox/tables.h"
#include "net/http_client.h"

namespace dm::intent::netbox {

struct ListQuery {
  std::string path;        // "/api/dcim/devices/"
  std::string permission;  // for the message when it is refused
  std::string parameters;  // encoded, without `?`: "role=leaf&exclude=config_context"
};

class Client {
 public:
  struct Options {
    std::string url;  // base address, with or without a trailing slash or /api
    config::Secret token;
    core::Duration timeout = std::chrono::seconds(60);
    std::string ca_file;
    std::size_t page_size = 500;
    core::Limits limits;
  };
  explicit Client(Options options);

  core::Result<ServerStatus> status();

  // Every row of a list. Errors as answers.h and net::HttpClient say; Unavailable when the list
  // would not stand still; ResourceExhausted above limits.netbox_objects.
  template <class Row>
  core::Result<std::vector<Row>> list(const ListQuery& query);

  // How many rows a query has, without reading them.
  core::Result<std::uint64_t> count(const ListQuery& query);

  void abort() { http_.abort(); }  // any thread; also ends later requests
  const std::string& base_url() const { return base_url_; }

 private:
  enum class Attempt { Complete, Changed };
  template <class Row>
  core::Result<Attempt> read_once(const ListQuery& query, std::vector<Row>& rows);
  // The JSON body, or the explained error.
  core::Result<std::string> get(const Asked& asked, const std::string& query);

  Options options_;
  std::string base_url_;
  net::HttpClient http_;
};

template <class Row>
core::Result<std::vector<Row>> Client::list(const ListQuery& query) {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::vector<Row> rows;
    const auto outcome = read_once(query, rows);
    if (!outcome) return outcome.error();
    if (*outcome == Attempt::Complete) return rows;
  }
  return core::Error{
      core::Code::Unavailable,
      query.path + ": the list changes while it is read; the next refresh tries again"};
}

template <class Row>
core::Result<Client::Attempt> Client::read_once(const ListQuery& query, std::vector<Row>& rows) {
  std::unordered_set<std::uint64_t> seen;
  std::optional<std::uint64_t> count;
  for (std::size_t offset = 0;;) {
    const auto body =
        get({query.path, query.permission},
            fmt::format("{}{}limit={}&offset={}&ordering=id", query.parameters,
                        query.parameters.empty() ? "" : "&", options_.page_size, offset));
    if (!body) return body.error();
    auto page = read_page<Row>(*body);
    if (!page) return core::Error{page.error().code, query.path + ": " + page.error().message};
    if (offset > 0 && page->count != count) return Attempt::Changed;
    count = page->count;
    offset += page->rows.size();
    if (offset > options_.limits.netbox_objects) {
      return core::Error{core::Code::ResourceExhausted,
                         fmt::format("{}: more than {} objects; narrow inventory.netbox.filter",
                                     query.path, options_.limits.netbox_objects)};
    }
    const bool is_last = page->rows.empty() || (count ? offset >= *count : !page->has_next);
    for (Row& row : page->rows) {
      if (seen.insert(row.id).second) rows.push_back(std::move(row));
    }
    if (is_last) break;
  }
  return !count || rows.size() == *count ? Attempt::Complete : Attempt::Changed;
}

}  // namespace dm::intent::netbox
