// NetBox 4.4 as an API client sees it, from recorded list answers: re-paged, filtered, changeable.
//
// Lives on the fabric's loop. Filters that it does not know are ignored, as NetBox does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_server.h"
#include "core/clock.h"
#include "sim/fault.h"

namespace dm::sim {

class NetBoxFace {
 public:
  struct Options {
    std::string directory;  // recorded answers: dcim_devices_p1.json, …, status.json
    std::string token;
    std::size_t max_page_size = 1000;
    const core::Clock* clock = nullptr;
  };
  // Error NotFound, InvalidArgument: names the file.
  static core::Result<std::unique_ptr<NetBoxFace>> load(Options options);
  ~NetBoxFace();

  void handle(const api::Request& request, api::Respond respond);
  void set_fault(FaultPlan plan) { fault_ = std::move(plan); }
  const FaultPlan& fault() const { return fault_; }
  void set_max_page_size(std::size_t size) { options_.max_page_size = size; }
  const std::string& token() const { return options_.token; }

  // Changes an object as a user would, and notes it in the change log. `object` is "dcim/interfaces/101";
  // PATCH merges `json` into it, DELETE removes it, POST to "dcim/interfaces" adds one.
  // With a `branch` (8 letters and digits) only that branch of netbox-branching is changed; it begins with its first change.
  core::Status change(std::string_view method, std::string_view object, std::string_view json, const std::string& branch = {});

 private:
  struct Tables;  // the objects, by endpoint
  explicit NetBoxFace(Options options);
  api::Response answer(const api::Request& request) const;
  static api::Response list(const api::Request& request, const std::string& endpoint, const Tables& tables, std::size_t max_page_size);
  core::Status change_in(Tables& tables, std::string_view method, std::string_view object, const std::string& json);
  void log_change(Tables& tables, const char* action, const std::string& endpoint, std::uint64_t id);

  Options options_;
  FaultPlan fault_;
  std::unique_ptr<Tables> tables_;                           // of main
  std::map<std::string, std::unique_ptr<Tables>> branches_;  // by schema id
  std::vector<api::Respond> hanging_;
};

}  // namespace dm::sim
