// NetBox's unwelcome answers, recorded or made up, through real HTTP.
#include "intent/netbox/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "intent/netbox/netbox_source.h"
#include "intent/netbox_face.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace testing_support;

const char* const kVlans = "/api/ipam/vlans/";

Client::Options options_for(const std::string& url) {
  Client::Options options;
  options.url = url;
  options.token = config::Secret(NetBoxFace::token());
  options.retry.tries = 1;  // netbox_faults_test.cpp has those that are repeated
  return options;
}

NetBoxFace::Override answer_at(const std::string& path, int status, const std::string& type,
                               const std::string& body) {
  return [=](const api::Request& request) -> std::optional<api::Response> {
    if (request.path != path) return std::nullopt;
    return api::Response{status, type, body, {}};
  };
}

core::Error error_of(NetBoxFace& face, int status, const std::string& type,
                     const std::string& body) {
  face.override_with(answer_at(kVlans, status, type, body));
  Client client(options_for(face.url()));
  const auto rows = client.list<VlanRow>({kVlans, "ipam.view_vlan", ""});
  EXPECT_FALSE(rows);
  return rows ? core::Error{} : rows.error();
}

TEST(NetBoxClient, ExplainsRecordedRefusals) {
  struct Case {
    int status;
    const char* file;
    Code code;
    const char* says;
  };
  const Case cases[] = {
      {403, "errors/bad_token.json", Code::Unauthenticated,
       "the token is refused (HTTP 403: Invalid token)"},
      {403, "errors/missing_token.json", Code::Unauthenticated, "no credentials arrived"},
      {403, "errors/bearer_v1_token.json", Code::Unauthenticated, "no credentials arrived"},
      {403, "errors/no_permission_list.json", Code::PermissionDenied,
       "give its user the permission ipam.view_vlan"},
      {400, "errors/filter_nonexistent_slug.json", Code::InvalidArgument,
       "nope is not one of the available choices"},
      {400, "errors/filter_nonexistent_id.json", Code::InvalidArgument, "Select a valid choice"},
      {404, "errors/not_found_path.html", Code::NotFound, "not found (HTTP 404)"},
      {500, "errors/postgres_down_list.json", Code::Unavailable, "HTTP 500"},
      {500, "errors/redis_down_list.html", Code::Unavailable, "HTTP 500"},
      {502, "proxy/nginx_502_upstream_down.html", Code::Unavailable, "HTTP 502"},
      {504, "proxy/nginx_504_slow_upstream.html", Code::Unavailable, "HTTP 504"},
      {414, "proxy/nginx_414_long_url.html", Code::InvalidArgument, "too long"},
  };
  NetBoxFace face;
  for (const Case& test : cases) {
    const std::string type =
        std::string(test.file).ends_with(".json") ? "application/json" : "text/html; charset=utf-8";
    const core::Error error = error_of(face, test.status, type, netbox_file(test.file));
    EXPECT_EQ(error.code, test.code) << test.file;
    EXPECT_THAT(error.message, HasSubstr(test.says)) << test.file;
    EXPECT_THAT(error.message, HasSubstr(kVlans)) << test.file;
    EXPECT_THAT(error.message, Not(HasSubstr(NetBoxFace::token())));
  }
}

TEST(NetBoxClient, ExplainsAnswersThatAreNoList) {
  NetBoxFace face;
  EXPECT_THAT(error_of(face, 200, "text/html", "<html>login</html>").message,
              HasSubstr("not JSON"));
  EXPECT_THAT(error_of(face, 200, "application/json", "{\"count\":").message,
              HasSubstr("not the JSON expected"));
  EXPECT_THAT(error_of(face, 200, "application/json", "{\"detail\":\"x\"}").message,
              HasSubstr("no NetBox list"));
  EXPECT_THAT(
      error_of(face, 200, "application/json", R"({"count":1,"results":[{"vid":1}]})").message,
      HasSubstr("no id"));
  EXPECT_THAT(error_of(face, 200, "application/json", "").message,
              HasSubstr("not the JSON expected"));
  EXPECT_THAT(error_of(face, 200, "application/json", R"({"count":0,"results":[]} trailing)").code,
              Code::Corrupt);
  EXPECT_THAT(error_of(face, 204, "application/json", "").code, Code::Corrupt);
}

