// What the control API does to a switch and to the faces.
#include <gtest/gtest.h>

#include <thread>

#include "net/http_client.h"
#include "sim/fabric_fixture.h"
#include "sim/gnmi_client.h"

namespace dm::sim {
namespace {

const std::string kHostname = "/system/config/hostname";

net::HttpResponse post(const std::string& url, const std::string& body,
                       std::vector<std::pair<std::string, std::string>> headers = {}) {
  net::HttpClient client;
  net::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = std::move(headers);
  request.body = body;
  request.max_response_bytes = 1U << 20U;
  const auto response = client.send(request);
  return response ? *response : net::HttpResponse{};
}

Json control(Fabric& fabric, const std::string& method, const std::string& target, const std::string& body = {}) {
  const api::Response response = fabric.call(method, target, body);
  EXPECT_EQ(response.status, 200) << response.body;
  return json_of(response);
}

TEST(SimFaults, AKilledSwitchBreaksItsStreamsAndComesBackOnItsPort) {
  const auto fabric = start_fabric({"leaf1"});
  const std::string address = fabric->device_address("leaf1");
  GnmiStream stream(connect_to(address), "admin", "admin");
  stream.subscribe({kHostname});
  stream.read_dump();

  order(*fabric, "leaf1", "kill");
  ::gnmi::SubscribeResponse response;
  EXPECT_FALSE(stream.read(response));
  EXPECT_EQ(stream.finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  GnmiStream refused(connect_to(address), "admin", "admin");
  EXPECT_FALSE(refused.read(response));
  EXPECT_EQ(refused.finish().error_code(), grpc::StatusCode::UNAVAILABLE);

  order(*fabric, "leaf1", "start");
  GnmiStream again(connect_to(address), "admin", "admin");
  again.subscribe({kHostname});
  EXPECT_EQ(again.read_dump().at(kHostname), model::Value("leaf1"));
}

TEST(SimFaults, AFrozenSwitchSaysWhatItOwesWhenItThaws) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.subscribe({kHostname});
  stream.read_dump();

  order(*fabric, "leaf1", "freeze");
  order(*fabric, "leaf1", "cli", "hostname frozen");
  EXPECT_EQ(control(*fabric, "GET", "/control/status")["devices"]["leaf1"]["state"], "frozen");
  order(*fabric, "leaf1", "thaw");

  EXPECT_EQ(value_of(stream.read_notification().update(0).val()), model::Value("frozen"));
}

TEST(SimFaults, ARestartBringsOtherLeaves) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.subscribe({kHostname});
  stream.read_dump();

  order(*fabric, "leaf1", "restart", R"({"device": "leaf8"})");
  ::gnmi::SubscribeResponse response;
  EXPECT_FALSE(stream.read(response));
  GnmiStream other(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  other.subscribe({kHostname});
  EXPECT_EQ(other.read_dump().at(kHostname), model::Value("leaf8"));

  order(*fabric, "leaf1", "restart", R"({"leaves": []})");
  GnmiStream empty(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  empty.subscribe({kHostname});
  EXPECT_TRUE(empty.read_dump().empty());
}

TEST(SimFaults, RawMessagesAreSaidAndShown) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.subscribe({"/system"});
  stream.read_dump();

  order(*fabric, "leaf1", "apply",
        R"({"messages": [{"update": [{"path": "/system/config/hostname", "value": "x"}]},
                         {"delete": ["/system/state"], "delay_ms": 5}]})");

  EXPECT_EQ(value_of(stream.read_notification().update(0).val()), model::Value("x"));
  EXPECT_EQ(text_of(stream.read_notification().delete_(0)), "/system/state");
  const Json leaves = control(*fabric, "GET", "/control/devices/leaf1/leaves?path=/system")["items"];
  ASSERT_EQ(leaves.size(), 1U);
  EXPECT_EQ(leaves[0]["value"], "x");
}

::gnmi::SubscribeRequest stream_request(const ::gnmi::Path& path, ::gnmi::SubscriptionMode mode) {
  ::gnmi::SubscribeRequest request;
  auto* subscription = request.mutable_subscribe()->add_subscription();
  *subscription->mutable_path() = path;
  subscription->set_mode(mode);
  return request;
}

