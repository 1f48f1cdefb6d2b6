// Several lists read at once: which request comes next, and what each answer means for the rest.
//
// Knows no socket: client.h sends what next() says and brings the answers in any order. One thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "intent/netbox/client.h"
#include "intent/netbox/retry.h"

namespace dm::intent::netbox {

class ListRun {
 public:
  struct Options {
    PageStyle style = PageStyle::IdGreater;
    std::size_t page_size = 0, most_objects = 0;
    int most_tries = 1;  // of one page
  };
  ListRun(std::vector<ListJob> jobs, const Options& options);

  // One list, or the part of it that one set of ids asks for.
  struct Part {
    ListQuery query;
    std::unique_ptr<ListSink> sink;
    Paging paging;
    int tries = 0;  // of the page that is asked for now
  };
  struct Next {
    std::string path, query;
    std::shared_ptr<Part> page;  // for take()
  };
  // None: nothing to ask now; more may follow an answer or repeat().
  std::optional<Next> next();
  void take(const std::shared_ptr<Part>& part, core::Result<net::HttpResponse> response);

  const Repeats<std::shared_ptr<Part>>& failed() const { return failed_; }
  void repeat();  // asks for the pages that failed again
  void fail(core::Error error);

  // After everything was answered. The first error, if there was one.
  core::Result<ReadReport> finish() &&;

 private:
  void add(ListJob job);
  void refuse(const std::shared_ptr<Part>& part, const net::HttpResponse& response);
  void take_page(const std::shared_ptr<Part>& part, const std::string& body);
  void split(const std::shared_ptr<Part>& part);
  void fail_page(const std::shared_ptr<Part>& part, core::Error error);

  Options options_;
  std::size_t objects_ = 0;  // kept in all
  std::deque<std::shared_ptr<Part>> waiting_;
  Repeats<std::shared_ptr<Part>> failed_;
  ReadReport report_;
  std::optional<core::Error> error_;
};

}  // namespace dm::intent::netbox
