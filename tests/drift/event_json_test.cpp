#include "drift/event_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace dm::drift {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

constexpr std::size_t kLimit = 256U << 10U;
constexpr std::size_t kMost = 200;

core::WallTime time(std::string_view text) { return core::from_rfc3339(text).value(); }
std::int64_t nanoseconds(std::string_view text) { return time(text).time_since_epoch().count(); }

model::Event description_event() {
  model::Drift drift{
      .id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
      .device = "leaf1",
      .path = "/interfaces/interface[name=Ethernet1]/config/description",
      .desired = "host1",
      .current = "typo",
      .from = {"netbox", "dcim.interface:101", "https://netbox/dcim/interfaces/101/", "description"},
      .first_seen = time("2026-11-22T16:00:00.2Z"),
      .opened_at = time("2026-11-22T16:00:02.7Z"),
      .changed_at = time("2026-11-22T16:00:02.7Z"),
      .device_timestamp_ns = nanoseconds("2026-11-22T16:00:00.123456789Z"),
      .was_told = true};
  return {.id = "000102030405060708090a0b0c0d0e0f",
          .device = "leaf1",
          .action = model::EventAction::Opened,
          .differences = {{drift, model::EventAction::Opened}},
          .open_count = 1,
          .detected_at = time("2026-11-22T16:00:02.7Z"),
          .address = "172.16.0.25:6030",
          .profile = "arista-eos",
          .labels = {{"role", "leaf"}, {"site", "dc1"}},
          .url = "http://drift-monitor:8080/#/devices/leaf1"};
}

model::Event event_of(model::DifferenceKind kind, std::string path, model::Value current,
                      model::Value desired, bool is_entry = false) {
  model::Event event = description_event();
  model::Drift& drift = event.differences[0].drift;
  drift.kind = kind;
  drift.path = std::move(path);
  drift.current = std::move(current);
  drift.desired = std::move(desired);
  drift.is_entry = is_entry;
  return event;
}

Json parsed(const EventJson& json) {
  Json body = Json::parse(json.body, nullptr, false);
  EXPECT_FALSE(body.is_discarded()) << json.body.substr(0, 2000);
  return body;
}

TEST(EventJson, IsTheContractByteByByte) {
  const EventJson json = to_json(description_event(), kLimit, kMost);

  EXPECT_FALSE(json.is_truncated);
  EXPECT_EQ(
      json.body,
      "{\"device\": \"leaf1\", \"path\": "
      "\"/interfaces/interface[name=Ethernet1]/config/description\", "
      "\"current_value\": \"typo\", \"timestamp\": \"2026-11-22T16:00:00.123456789Z\", "
      "\"desired_value\": \"host1\", \"difference\": \"different\", \"severity\": \"warning\", "
      "\"schema\": \"drift-monitor/event/v1\", \"event_id\": \"000102030405060708090a0b0c0d0e0f\", "
      "\"action\": \"opened\", \"detected_at\": \"2026-11-22T16:00:02.700000000Z\", "
      "\"redelivered\": false, "
      "\"differences\": [{\"drift_id\": \"0f1e2d3c4b5a69788796a5b4c3d2e1f0\", "
      "\"path\": \"/interfaces/interface[name=Ethernet1]/config/description\", \"difference\": "
      "\"different\", "
      "\"current_value\": \"typo\", \"desired_value\": \"host1\", \"severity\": \"warning\", "
      "\"action\": \"opened\", \"first_seen\": \"2026-11-22T16:00:00.200000000Z\", "
      "\"device_timestamp\": \"2026-11-22T16:00:00.123456789Z\", \"intent\": {\"source\": "
      "\"netbox\", "
      "\"object\": \"dcim.interface:101\", \"url\": \"https://netbox/dcim/interfaces/101/\", "
      "\"field\": \"description\"}}], "
      "\"difference_count\": 1, \"open_count\": 1, \"truncated\": false, "
      "\"device_info\": {\"address\": \"172.16.0.25:6030\", \"profile\": \"arista-eos\", "
      "\"labels\": {\"role\": \"leaf\", \"site\": \"dc1\"}}, "
      "\"remediation\": {\"update\": [{\"path\": "
      "\"/interfaces/interface[name=Ethernet1]/config/description\", \"value\": \"host1\"}], "
      "\"delete\": []}, "
      "\"url\": \"http://drift-monitor:8080/#/devices/leaf1\"}");
}

TEST(EventJson, MissingEntryIsUpdatedLeafByLeaf) {
  const auto event =
      event_of(model::DifferenceKind::Missing, "/vlans/vlan[vlan-id=40]", {},
               model::ValueObject{{"config/vlan-id", 40}, {"config/name", "forty"}}, true);

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_TRUE(body["current_value"].is_null());
  EXPECT_EQ(body["desired_value"], (Json{{"config/vlan-id", 40}, {"config/name", "forty"}}));
  EXPECT_EQ(body["remediation"]["update"],
            Json::parse(R"([{"path": "/vlans/vlan[vlan-id=40]/config/vlan-id", "value": 40},
                            {"path": "/vlans/vlan[vlan-id=40]/config/name", "value": "forty"}])"));
  EXPECT_TRUE(body["remediation"]["delete"].empty());
}