TEST(NetBoxClient, TellsWhereARedirectLeadsWithoutFollowingIt) {
  NetBoxFace face;
  face.override_with([](const api::Request&) -> std::optional<api::Response> {
    return api::Response{
        301, "text/html", "", {{"Location", "https://netbox.example/api/?token=secret"}}};
  });
  Client client(options_for(face.url()));
  const auto status = client.status();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message,
              AllOf(HasSubstr("https://netbox.example:443"), Not(HasSubstr("secret"))));
  EXPECT_EQ(face.requests().size(), 1U);

  face.override_with([](const api::Request&) -> std::optional<api::Response> {
    return api::Response{301, "text/html", "", {{"Location", "/api/status/?token=secret"}}};
  });
  EXPECT_THAT(client.status().error().message, AllOf(HasSubstr("to another path there"), Not(HasSubstr("secret"))));
}

TEST(NetBoxClient, SendsV1AndV2TokensAndTakesUrlsInAnySpelling) {
  NetBoxFace face;
  for (const char* suffix : {"", "/", "/api", "/api/"}) {
    Client client(options_for(face.url() + suffix));
    const auto status = client.status();
    ASSERT_TRUE(status) << suffix << " " << status.error().message;
    EXPECT_EQ(status->version, "4.4.10");
    EXPECT_THAT(status->plugins, testing::ElementsAre("netbox_bgp"));
  }
  auto options = options_for(face.url());
  options.token = config::Secret("nbt_key.secret");
  Client client(options);
  EXPECT_FALSE(client.status());
  EXPECT_EQ(face.requests().back().headers.at("authorization"), "Bearer nbt_key.secret");
}

TEST(NetBoxClient, PagesByIdAndNeverFollowsNext) {
  NetBoxFace face(10);  // caps the 500 that are asked
  Client client(options_for(face.url()));

  const auto rows = client.list<SessionRow>({"/api/plugins/bgp/bgpsession/", "", ""});

  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), 74U);
  const auto requests = face.requests();
  ASSERT_EQ(requests.size(), 8U);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].query.at("ordering"), "id");
    EXPECT_EQ(requests[i].query.at("limit"), "500");
    EXPECT_EQ(requests[i].query.contains("id__gt"), i > 0);
    if (i == 0) continue;
    EXPECT_EQ(requests[i].query.at("id__gt"), std::to_string((*rows)[10 * i - 1].id));
  }
}

TEST(NetBoxClient, PagesByStartSinceNetBox46) {
  NetBoxFace face(10);
  face.set_version("4.6.8");
  Client client(options_for(face.url()));
  ASSERT_TRUE(client.status());

  const auto rows = client.list<SessionRow>({"/api/plugins/bgp/bgpsession/", "", ""});

  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), 74U);
  EXPECT_EQ(face.requests().back().query.count("ordering"), 0U);
  EXPECT_EQ(face.requests().back().query.at("start"), std::to_string((*rows)[69].id + 1));
}

TEST(NetBoxClient, PagesByOffsetWhereAListIgnoresTheKeyset) {
  for (const char* version : {"4.4.10", "4.6.8"}) {
    NetBoxFace face(10);
    face.set_version(version);
    face.without_keyset("/api/plugins/bgp/bgpsession/");
    Client client(options_for(face.url()));
    ASSERT_TRUE(client.status());

    const auto rows = client.list<SessionRow>({"/api/plugins/bgp/bgpsession/", "", ""});

    ASSERT_TRUE(rows) << rows.error().message;
    EXPECT_EQ(rows->size(), 74U);
    EXPECT_EQ(face.requests().back().query.at("offset"), "70");
  }
}

