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

namespace dm::intent::netbox {

class ListRun {
 public:
  ListRun(std::vector<ListJob> jobs, PageStyle style, std::size_t page_size, std::size_t most_objects);

  // One list, or the part of it that one set of ids asks for.
  struct Part {
    ListQuery query;
    std::unique_ptr<ListSink> sink;
    Paging paging;
  };
  struct Next {
    std::string path, query;
    std::shared_ptr<Part> page;  // for take()
  };
  // None: nothing to ask now; more may follow an answer.
  std::optional<Next> next();
  void take(const std::shared_ptr<Part>& part, core::Result<net::HttpResponse> response);

  // After everything was answered. The first error, if there was one.
  core::Result<ReadReport> finish() &&;

 private:
  void add(ListJob job);
  void refuse(const std::shared_ptr<Part>& part, const net::HttpResponse& response);
  void take_page(const std::shared_ptr<Part>& part, const std::string& body);
  void split(const std::shared_ptr<Part>& part);
  void fail(core::Error error);

  PageStyle style_;
  std::size_t page_size_, most_objects_;
  std::size_t objects_ = 0;  // kept in all
  std::deque<std::shared_ptr<Part>> waiting_;
  ReadReport report_;
  std::optional<core::Error> error_;
};

}  // namespace dm::intent::netbox
