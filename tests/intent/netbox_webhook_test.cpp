// Recorded deliveries of NetBox 4.4, and the bodies of other versions.
#include "intent/netbox/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "intent/netbox_face.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using testing::HasSubstr;

constexpr const char* kSecret = "drift-monitor-lab-secret";

struct Delivery {
  std::string body, signature;
};

Delivery recorded(const std::string& name) {
  simdjson::dom::parser parser;
  const std::string text = testing_support::netbox_file("webhooks/" + name + ".json");
  const simdjson::dom::element file = parser.parse(text);
  Delivery delivery{std::string(file["body"].get_string().value()), ""};
  for (const simdjson::dom::element header : file["headers"].get_array()) {
    if (std::string_view(header.at(0).get_string().value()) == "X-Hook-Signature")
      delivery.signature = std::string(header.at(1).get_string().value());
  }
  return delivery;
}

ObjectHint hint_of(const std::string& body) {
  const auto hook = read_hook(body, hook_signature(body, kSecret), kSecret);
  EXPECT_TRUE(hook) << hook.error().message;
  return hook && hook->hint ? *hook->hint : ObjectHint{};
}

TEST(NetBoxHook, TakesRecordedDeliveries) {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"03_iface_noop_1", "dcim.interface"},
      {"17_ip_reassign_other_interface_1", "ipam.ipaddress"},
      {"22_vlan_create_1", "ipam.vlan"},
      {"30_l2vpn_identifier_change_1", "vpn.l2vpn"},
      {"32_l2vpn_termination_delete_1", "vpn.l2vpntermination"},
      {"43_device_custom_field_1", "dcim.device"},
      {"47_config_context_update_1", "extras.configcontext"},
      {"52_bulk_patch_one_invalid_atomic_1", "dcim.interface"},  // of values that were rolled back: a hint like others
      {"57_bgp_session_update_1", "netbox_bgp.bgpsession"},
      {"77_peer_group_rename_1", "netbox_bgp.bgppeergroup"},
  };
  for (const auto& [name, type] : expected) {
    const Delivery delivery = recorded(name);
    const auto hook = read_hook(delivery.body, delivery.signature, kSecret);
    ASSERT_TRUE(hook) << name << ": " << hook.error().message;
    ASSERT_TRUE(hook->hint) << name;
    EXPECT_EQ(hook->hint->type, type) << name;
    EXPECT_NE(hook->hint->id, 0U) << name;
    EXPECT_EQ(hook->hint->request_id.size(), 36U) << name;
  }
}

TEST(NetBoxHook, RefusesWhatTheSecretDidNotSign) {
  const Delivery good = recorded("22_vlan_create_1");
  std::string changed = good.body;
  changed.replace(changed.find("drift-test"), 10, "drift-TEST");
  std::string flipped = good.signature;
  flipped[0] = flipped[0] == '0' ? '1' : '0';
  const std::vector<Delivery> bad = {{good.body, ""},
                                     {good.body, flipped},
                                     {good.body, good.signature.substr(1)},
                                     {changed, good.signature},
                                     {good.body + " ", good.signature},
                                     {good.body, hook_signature(good.body, "another secret")}};
  for (const Delivery& delivery : bad) {
    const auto hook = read_hook(delivery.body, delivery.signature, kSecret);
    ASSERT_FALSE(hook);
    EXPECT_EQ(hook.error().code, Code::Unauthenticated);
    EXPECT_THAT(hook.error().message, testing::Not(HasSubstr(kSecret)));
  }
}

TEST(NetBoxHook, ReadsTheBodiesOfAllVersions) {
  EXPECT_EQ(hint_of(R"({"event":"updated","model":"vlan","request_id":"r","data":{"id":7,"url":"/api/ipam/vlans/7/"}})"),
            (ObjectHint{"ipam.vlan", 7, "r"}));  // 4.3
  EXPECT_EQ(hint_of(R"({"event":"updated","model":"bgpsession","request_id":"r","data":{"id":7,"url":"/api/plugins/bgp/bgpsession/7/"}})"),
            (ObjectHint{"netbox_bgp.bgpsession", 7, "r"}));
  EXPECT_EQ(hint_of(R"({"event":"updated","object_type":"ipam.vlan","model":"vlan","request_id":"r","data":{"id":7}})"),
            (ObjectHint{"ipam.vlan", 7, "r"}));  // 4.4
  EXPECT_EQ(hint_of(R"({"event":"updated","object_type":"ipam.vlan","request_id":"r","data":{"id":7},"request":{"id":"r","method":"PATCH"}})"),
            (ObjectHint{"ipam.vlan", 7, "r"}));  // 4.6
  EXPECT_EQ(hint_of(R"({"event":"updated","object_type":"ipam.vlan","data":{"id":7},"request":{"id":"r"},"context":{"active_branch":null}})"),
            (ObjectHint{"ipam.vlan", 7, "r"}));  // 4.7
}

TEST(NetBoxHook, DropsChangesInsideABranch) {
  for (const char* body : {R"({"object_type":"ipam.vlan","data":{"id":7},"context":{"active_branch":{"id":1,"schema_id":"abcdefgh"}}})",
                           R"({"object_type":"ipam.vlan","data":{"id":7,"active_branch":{"id":1}}})"}) {
    const auto hook = read_hook(body, hook_signature(body, kSecret), kSecret);
    ASSERT_TRUE(hook) << hook.error().message;
    EXPECT_FALSE(hook->hint);
    EXPECT_THAT(hook->ignored, HasSubstr("branch"));
  }
}

TEST(NetBoxHook, ExplainsBodiesThatAreNotNetBoxs) {
  for (const char* body : {"", "text=hello", "{}", R"({"object_type":"ipam.vlan"})", R"({"object_type":"ipam.vlan","data":[]})",
                           R"({"model":"vlan","data":{"id":7}})", R"({"object_type":"ipam.vlan","data":{"id":-7}})"}) {
    const auto hook = read_hook(body, hook_signature(body, kSecret), kSecret);
    ASSERT_FALSE(hook) << body;
    EXPECT_EQ(hook.error().code, Code::InvalidArgument) << body;
  }
}

}  // namespace
}  // namespace dm::intent::netbox
