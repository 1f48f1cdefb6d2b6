#include "sim/netbox_face.h"

#include <gtest/gtest.h>

#include <set>

#include "net/http_client.h"
#include "sim/fabric_fixture.h"

namespace dm::sim {
namespace {

net::HttpResponse get(const Fabric& fabric, const std::string& target, const std::string& token = {}) {
  net::HttpClient client;
  net::HttpRequest request;
  request.url = fabric.netbox_url() + target;
  request.headers = {{"Authorization", "Token " + (token.empty() ? fabric.options().netbox_token : token)}};
  request.max_response_bytes = 16U << 20U;
  const auto response = client.send(request);
  EXPECT_TRUE(response) << (response ? "" : response.error().message);
  return response ? *response : net::HttpResponse{};
}

Json list(const Fabric& fabric, const std::string& target) {
  const auto response = get(fabric, target);
  EXPECT_EQ(response.status, 200) << response.body;
  return Json::parse(response.body, nullptr, false);
}

TEST(SimNetBox, PagesHoldEveryRowOnce) {
  const auto fabric = start_fabric({"leaf1"});
  std::string target = "/api/dcim/interfaces/?limit=50";
  std::set<std::int64_t> ids;
  std::size_t rows = 0;
  std::size_t pages = 0;

  while (!target.empty()) {
    const Json page = list(*fabric, target);
    for (const Json& row : page["results"]) ids.insert(int_member(row, "id", 0));
    rows += page["results"].size();
    ++pages;
    EXPECT_EQ(page["count"], 122);
    target = page["next"].is_null() ? "" : page["next"].get<std::string>().substr(fabric->netbox_url().size());
  }

  EXPECT_EQ(pages, 3U);
  EXPECT_EQ(rows, 122U);
  EXPECT_EQ(ids.size(), 122U);
}

TEST(SimNetBox, TheServersCapWinsOverTheLimit) {
  const auto fabric = start_fabric({"leaf1"});
  EXPECT_EQ(fabric->call("POST", "/control/netbox", R"({"max_page_size": 20})").status, 200);

  EXPECT_EQ(list(*fabric, "/api/dcim/interfaces/?limit=500")["results"].size(), 20U);
  EXPECT_EQ(list(*fabric, "/api/dcim/interfaces/?limit=0")["results"].size(), 20U);
  EXPECT_TRUE(list(*fabric, "/api/dcim/interfaces/?limit=10&offset=1000")["results"].empty());
}

TEST(SimNetBox, FiltersThatItKnowsNarrowAndOthersAreIgnored) {
  const auto fabric = start_fabric({"leaf1"});

  EXPECT_EQ(list(*fabric, "/api/dcim/devices/?role=leaf&role=spine&status=active")["count"], 10);
  EXPECT_EQ(list(*fabric, "/api/dcim/devices/?role=spine")["count"], 2);
  EXPECT_EQ(list(*fabric, "/api/dcim/devices/?name=leaf3")["results"][0]["name"], "leaf3");
  EXPECT_EQ(list(*fabric, "/api/dcim/devices/?nonsense=1")["count"], 14);
  const Json interfaces = list(*fabric, "/api/dcim/interfaces/?device=leaf1");
  EXPECT_GT(interfaces["count"], 5);
  EXPECT_LT(interfaces["count"], 30);
  EXPECT_EQ(list(*fabric, "/api/ipam/ip-addresses/?device=leaf1")["results"][0]["assigned_object"]["device"]["name"], "leaf1");
}

TEST(SimNetBox, FieldsAndObjectLinks) {
  const auto fabric = start_fabric({"leaf1"});

  const Json row = list(*fabric, "/api/dcim/devices/?name=leaf1&fields=id,name,url")["results"][0];
  const Json object = list(*fabric, row["url"].get<std::string>().substr(fabric->netbox_url().size()));

  EXPECT_EQ(row.size(), 3U);
  EXPECT_EQ(object["name"], "leaf1");
}

TEST(SimNetBox, RefusesAsNetBoxDoes) {
  const auto fabric = start_fabric({"leaf1"});

  const auto bad_token = get(*fabric, "/api/status/", "0000");
  const auto unknown = get(*fabric, "/api/plugins/bgp/sessions/");
  const auto no_object = get(*fabric, "/api/dcim/devices/4711/");
  const auto no_slash = get(*fabric, "/api/dcim/devices");
  const auto no_choice = get(*fabric, "/api/dcim/interfaces/?device_id=999999");

  EXPECT_EQ(bad_token.status, 403);
  EXPECT_EQ(bad_token.body, R"({"detail":"Invalid token"})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(unknown.headers.at("content-type").starts_with("text/html"));
  EXPECT_EQ(no_object.status, 404);
  EXPECT_NE(no_object.body.find("detail"), std::string::npos);
  EXPECT_EQ(no_choice.status, 400);
  EXPECT_NE(no_choice.body.find("999999 is not one of the available choices"), std::string::npos) << no_choice.body;
  EXPECT_EQ(no_slash.status, 301);
  EXPECT_EQ(no_slash.headers.at("location"), "/api/dcim/devices/");
  EXPECT_EQ(list(*fabric, "/api/status/")["netbox-version"], "4.4.10");
}

TEST(SimNetBox, FailsAsTold) {
  const auto fabric = start_fabric({"leaf1"});
  EXPECT_EQ(fabric->call("POST", "/control/netbox", R"({"mode": "status", "status": 502, "path": "/api/ipam/*"})").status, 200);

  EXPECT_EQ(get(*fabric, "/api/ipam/vlans/").status, 502);
  EXPECT_EQ(get(*fabric, "/api/dcim/devices/").status, 200);
  EXPECT_EQ(fabric->call("POST", "/control/netbox", R"({"mode": "status", "status": 500})").status, 200);
  EXPECT_NE(get(*fabric, "/api/ipam/vlans/").body.find("OperationalError"), std::string::npos);
  EXPECT_EQ(fabric->call("POST", "/control/netbox", R"({"mode": "ok"})").status, 200);
  EXPECT_EQ(get(*fabric, "/api/ipam/vlans/").status, 200);
}

TEST(SimNetBox, AChangedObjectIsShownAndNoted) {
  const auto fabric = start_fabric({"leaf1"});
  const std::string id = dump(list(*fabric, "/api/dcim/interfaces/?device=leaf1&name=Ethernet1")["results"][0]["id"]);

  EXPECT_EQ(fabric->call("PATCH", "/control/netbox/objects/dcim/interfaces/" + id, R"({"description": "new"})").status, 200);

  EXPECT_EQ(list(*fabric, "/api/dcim/interfaces/" + id + "/")["description"], "new");
  const Json log = list(*fabric, "/api/core/object-changes/");
  ASSERT_EQ(log["count"], 1);
  EXPECT_EQ(log["results"][0]["changed_object_type"], "dcim.interface");
  EXPECT_EQ(dump(log["results"][0]["changed_object_id"]), id);
  EXPECT_EQ(fabric->call("DELETE", "/control/netbox/objects/dcim/interfaces/" + id).status, 200);
  EXPECT_EQ(get(*fabric, "/api/dcim/interfaces/" + id + "/").status, 404);
  EXPECT_EQ(fabric->call("DELETE", "/control/netbox/objects/dcim/interfaces/" + id).status, 404);
}

}  // namespace
}  // namespace dm::sim
