// Config templates rendered device by device: which is asked for next, and what each answer means for the others.
//
// What one device cannot have (no template, a template that fails, a refusal) costs that device its values and is said
// in its `mistake`. Knows no socket: client.h sends what next() says. One thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "intent/netbox/retry.h"
#include "intent/netbox/tables.h"
#include "net/http_client.h"

namespace dm::intent::netbox {

class RenderRun {
 public:
  // So many devices may stay without an answer before it is NetBox that is in trouble, not their templates.
  static constexpr std::size_t kMostUnanswered = 5;

  RenderRun(std::vector<std::uint64_t> devices, std::uint64_t template_id, int most_tries);

  struct Next {
    std::string path, body;
    std::size_t at = 0;  // for take()
  };
  // None: nothing to ask now; more may follow an answer or repeat().
  std::optional<Next> next();
  void take(std::size_t at, core::Result<net::HttpResponse> response);

  const Repeats<std::size_t>& failed() const { return failed_; }
  void repeat();  // asks for those that failed again
  void fail(core::Error error);

  // In the order of the devices. Error: nobody may, or NetBox does not answer.
  core::Result<std::vector<Rendered>> finish() &&;

 private:
  void take_failure(std::size_t at, core::Error error);

  std::vector<std::uint64_t> devices_;
  std::uint64_t template_id_;
  std::vector<int> tries_;
  std::vector<Rendered> rendered_;
  std::deque<std::size_t> waiting_;
  Repeats<std::size_t> failed_;
  std::size_t refused_ = 0, unanswered_ = 0;
  std::optional<core::Error> refusal_, error_;
};

}  // namespace dm::intent::netbox
