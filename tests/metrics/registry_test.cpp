#include "metrics/registry.h"

#include <gtest/gtest.h>

namespace dm::metrics {
namespace {

TEST(Registry, WritesPrometheusText) {
  Registry registry;
  registry.add(Metric::Messages, 3);
  registry.set(Metric::DeviceState, 1, "leaf\"1");

  const std::string text = registry.text();

  EXPECT_NE(text.find("# TYPE drift_monitor_gnmi_messages_total counter\ndrift_monitor_gnmi_messages_total 3\n"),
            std::string::npos);
  EXPECT_NE(text.find("drift_monitor_device_live{device=\"leaf\\\"1\"} 1\n"), std::string::npos);
}

TEST(Registry, RemovedSeriesAreGone) {
  Registry registry;
  registry.set(Metric::DeviceState, 1, "leaf1");
  registry.remove(Metric::DeviceState, "leaf1");
  EXPECT_EQ(registry.text().find("leaf1"), std::string::npos);
}

}  // namespace
}  // namespace dm::metrics