TEST(NetBoxClient, ReadsSeveralListsAtOnce) {
  NetBoxFace face(10);
  Client client(options_for(face.url()));
  std::vector<VlanRow> vlans;
  std::vector<SessionRow> sessions;
  std::vector<InterfaceRow> interfaces;
  std::vector<ListJob> jobs;
  jobs.push_back(job({kVlans, "", ""}, vlans));
  jobs.push_back(job({"/api/plugins/bgp/bgpsession/", "", ""}, sessions));
  jobs.push_back(job({"/api/dcim/interfaces/", "", ""}, interfaces));

  const auto report = client.read(std::move(jobs));

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(vlans.size(), 6U);
  EXPECT_EQ(sessions.size(), 74U);
  EXPECT_EQ(interfaces.size(), 122U);
}

TEST(NetBoxClient, LeavesOutAnIdThatVanishedAndReportsIt) {
  NetBoxFace face;
  face.remove_device(5);
  Client client(options_for(face.url()));
  std::vector<InterfaceRow> rows;
  std::vector<ListJob> jobs;
  jobs.push_back(job({"/api/dcim/interfaces/", "", "", "device_id", {3, 4, 5, 6, 7}}, rows));

  const auto report = client.read(std::move(jobs));

  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->vanished, testing::ElementsAre(5));
  std::set<std::uint64_t> devices;
  for (const InterfaceRow& row : rows) devices.insert(row.device.id);
  EXPECT_THAT(devices, testing::ElementsAre(3, 4, 6, 7));
}

TEST(NetBoxClient, CutsIdListsToWhatTheServerTakes) {
  NetBoxFace face;
  std::size_t longest = 0;
  face.override_with([&](const api::Request& request) -> std::optional<api::Response> {
    longest = std::max(longest, request.target.size());
    if (request.target.size() > 400)  // a proxy that is stricter than gunicorn
      return api::Response{414, "text/html", netbox_file("proxy/nginx_414_long_url.html"), {}};
    return std::nullopt;
  });
  Client client(options_for(face.url()));
  ListQuery query{"/api/dcim/interfaces/", "", std::string("fields=id,device,name"), "id", {}};
  for (std::uint64_t id = 1; id <= 500; ++id) query.ids.push_back(id);

  const auto rows = client.list<InterfaceRow>(query);

  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), 122U);
  EXPECT_LT(longest, 4000U);
}

TEST(NetBoxClient, OneIdThatIsTooLongIsAnError) {
  NetBoxFace face;
  face.override_with(answer_at("/api/dcim/interfaces/", 414, "text/html", netbox_file("proxy/nginx_414_long_url.html")));
  Client client(options_for(face.url()));
  const auto rows = client.list<InterfaceRow>({"/api/dcim/interfaces/", "", "", "id", {1, 2, 3}});
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().message, HasSubstr("too long"));
}

TEST(NetBoxClient, TellsHowLongItShallWait) {
  NetBoxFace face;
  std::string wait = "17";
  face.override_with([&](const api::Request&) -> std::optional<api::Response> {
    return api::Response{429, "application/json", R"({"detail":"slow down"})", {{"Retry-After", wait}}};
  });
  Client client(options_for(face.url()));
  const auto rows = client.list<VlanRow>({kVlans, "", ""});
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, Code::Unavailable);
  EXPECT_EQ(client.retry_after(), std::chrono::seconds(17));

  wait = "99999999";  // nobody is believed for longer
  ASSERT_FALSE(client.status());
  EXPECT_EQ(client.retry_after(), std::chrono::hours(1));
  wait = "Wed, 21 Oct 2026 07:28:00 GMT";
  ASSERT_FALSE(client.status());
  EXPECT_EQ(client.retry_after(), std::chrono::seconds(0));
}

TEST(NetBoxClient, BoundsPagesAndObjects) {
  NetBoxFace face;
  auto options = options_for(face.url());
  options.limits.http_response_bytes = 1000;
  Client small_pages(options);
  const auto too_long = small_pages.list<InterfaceRow>({"/api/dcim/interfaces/", "", ""});
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, Code::ResourceExhausted);
  EXPECT_THAT(too_long.error().message, HasSubstr("(limits.http_response_bytes)"));

  options = options_for(face.url());
  options.limits.netbox_objects = 60;
  Client few_objects(options);
  const auto too_many = few_objects.list<InterfaceRow>({"/api/dcim/interfaces/", "", ""});
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, Code::ResourceExhausted);
  EXPECT_THAT(too_many.error().message, HasSubstr("more than 60 objects (limits.netbox_objects)"));
}