TEST(SimManners, RefusesAModeOfAPathAlone) {
  const auto fabric = start_fabric({"leaf1"});
  order(*fabric, "leaf1", "manners", R"({"no_on_change": ["/system/config"]})");
  const auto channel = connect_to(fabric->device_address("leaf1"));

  GnmiStream refused(channel, "admin", "admin");
  refused.send(stream_request(proto_path(kHostname), ::gnmi::ON_CHANGE));
  ::gnmi::SubscribeResponse response;
  EXPECT_FALSE(refused.read(response));
  const grpc::Status status = refused.finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "ON_CHANGE Streaming mode invalid for " + kHostname);

  GnmiStream sampled(channel, "admin", "admin");
  sampled.send(stream_request(proto_path(kHostname), ::gnmi::SAMPLE));
  EXPECT_EQ(sampled.read_dump().at(kHostname), model::Value("leaf1"));
  GnmiStream once(channel, "admin", "admin");
  once.subscribe({kHostname}, ::gnmi::SubscriptionList::ONCE);
  EXPECT_EQ(once.read_dump().at(kHostname), model::Value("leaf1"));

  order(*fabric, "leaf1", "manners");
  GnmiStream as_before(channel, "admin", "admin");
  as_before.subscribe({kHostname});
  EXPECT_EQ(as_before.read_dump().size(), 1U);
}

TEST(SimManners, LeavesFormsUnanswered) {
  const auto fabric = start_fabric({"leaf1"});
  order(*fabric, "leaf1", "manners", R"({"only_origin": "openconfig", "needs_keys": true})");
  const auto channel = connect_to(fabric->device_address("leaf1"));
  const auto leaves = [&](const std::string& path, const std::string& origin) {
    GnmiStream stream(channel, "admin", "admin");
    ::gnmi::Path asked = proto_path(path);
    asked.set_origin(origin);
    stream.send(stream_request(asked, ::gnmi::ON_CHANGE));
    return stream.read_dump().size();
  };

  EXPECT_EQ(leaves(kHostname, ""), 0U);
  EXPECT_EQ(leaves(kHostname, "openconfig"), 1U);
  EXPECT_EQ(leaves("/interfaces/interface/config", "openconfig"), 0U);
  EXPECT_GT(leaves("/interfaces/interface[name=*]/config", "openconfig"), 0U);
}