TEST(EventJson, MissingEntryWithoutLeavesIsCreatedEmpty) {
  const auto event = event_of(model::DifferenceKind::Missing, "/vlans/vlan[vlan-id=40]", {},
                              model::ValueObject{}, true);

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_EQ(body["remediation"]["update"],
            Json::parse(R"([{"path": "/vlans/vlan[vlan-id=40]", "value": {}}])"));
}

TEST(EventJson, UnexpectedIsDeleted) {
  auto event = event_of(model::DifferenceKind::Unexpected, "/vlans/vlan[vlan-id=40]",
                        model::ValueObject{{"config/name", "forty"}}, {}, true);
  event.differences[0].drift.from = {};

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_TRUE(body["desired_value"].is_null());
  EXPECT_TRUE(body["differences"][0]["intent"].is_null());
  EXPECT_TRUE(body["remediation"]["update"].empty());
  EXPECT_EQ(body["remediation"]["delete"], Json::parse(R"(["/vlans/vlan[vlan-id=40]"])"));
}

TEST(EventJson, ResolutionWithoutADeviceTimeHasOursAndNoRemediation) {
  auto event = description_event();
  event.differences[0].drift.device_timestamp_ns = 0;
  event.action = event.differences[0].action = model::EventAction::Resolved;
  event.differences[0].drift.resolved_at = time("2026-11-22T17:00:00Z");

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_EQ(body["action"], "resolved");
  EXPECT_EQ(body["timestamp"], "2026-11-22T17:00:00.000000000Z");
  EXPECT_TRUE(body["remediation"]["update"].empty());
  EXPECT_TRUE(body["remediation"]["delete"].empty());
}

struct DeviceClock {
  const char* name;
  std::int64_t said;
  const char* timestamp;
  bool is_sane;
};
class EventTime : public testing::TestWithParam<DeviceClock> {};

TEST_P(EventTime, IsTheDevicesWhenSane) {
  auto event = description_event();
  event.differences[0].drift.device_timestamp_ns = GetParam().said;

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_EQ(body["timestamp"], GetParam().timestamp);
  EXPECT_EQ(body["differences"][0]["device_timestamp"].is_null(), !GetParam().is_sane);
}

INSTANTIATE_TEST_SUITE_P(
    Clocks, EventTime,
    testing::Values(DeviceClock{"zero", 0, "2026-11-22T16:00:00.200000000Z", false},
                    DeviceClock{"booted_without_clock", 86'400'000'000'000,
                                "2026-11-22T16:00:00.200000000Z", false},
                    DeviceClock{"last_week", nanoseconds("2026-11-15T00:00:00Z"),
                                "2026-11-15T00:00:00.000000000Z", true},
                    DeviceClock{"tomorrow", nanoseconds("2026-11-23T15:00:00Z"),
                                "2026-11-23T15:00:00.000000000Z", true},
                    DeviceClock{"next_week", nanoseconds("2026-11-29T00:00:00Z"),
                                "2026-11-22T16:00:00.200000000Z", false},
                    DeviceClock{"negative", -5, "2026-11-22T16:00:00.200000000Z", false},
                    DeviceClock{"end_of_time", std::numeric_limits<std::int64_t>::max(),
                                "2026-11-22T16:00:00.200000000Z", false}),
    [](const auto& test) { return test.param.name; });

TEST(EventJson, ValuesAreNative) {
  const model::Value values =
      model::ValueList{true, 7, -7, 2.5, std::uint64_t{9007199254740993}, "t", model::Value{}};
  const auto event = event_of(model::DifferenceKind::Different, "/a", values, "x");

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_EQ(body["current_value"],
            Json::parse(R"([true, 7, -7, 2.5, "9007199254740993", "t", null])"));
}

TEST(EventJson, HostileTextStaysText) {
  const std::string hostile =
      "\"}],\"text\":\"pwned\\ \n\t{{ secret('X') }} \xE2\x80\xA8 \x01 \xFF\xFE";
  auto event = event_of(model::DifferenceKind::Different,
                        "/interfaces/interface[name=" + hostile + "]", hostile, "x");
  event.labels = {{hostile, hostile}};

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_EQ(body["current_value"], core::to_valid_utf8(hostile));
  EXPECT_EQ(body["device_info"]["labels"][core::to_valid_utf8(hostile)],
            core::to_valid_utf8(hostile));
}

TEST(EventJson, EmptyLinksAreNull) {
  auto event = description_event();
  event.url.clear();
  event.differences[0].drift.from.url = {};

  const Json body = parsed(to_json(event, kLimit, kMost));

  EXPECT_TRUE(body["url"].is_null());
  EXPECT_TRUE(body["differences"][0]["intent"]["url"].is_null());
}

