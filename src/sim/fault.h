// What a face does to its next requests instead of answering them properly.
//
// Lives on the fabric's loop.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "core/result.h"

namespace dm::sim {

enum class FaultKind {
  None,
  Status,    // answered with `status`
  Hang,      // never answered, the connection stays
  Drop,      // connection closed, as if nothing had arrived
  Withhold,  // processed, and the answer lost
};

struct Fault {
  FaultKind kind = FaultKind::None;
  int status = 0;
  std::string retry_after;  // header of a Status, empty: none
};

class FaultPlan {
 public:
  // {"mode": "ok"|"status"|"hang"|"drop"|"withhold", "status": 503, "times": 3, "percent": 50, "seed": 1,
  //  "path": "/api/dcim/*", "retry_after": "1"}. Without `times` until the next order.
  // Error InvalidArgument names the member.
  static core::Result<FaultPlan> from_json(std::string_view json);

  // The fault of a request to `path`; uses one of `times` up.
  Fault next(std::string_view path);
  std::string describe() const;

 private:
  Fault fault_;
  std::string path_ = "*";
  std::optional<std::int64_t> times_;
  int percent_ = 100;
  std::minstd_rand random_{1};
};

}  // namespace dm::sim