TEST(SimFaults, BadOrdersAreExplained) {
  const auto fabric = start_fabric({"leaf1"});

  EXPECT_EQ(fabric->call("POST", "/control/devices/leaf9/kill").status, 404);
  EXPECT_EQ(fabric->call("POST", "/control/devices/leaf1/explode").status, 404);
  EXPECT_EQ(fabric->call("POST", "/control/devices/leaf1/change/vlan-added").status, 404);  // leaf2's
  EXPECT_EQ(fabric->call("POST", "/control/devices/leaf1/apply", "{").status, 400);
  EXPECT_EQ(fabric->call("POST", "/control/devices/leaf1/apply", R"([{"update": [{"path": "x["}]}])").status, 400);
  EXPECT_EQ(fabric->call("POST", "/control/kestra", R"({"mode": "explode"})").status, 400);
  for (const char* manners : {"[]", R"({"no_sample": 1})", R"({"no_on_change": ["x["]})", R"({"get": "no"})"}) {
    EXPECT_EQ(fabric->call("POST", "/control/devices/leaf1/manners", manners).status, 400) << manners;
  }
  EXPECT_EQ(fabric->call("GET", "/control/events?wait=soon").status, 400);
  const api::Response cli = fabric->call("POST", "/control/devices/leaf1/cli", "interface Ethernet1\nfly");
  EXPECT_EQ(cli.status, 400);
  EXPECT_NE(cli.body.find("% Invalid input (line 2: fly)"), std::string::npos) << cli.body;
}

TEST(SimKestra, AnswersLikeTheWebhookAndKeepsWhatCame) {
  const auto fabric = start_fabric({"leaf1"});
  const std::string body = R"({"event_id": "e1", "device": "leaf1"})";

  const auto first = post(fabric->kestra_url(), body, {{"X-Event-Id", "e1"}});
  const auto second = post(fabric->kestra_url(), body, {{"X-Event-Id", "e1"}});
  const auto wrong_key = post(fabric->kestra_url() + "x", body);
  const auto slash = post(fabric->kestra_url() + "/", body);
  const Json events = control(*fabric, "GET", "/control/events?since=0&accepted=true");

  EXPECT_EQ(first.status, 200);
  const Json answer = Json::parse(first.body, nullptr, false);
  EXPECT_EQ(answer["state"]["current"], "CREATED");
  EXPECT_EQ(answer["trigger"]["variables"]["body"]["device"], "leaf1");
  EXPECT_EQ(answer["trigger"]["variables"]["headers"]["x-event-id"][0], "e1");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(wrong_key.status, 404);
  EXPECT_NE(wrong_key.body.find("Not Found: Webhook not found"), std::string::npos);
  EXPECT_EQ(slash.status, 404);
  EXPECT_EQ(slash.body, "");
  ASSERT_EQ(events["items"].size(), 2U);
  EXPECT_EQ(events["items"][0]["duplicate"], false);
  EXPECT_EQ(events["items"][1]["duplicate"], true);
  EXPECT_EQ(events["items"][1]["header_event_id"], "e1");
  EXPECT_EQ(events["next"], 4);
}

TEST(SimKestra, FailsAsTold) {
  const auto fabric = start_fabric({"leaf1"});
  control(*fabric, "POST", "/control/kestra", R"({"mode": "status", "status": 503, "times": 1, "retry_after": "1"})");

  const auto refused = post(fabric->kestra_url(), "{}");
  const auto accepted = post(fabric->kestra_url(), "{}");
  control(*fabric, "POST", "/control/kestra", R"({"mode": "withhold"})");
  const auto withheld = post(fabric->kestra_url(), "{}");
  control(*fabric, "POST", "/control/kestra", R"({"mode": "drop"})");
  const auto dropped = post(fabric->kestra_url(), "{}");
  control(*fabric, "POST", "/control/kestra", R"({"mode": "down"})");
  const auto down = post(fabric->kestra_url(), "{}");
  control(*fabric, "POST", "/control/kestra", R"({"mode": "ok"})");
  const auto up = post(fabric->kestra_url(), "{}");

  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(accepted.status, 200);
  EXPECT_EQ(withheld.status, 0);
  EXPECT_EQ(dropped.status, 0);
  EXPECT_EQ(down.status, 0);
  EXPECT_EQ(up.status, 200);
  const Json items = control(*fabric, "GET", "/control/events")["items"];
  ASSERT_EQ(items.size(), 4U);  // the dropped one and the refused connection never arrived
  EXPECT_EQ(items[0]["accepted"], false);
  EXPECT_EQ(items[2]["accepted"], true);
  EXPECT_EQ(items[2]["answered"], false);
}

TEST(SimKestra, ALongPollEndsWithTheEvent) {
  const auto fabric = start_fabric({"leaf1"});
  net::HttpResponse polled;
  std::thread poller([&] {
    net::HttpClient client;
    net::HttpRequest request;
    request.url = fabric->control_url() + "/control/events?since=0&wait=1m";
    request.timeout = std::chrono::minutes(2);
    if (const auto response = client.send(request)) polled = *response;
  });
  post(fabric->kestra_url(), R"({"event_id": "e1"})");
  poller.join();

  EXPECT_EQ(Json::parse(polled.body, nullptr, false)["items"][0]["event_id"], "e1");
}

TEST(SimKestra, ALongPollWithoutEventsEndsEmpty) {
  const auto fabric = start_fabric({"leaf1"});

  const Json events = control(*fabric, "GET", "/control/events?since=0&wait=20ms");

  EXPECT_TRUE(events["items"].empty());
}

}  // namespace
}  // namespace dm::sim
