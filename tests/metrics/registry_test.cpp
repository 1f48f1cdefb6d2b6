#include "metrics/registry.h"

#include <gtest/gtest.h>

#include "metrics/limit_hit.h"

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

TEST(LimitHit, IsTheLimitAMessageNames) {
  EXPECT_EQ(limit_named_in("f.yaml:1:1: larger than 10 bytes (limits.intent_file_bytes)"), "intent_file_bytes");
  EXPECT_EQ(limit_named_in("raise limits.path_depth, or limits.path_bytes"), "path_depth");
  EXPECT_EQ(limit_named_in("no answer within 1s"), "");
  Registry registry;

  count_limit_hit("more than 2 objects (limits.netbox_objects); narrow the filter", registry);
  count_limit_hit("connection refused", registry);

  EXPECT_EQ(registry.value(Metric::LimitHits, "netbox_objects"), 1);
}

}  // namespace
}  // namespace dm::metrics