core::Result<Loaded> load(const NetBoxFace& face, const std::string& filter,
                          const std::string& token = NetBoxFace::token()) {
  config::NetBox settings;
  settings.url = face.url();
  settings.token = config::Secret(token);
  const core::SystemClock clock;
  return make_netbox_source(settings, {true, filter, {}}, 6030, {}, clock)->load({});
}

TEST(NetBoxSource, NamesTheHostAndHidesTheTokenInErrors) {
  NetBoxFace face;
  const auto loaded = load(face, "role=leaf", "ffffffffffffffffffffffffffffffffffffffff");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::Unauthenticated);
  EXPECT_THAT(
      loaded.error().message,
      AllOf(testing::StartsWith("netbox " + face.url() + ": /api/status/: the token is refused"),
            Not(HasSubstr("ffff"))));
}

TEST(NetBoxSource, RefusesDevicesThatTheFilterExcludes) {
  NetBoxFace face;  // ignores the filter, as NetBox ignores one that it does not know
  const auto loaded = load(face, "role=spine");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message,
              HasSubstr("did not apply the filter role=spine: it answered with device 'leaf1'"));
}

TEST(NetBoxSource, WarnsOfAFilterThatMakesNoDifference) {
  NetBoxFace face;
  const auto loaded = load(face, "role=leaf&role=spine&rack_nam=a1");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_THAT(loaded->warnings,
              testing::Contains(HasSubstr("'rack_nam' makes no difference (10 devices")));
}

TEST(NetBoxSource, RefusesFiltersThatWouldBreakPaging) {
  NetBoxFace face;
  for (const char* filter : {"limit=1", "fields=id", "role", "=x"}) {
    const auto loaded = load(face, filter);
    ASSERT_FALSE(loaded) << filter;
    EXPECT_THAT(loaded.error().message, HasSubstr("inventory.netbox.filter")) << filter;
  }
}

TEST(NetBoxSource, OnePermissionMissingFailsTheWholeLoad) {
  NetBoxFace face;
  face.override_with(answer_at("/api/vpn/l2vpns/", 403, "application/json",
                               netbox_file("errors/no_permission_list.json")));
  const auto loaded = load(face, "role=leaf&role=spine");
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("vpn.view_l2vpn"));
}

TEST(NetBoxSource, AsksForNoMoreThanItNeeds) {
  NetBoxFace face;
  ASSERT_TRUE(load(face, "role=leaf&role=spine"));
  std::map<std::string, std::string> targets;
  for (const api::Request& request : face.requests()) {
    EXPECT_EQ(request.method, "GET");
    targets[request.path] = request.target;
  }
  EXPECT_THAT(targets.at("/api/dcim/devices/"),
              HasSubstr("role=leaf&role=spine&exclude=config_context"));
  EXPECT_THAT(targets.at("/api/dcim/interfaces/"),
              AllOf(HasSubstr("device_id=3&device_id=4"), HasSubstr("fields=id,")));
  EXPECT_THAT(targets.at("/api/ipam/ip-addresses/"),
              AllOf(HasSubstr("fields=id,"), Not(HasSubstr("assigned_object,"))));
}

TEST(NetBoxSource, SilenceIsATimeout) {
  auto silent = api::HttpServer::start_deferred(
      {},
      [pending = std::make_shared<std::vector<api::Respond>>()](
          const api::Request&, api::Respond respond) { pending->push_back(std::move(respond)); });
  ASSERT_TRUE(silent);
  config::NetBox settings;
  settings.url = "http://" + (*silent)->address();
  settings.timeout = std::chrono::seconds(2);  // the server never answers; time to connect is in it
  const core::SystemClock clock;
  const auto source = make_netbox_source(settings, {true, "", {}}, 6030, {}, clock);

  const auto loaded = source->load({});

  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::Timeout);
  EXPECT_THAT(loaded.error().message, HasSubstr("no complete answer within 2s"));
}

}  // namespace
}  // namespace dm::intent::netbox
