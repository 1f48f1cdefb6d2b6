#include "gnmi/request.h"

#include <gnmi.pb.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

namespace dm::gnmi {
namespace {

SubscribePath path(const std::string& text, const std::string& origin = {},
                   schema::PathMode mode = schema::PathMode::OnChange) {
  SubscribePath made{*model::parse_path(text), mode};
  made.path.origin = origin;
  return made;
}

// The request as text must be exactly this: what is not said must not be sent.
void expect_request(const std::string& serialised, const std::string& text_proto) {
  ::gnmi::SubscribeRequest request, expected;
  ASSERT_TRUE(request.ParseFromString(serialised));
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text_proto, &expected));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(request, expected)) << request.DebugString();
}

TEST(Request, AsksForEveryPathOnChange) {
  const std::vector<SubscribePath> paths = {path("/interfaces/interface/config", "openconfig"),
                                            path("/a/b[y=2][x=1/1]/c", "openconfig")};

  expect_request(subscribe_request(paths, {}), R"(subscribe {
      subscription { path { origin: "openconfig" elem { name: "interfaces" } elem { name: "interface" } elem { name: "config" } } mode: ON_CHANGE }
      subscription { path { origin: "openconfig" elem { name: "a" } elem { name: "b" key { key: "x" value: "1/1" } key { key: "y" value: "2" } } elem { name: "c" } } mode: ON_CHANGE }
      mode: STREAM encoding: JSON_IETF })");
}

TEST(Request, SendsAnIntervalOnlyWithSample) {
  const std::vector<SubscribePath> paths = {path("/a"), path("/b", "", schema::PathMode::Sample)};

  expect_request(subscribe_request(paths, {.sample_interval = std::chrono::seconds(5)}), R"(subscribe {
      subscription { path { elem { name: "a" } } mode: ON_CHANGE }
      subscription { path { elem { name: "b" } } mode: SAMPLE sample_interval: 5000000000 }
      encoding: JSON_IETF })");
}

TEST(Request, HasAPrefixOnlyForATarget) {
  const std::vector<SubscribePath> paths = {path("/a", "openconfig")};

  expect_request(subscribe_request(paths, {.target = "leaf1"}), R"(subscribe {
      prefix { target: "leaf1" }
      subscription { path { origin: "openconfig" elem { name: "a" } } mode: ON_CHANGE }
      encoding: JSON_IETF })");
}

TEST(Request, NamesTheEncodingOfTheProfile) {
  const std::vector<SubscribePath> paths = {path("/a")};
  const auto encoding_of = [&](const std::string& name) {
    ::gnmi::SubscribeRequest request;
    EXPECT_TRUE(request.ParseFromString(subscribe_request(paths, {.encoding = name})));
    return request.subscribe().encoding();
  };

  EXPECT_EQ(encoding_of("json"), ::gnmi::JSON);
  EXPECT_EQ(encoding_of("json_ietf"), ::gnmi::JSON_IETF);
  EXPECT_EQ(encoding_of("proto"), ::gnmi::PROTO);
  EXPECT_EQ(encoding_of("bytes"), ::gnmi::BYTES);
  EXPECT_EQ(encoding_of("ascii"), ::gnmi::ASCII);
}

TEST(Request, AsksForTheRootWithAnEmptyPath) {
  const std::vector<SubscribePath> paths = {path("/", "openconfig")};

  expect_request(subscribe_request(paths, {}),
                 R"(subscribe { subscription { path { origin: "openconfig" } mode: ON_CHANGE } encoding: JSON_IETF })");
}

TEST(Request, CarriesAnExtensionOnlyWhereItIsAskedFor) {
  const std::vector<SubscribePath> paths = {path("/a")};
  const std::string list = R"(subscribe { subscription { path { elem { name: "a" } } mode: ON_CHANGE } encoding: JSON_IETF })";

  expect_request(subscribe_request(paths, {}), list);
  expect_request(subscribe_request(paths, {.config_subscription = true}),
                 list + "extension { config_subscription { start { } } }");
  expect_request(subscribe_request(paths, {.depth = 3}), list + "extension { depth { level: 3 } }");
  expect_request(subscribe_request(paths, {.config_subscription = true, .depth = 3}),
                 list + "extension { config_subscription { start { } } } extension { depth { level: 3 } }");
}

TEST(Request, OfAGetNamesOnePathAndTheEncoding) {
  ::gnmi::GetRequest request, expected;
  ASSERT_TRUE(request.ParseFromString(get_request(path("/arista/eos/mlag", "openconfig").path, "", "json_ietf")));
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(path { origin: "openconfig" elem { name: "arista" } elem { name: "eos" } elem { name: "mlag" } } encoding: JSON_IETF)",
      &expected));

  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(request, expected)) << request.DebugString();
  ASSERT_TRUE(request.ParseFromString(get_request({}, "leaf1", "proto")));
  EXPECT_EQ(request.prefix().target(), "leaf1");
  EXPECT_EQ(request.encoding(), ::gnmi::PROTO);
}

}  // namespace
}  // namespace dm::gnmi