TEST(EventJson, ALongTextIsCutAndItsRemedyLeftOut) {
  const auto event = event_of(model::DifferenceKind::Different, "/a", std::string(100'000, '"'),
                              std::string(100'000, 'y'));

  const EventJson json = to_json(event, kLimit, kMost);
  const Json body = parsed(json);

  EXPECT_LE(json.body.size(), kLimit);
  EXPECT_TRUE(json.is_truncated);
  EXPECT_EQ(json.limit, "event_bytes");
  EXPECT_EQ(body["truncated"], true);
  EXPECT_EQ(body["difference_count"], 1);
  EXPECT_THAT(body["desired_value"].get<std::string>(), testing::EndsWith("y…"));
  EXPECT_THAT(body["current_value"].get<std::string>(), testing::EndsWith("\"…"));
  EXPECT_TRUE(body["remediation"]["update"].empty());
}

TEST(EventJson, ALongListKeepsItsFirstMembersAndSaysHowManyMore) {
  model::ValueList list;
  for (int i = 0; i < 60'000; ++i) list.push_back(i);
  const auto event = event_of(model::DifferenceKind::Different, "/a", list, model::ValueList{1});

  const EventJson json = to_json(event, kLimit, kMost);
  const Json body = parsed(json);
  const Json& cut = body["current_value"];

  EXPECT_LE(json.body.size(), kLimit);
  EXPECT_EQ(cut[0], 0);
  EXPECT_EQ(cut.back(), "… " + std::to_string(60'000 - cut.size() + 1) + " more");
  EXPECT_EQ(body["remediation"]["update"][0]["value"], Json::parse("[1]"));
}

TEST(EventJson, ALongObjectSaysHowManyMore) {
  model::ValueObject object;
  for (int i = 0; i < 5'000; ++i)
    object.emplace_back("config/leaf-" + std::to_string(i), std::string(50, 'x'));
  const auto event = event_of(model::DifferenceKind::Unexpected, "/a[b=c]", object, {}, true);

  const EventJson json = to_json(event, kLimit, kMost);
  const Json body = parsed(json);
  const Json& cut = body["current_value"];

  EXPECT_LE(json.body.size(), kLimit);
  EXPECT_EQ(cut["config/leaf-0"], std::string(50, 'x'));
  EXPECT_EQ(cut["…"], std::to_string(5'000 - cut.size() + 1) + " more");
  EXPECT_EQ(body["remediation"]["delete"].size(), 1U);
}

TEST(EventJson, ListsAsManyDifferencesAsTheLimitAllows) {
  auto event = description_event();
  event.differences.assign(5, event.differences[0]);

  EXPECT_EQ(to_json(event, kLimit, 3).limit, "differences_per_event");
  EXPECT_EQ(to_json(event, kLimit, 5).limit, "");
  const Json three = parsed(to_json(event, kLimit, 3));
  const Json all = parsed(to_json(event, kLimit, 5));

  EXPECT_EQ(three["differences"].size(), 3U);
  EXPECT_EQ(three["difference_count"], 5);
  EXPECT_EQ(three["truncated"], true);
  EXPECT_EQ(all["differences"].size(), 5U);
  EXPECT_EQ(all["truncated"], false);
}

TEST(EventJson, ListsTheGravestAndCountsAll) {
  model::Event event = description_event();
  for (int i = 0; i < 999; ++i) {
    event.differences.push_back(event.differences[0]);
    event.differences.back().drift.path = "/leaf-" + std::to_string(i);
  }

  const EventJson json = to_json(event, kLimit, kMost);
  const Json body = parsed(json);

  EXPECT_EQ(body["differences"].size(), 200U);
  EXPECT_EQ(body["difference_count"], 1000);
  EXPECT_EQ(body["truncated"], true);
  EXPECT_EQ(body["remediation"]["update"].size(), 200U);
  EXPECT_EQ(body["differences"][1]["path"], "/leaf-0");
}

TEST(EventJson, NeverExceedsTheLimitWhateverIsLong) {
  model::Event event = description_event();
  event.device = std::string(100'000, 'd');
  event.url = std::string(100'000, 'u');
  for (int i = 0; i < 50; ++i)
    event.labels[std::string(5'000, 'a') + std::to_string(i)] = std::string(5'000, 'l');
  event.differences[0].drift.path = "/" + std::string(4'095, '\x01');
  event.differences[0].drift.current =
      model::ValueObject{{std::string(4'000, 'n'), model::ValueList(10'000, "m")}};
  event.differences[0].drift.from.url = std::string(100'000, 'u');
  for (int i = 0; i < 300; ++i) event.differences.push_back(event.differences[0]);

  for (const std::size_t limit : {std::size_t{64} << 10U, kLimit}) {
    const EventJson json = to_json(event, limit, kMost);
    const Json body = parsed(json);

    EXPECT_LE(json.body.size(), limit);
    EXPECT_EQ(body["truncated"], true);
    EXPECT_EQ(body["difference_count"], 301);
  }
}

}  // namespace
}  // namespace dm::drift
