#include "metrics/registry.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>
#include <mutex>

#include "core/check.h"

namespace dm::metrics {
namespace {

struct Description {
  std::string_view name, type, label, help;
};
constexpr std::string_view Counter = "counter", Gauge = "gauge";
constexpr std::array kDescriptions{
#define X(id, name, type, label, help) Description{name, type, label, help},
    DM_METRICS(X)
#undef X
};

// Label values: backslash, quote and newline are escaped (text exposition format 0.0.4).
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string number(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

}  // namespace

struct Registry::Impl {
  using Series = std::map<std::string, double, std::less<>>;
  mutable std::mutex mutex;
  std::array<Series, kDescriptions.size()> series;

  double& cell(Metric metric, std::string_view label_value) {
    Series& values = series[static_cast<std::size_t>(metric)];
    CHECK(kDescriptions[static_cast<std::size_t>(metric)].label.empty() == label_value.empty(),
          "a metric is used with a label it does not have, or without the one it has");
    const auto known = values.find(label_value);
    return known != values.end() ? known->second : values.emplace(label_value, 0).first->second;
  }
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {
  for (std::size_t i = 0; i < kDescriptions.size(); ++i) {
    if (kDescriptions[i].label.empty()) impl_->series[i].emplace("", 0);
  }
}

Registry::~Registry() = default;

void Registry::add(Metric metric, double by, std::string_view label_value) {
  const std::lock_guard lock(impl_->mutex);
  impl_->cell(metric, label_value) += by;
}

void Registry::set(Metric metric, double value, std::string_view label_value) {
  const std::lock_guard lock(impl_->mutex);
  impl_->cell(metric, label_value) = value;
}

void Registry::remove(Metric metric, std::string_view label_value) {
  const std::lock_guard lock(impl_->mutex);
  auto& values = impl_->series[static_cast<std::size_t>(metric)];
  if (const auto known = values.find(label_value); known != values.end()) values.erase(known);
}

double Registry::value(Metric metric, std::string_view label_value) const {
  const std::lock_guard lock(impl_->mutex);
  const auto& values = impl_->series[static_cast<std::size_t>(metric)];
  const auto known = values.find(label_value);
  return known == values.end() ? 0 : known->second;
}

std::string Registry::text() const {
  const std::lock_guard lock(impl_->mutex);
  std::string out;
  for (std::size_t i = 0; i < kDescriptions.size(); ++i) {
    if (impl_->series[i].empty()) continue;
    const Description& about = kDescriptions[i];
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", about.name, about.help, about.name, about.type);
    for (const auto& [label_value, value] : impl_->series[i]) {
      if (about.label.empty()) {
        out += fmt::format("{} {}\n", about.name, number(value));
      } else {
        out += fmt::format("{}{{{}=\"{}\"}} {}\n", about.name, about.label, escaped(label_value), number(value));
      }
    }
  }
  return out;
}

}  // namespace dm::metrics
