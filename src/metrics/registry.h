// Every number the service exports, in one table (metrics/names.h), as Prometheus text.
//
// Counters and gauges with at most one label, whose values come from small fixed sets or device names
// (never paths). Any thread; one short lock.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "metrics/names.h"

namespace dm::metrics {

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  void add(Metric metric, double by = 1, std::string_view label_value = {});
  void set(Metric metric, double value, std::string_view label_value = {});
  void remove(Metric metric, std::string_view label_value);
  double value(Metric metric, std::string_view label_value = {}) const;
  // Prometheus text exposition format 0.0.4.
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::metrics
