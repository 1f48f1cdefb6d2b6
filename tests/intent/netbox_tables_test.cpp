// Rows of NetBox as several releases write them.
#include "intent/netbox/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox_face.h"

namespace dm::intent::netbox {
namespace {

using model::Value;

template <class Row>
Row only_row(const std::string& fields) {
  const auto page = read_page<Row>(R"({"count":1,"next":null,"previous":null,"results":[{"id":7,)" +
                                   fields + "}]}");
  EXPECT_TRUE(page) << (page ? "" : page.error().message);
  return page && page->rows.size() == 1 ? page->rows.front() : Row{};
}

TEST(NetBoxTables, ReadsChoicesInBothForms) {
  EXPECT_EQ(only_row<VlanRow>(R"("status":{"value":"active","label":"Active"})").status, "active");
  EXPECT_EQ(only_row<VlanRow>(R"("status":"active")").status, "active");
  EXPECT_EQ(only_row<VlanRow>(R"("status":null)").status, "");
  EXPECT_EQ(only_row<VlanRow>(R"("name":"x")").status, "");
}

TEST(NetBoxTables, ReducesCustomFieldsToTheValueThatCounts) {
  const auto fields =
      only_row<DeviceRow>(R"("custom_fields":{"text":"a","number":65001,"flag":true,"none":null,
      "selection":{"value":"b","label":"B"},"address":{"id":1,"display":"10.0.0.1/31","address":"10.0.0.1/31"},
      "list":[1,2],"huge":123456789012345678901234567890})")
          .custom_fields;
  EXPECT_EQ(fields.at("text"), Value("a"));
  EXPECT_EQ(fields.at("number"), Value(65001));
  EXPECT_EQ(fields.at("flag"), Value(true));
  EXPECT_FALSE(fields.contains("none"));
  EXPECT_EQ(fields.at("selection"), Value("b"));
  EXPECT_EQ(fields.at("address"), Value("10.0.0.1/31"));
  EXPECT_FALSE(fields.contains("list"));
  EXPECT_EQ(fields.at("huge"), Value("123456789012345678901234567890"));
}

TEST(NetBoxTables, KeepsSixtyFourBitIdentifiers) {
  EXPECT_EQ(only_row<L2vpnRow>(R"("identifier":9223372036854775807)").identifier, INT64_MAX);
  EXPECT_EQ(only_row<L2vpnRow>(R"("identifier":-1)").identifier, -1);
  EXPECT_EQ(only_row<L2vpnRow>(R"("identifier":null)").identifier, std::nullopt);
  EXPECT_EQ(only_row<L2vpnRow>(R"("identifier":99999999999999999999)").identifier, std::nullopt);
}

TEST(NetBoxTables, SkipsWhatItDoesNotKnowAndMissesNothingElse) {
  const auto row = only_row<InterfaceRow>(
      R"("channels":[{"x":[1,{"y":null}]}],"name":"Ethernet1","device":{"id":3,"name":null},
      "lag":42,"enabled":false,"mtu":"odd","tagged_vlans":[{"id":1,"vid":40},{"id":2,"vid":50}],"owner":null)");
  EXPECT_EQ(row.id, 7U);
  EXPECT_EQ(row.name, "Ethernet1");
  EXPECT_EQ(row.device.id, 3U);
  EXPECT_EQ(row.lag.id, 42U);  // flat form
  EXPECT_FALSE(row.enabled);
  EXPECT_EQ(row.mtu, std::nullopt);
  ASSERT_EQ(row.tagged_vlans.size(), 2U);
  EXPECT_EQ(row.tagged_vlans[1].vid, 50U);
}

TEST(NetBoxTables, ReadsTheRecordedFormWithChosenFields) {
  const auto interfaces =
      read_page<InterfaceRow>(testing_support::netbox_file("one/dcim_interfaces_fields.json"));
  ASSERT_TRUE(interfaces) << interfaces.error().message;
  EXPECT_EQ(interfaces->rows.size(), interfaces->count);
  const auto addresses =
      read_page<AddressRow>(testing_support::netbox_file("one/ipam_ip-addresses_fields.json"));
  ASSERT_TRUE(addresses) << addresses.error().message;
  EXPECT_EQ(addresses->rows.size(), 87U);
  EXPECT_EQ(addresses->rows.front().assigned_object_type, "dcim.interface");
}

TEST(NetBoxTables, ReadsEmptyPages) {
  for (const char* file : {"one/empty_list.json", "one/offset_past_end.json"}) {
    const auto page = read_page<DeviceRow>(testing_support::netbox_file(file));
    ASSERT_TRUE(page) << file;
    EXPECT_TRUE(page->rows.empty());
    EXPECT_FALSE(page->has_next);
  }
}

TEST(NetBoxTables, RefusesBytesThatAreNoJson) {
  const std::string good = R"({"count":1,"next":null,"results":[{"id":1,"name":"a"}]})";
  ASSERT_TRUE(read_page<DeviceRow>(good));
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_FALSE(read_page<DeviceRow>(good.substr(0, cut))) << cut;
  }
  EXPECT_FALSE(read_page<DeviceRow>("[1]"));
  EXPECT_FALSE(read_page<DeviceRow>("{\"results\":\"\xff\"}"));
  EXPECT_FALSE(read_page<DeviceRow>(std::string(5000, '[')));
}

}  // namespace
}  // namespace dm::intent::netbox
