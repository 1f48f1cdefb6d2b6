// The differences of one device that rules of compare.ignore hide, and how often each rule hid one.
//
// Lives on the shard's loop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "compare/judge.h"
#include "fleet/ignore_count.h"
#include "metrics/registry.h"
#include "model/path_table.h"

namespace dm::fleet {

class Ignored {
 public:
  explicit Ignored(metrics::Registry& metrics) : metrics_(&metrics) {}

  void clear();  // other rules: nothing was hidden by them yet
  // Around a look at everything: what take() does not see again is hidden no more.
  void begin();
  void end();

  // True if take() would change something.
  bool is_news(model::PathId object, const compare::Finding& found) const;
  // Notes what is hidden there, or that nothing is; gives the difference that is not.
  std::optional<model::Difference> take(model::PathId object, compare::Finding& found);

  struct Hidden {
    std::size_t rule = 0;
    model::Difference difference;
  };
  const std::unordered_map<model::PathId, Hidden>& all() const { return hidden_; }
  const std::map<std::size_t, IgnoreCount>& by_rule() const { return by_rule_; }

 private:
  void drop(std::unordered_map<model::PathId, Hidden>::iterator hidden);

  metrics::Registry* metrics_;
  std::unordered_map<model::PathId, Hidden> hidden_;
  std::unordered_map<model::PathId, Hidden> before_;  // between begin() and end()
  std::map<std::size_t, IgnoreCount> by_rule_;
};

}  // namespace dm::fleet
