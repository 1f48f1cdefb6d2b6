// A NetBox in trouble: what is asked again, what is given up, and what stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/guard.h"
#include "intent/merge.h"
#include "intent/netbox/netbox_source.h"
#include "intent/netbox_face.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;
using namespace testing_support;

constexpr const char* kVlans = "/api/ipam/vlans/";
constexpr const char* kInterfaces = "/api/dcim/interfaces/";
constexpr const char* kLeaf1 = "/api/dcim/devices/3/render-config/";

// Reads the recorded lab from a face, without waiting between the tries.
struct Lab {
  core::SystemClock clock;
  Client::Options client;
  RestReader::Extras extras{false, std::nullopt};
  std::unique_ptr<NetBoxSource> source;

  explicit Lab(const NetBoxFace& face) {
    client.url = face.url();
    client.token = config::Secret(NetBoxFace::token());
    client.retry.wait = {core::Duration::zero(), core::Duration::zero()};
  }

  core::Result<Loaded> load() {
    if (source == nullptr) {
      NetBoxSource::Options options;
      options.reader = std::make_unique<RestReader>(client, Scope{true, "role=leaf&role=spine", {}}, extras);
      options.mapping.base_url = options.reader->base_url();
      options.clock = &clock;
      source = std::make_unique<NetBoxSource>(std::move(options));
    }
    return source->load({.is_everything = true, .hints = {}});
  }
};

void expect_equal(const Loaded& loaded, const Loaded& wanted) {
  ASSERT_EQ(loaded.devices.size(), wanted.devices.size());
  for (std::size_t i = 0; i < wanted.devices.size(); ++i)
    EXPECT_TRUE(is_same(*loaded.devices[i], *wanted.devices[i])) << wanted.devices[i]->device;
  EXPECT_EQ(loaded.findings, wanted.findings);
}

TEST(NetBoxFaults, AnAnswerThatFailsInPassingIsAskedForAgainAndNothingIsMissing) {
  NetBoxFace face;
  Lab whole(face);
  const auto wanted = whole.load();
  ASSERT_TRUE(wanted) << wanted.error().message;
  const std::pair<const char*, Fault> faults[] = {
      {"PostgreSQL is down", Fault::postgres_down()}, {"Redis is down", Fault::redis_down()},
      {"502", Fault::bad_gateway()},                  {"504", Fault::gateway_timeout()},
      {"429", Fault::too_many_requests()},            {"dropped", Fault::drop()},
      {"half an answer", Fault::half()},
  };
  for (const auto& [name, fault] : faults) {
    SCOPED_TRACE(name);
    for (const char* path : {"/api/dcim/devices/", kVlans, kInterfaces, "/api/core/object-changes/"}) {
      Lab lab(face);
      face.script(path, {fault, fault});
      const auto loaded = lab.load();
      ASSERT_TRUE(loaded) << path << ": " << loaded.error().message;
      expect_equal(*loaded, *wanted);
      EXPECT_TRUE(face.is_script_over()) << path;
      const bool is_curls = fault.kind == Fault::Kind::Drop;  // it repeats some of these itself
      EXPECT_TRUE(is_curls || lab.source->figures().repeats > 0) << path;
    }
  }
}

// As during NetBox' restart: the connection is accepted and nothing comes.
TEST(NetBoxFaults, SilenceInTheMiddleOfAReadingIsAskedThrough) {
  NetBoxFace face;
  Lab lab(face);
  lab.client.timeout = std::chrono::milliseconds(300);
  lab.client.retry.tries = 100;  // a slow machine may need several for any answer
  face.script(kInterfaces, {Fault::silence()});

  const auto loaded = lab.load();

  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->devices.size(), 10U);
  EXPECT_GE(lab.source->figures().repeats, 1U);
}

TEST(NetBoxFaults, ASlowPageHoldsNothingUpButItself) {
  NetBoxFace face;
  Lab lab(face);
  face.script(kVlans, {Fault::late(3)});

  const auto loaded = lab.load();

  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->devices.size(), 10U);
  EXPECT_EQ(face.count_of(kVlans), 1U);
  EXPECT_EQ(lab.source->figures().repeats, 0U);
}

TEST(NetBoxFaults, WhatStaysBrokenIsGivenUpAfterSoManyTries) {
  NetBoxFace face;
  Lab lab(face);
  lab.client.retry.tries = 3;
  face.script(kVlans, std::vector<Fault>(50, Fault::bad_gateway()));

  const auto loaded = lab.load();

  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::Unavailable);
  EXPECT_THAT(loaded.error().message, HasSubstr("/api/ipam/vlans/: NetBox or its proxy is in trouble (HTTP 502)"));
  EXPECT_EQ(face.count_of(kVlans), 3U);
}

TEST(NetBoxFaults, WhatWillNotPassIsNotAskedAgain) {
  NetBoxFace face;
  Lab lab(face);
  face.script(kVlans, {Fault::no_permission()});
  const auto loaded = lab.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::PermissionDenied);
  EXPECT_EQ(face.count_of(kVlans), 1U);
  EXPECT_EQ(lab.source->figures().repeats, 0U);
}

TEST(NetBoxFaults, NetBoxThatWantsRestIsLeftAlone) {
  NetBoxFace face;
  Lab lab(face);
  face.script(kVlans, {Fault::too_many_requests("300")});
  const auto loaded = lab.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(face.count_of(kVlans), 1U);
  EXPECT_EQ(lab.source->retry_after(), std::chrono::seconds(300));
}

TEST(NetBoxFaults, TheFirstQuestionIsNotRepeated) {
  for (const Fault& fault : {Fault::postgres_down(), Fault::html(500, "errors/redis_down_status.html")}) {
    NetBoxFace face;
    Lab lab(face);
    lab.client.token = config::Secret("ffffffffffffffffffffffffffffffffffffffff");  // nobody can tell while it is down
    face.script("*", {fault});
    const auto loaded = lab.load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Code::Unavailable);
    EXPECT_THAT(face.requests(), SizeIs(1));
  }
}

// gunicorn refuses request lines above 4094 bytes, a proxy may be stricter.
TEST(NetBoxFaults, ARequestLineThatIsTooLongIsCut) {
  for (const Fault& fault : {Fault::too_long_for_gunicorn(), Fault::too_long_for_nginx()}) {
    NetBoxFace face;
    Lab lab(face);
    face.script(kInterfaces, {fault, fault, fault});
    const auto loaded = lab.load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->devices.size(), 10U);
    EXPECT_TRUE(loaded->findings.empty());
  }
}

TEST(NetBoxFaults, EveryPathEndsInASlash) {
  NetBoxFace face;
  Lab lab(face);
  lab.extras.template_id = 0;
  (void)lab.load();
  for (const api::Request& request : face.requests()) EXPECT_TRUE(request.path.ends_with('/')) << request.path;
}

// A token whose permission has a constraint makes lists shorter without a word.
TEST(NetBoxFaults, AListThatIsSilentlyShorterIsLeftToTheGuard) {
  NetBoxFace face;
  Lab lab(face);
  const auto before = lab.load();
  ASSERT_TRUE(before);
  face.script("/api/dcim/devices/", {Fault::json(200, netbox_file("errors/narrow_permission_list.json"))});
  const auto narrow = lab.load();
  ASSERT_TRUE(narrow) << narrow.error().message;
  EXPECT_THAT(narrow->devices, SizeIs(1));
  EXPECT_FALSE(check_loss(*before, *narrow, {}));
}

api::Response rendered(const std::string& content) {
  return {200, "application/json", R"({"configtemplate":{"id":7,"name":"paths"},"content":")" + content + "\"}", {}};
}

const model::DeviceIntent& leaf1(const Loaded& loaded) {
  const auto at = std::find_if(loaded.devices.begin(), loaded.devices.end(),
                               [](const auto& device) { return device->device == "leaf1"; });
  EXPECT_NE(at, loaded.devices.end());
  return **at;
}

model::Value hostname(const Loaded& loaded) {
  for (const auto& leaf : leaf1(loaded).leaves) {
    if (leaf.path.text() == "/system/config/hostname") return leaf.desired();
  }
  return {};
}

// Templates of the lab: leaf1 has one that gives it another host name, the others have none.
struct Templates {
  NetBoxFace face;
  Lab lab{face};

  Templates() {
    lab.extras.template_id = 0;
    face.override_with([](const api::Request& request) -> std::optional<api::Response> {
      if (request.path == kLeaf1) return rendered("/system/config/hostname: rendered");
      if (!request.path.ends_with("/render-config/")) return std::nullopt;
      return api::Response{400, "application/json", netbox_file("render_config_no_template.json"), {}};
    });
  }
};

TEST(NetBoxFaults, ATemplateThatFailsForOneDeviceCostsThatDeviceAlone) {
  const std::pair<Fault, const char*> faults[] = {
      {Fault::json(500, R"({"detail":"'x' is undefined"})"), "'x' is undefined"},
      {Fault::json(500, R"({"error":"division by zero","exception":"ZeroDivisionError"})"), "division by zero"},
      {Fault::json(400, R"({"error":"bad data"})"), "bad data"},
      {Fault::json(404, R"({"detail":"No Device matches the given query."})"), "not found"},
      {Fault::no_permission(), "dcim.render_config_device"},
      {Fault::too_long_for_nginx(), "too long"},
  };
  for (const auto& [fault, says] : faults) {
    SCOPED_TRACE(says);
    Templates templates;
    templates.face.script(kLeaf1, {fault});
    const auto first = templates.lab.load();
    if (!first) {
      ADD_FAILURE() << first.error().message;
      continue;
    }
    EXPECT_THAT(first->devices, SizeIs(10));
    ASSERT_THAT(first->findings, SizeIs(1));
    EXPECT_EQ(first->findings[0].kind, model::FindingKind::Override);
    EXPECT_EQ(first->findings[0].device, "leaf1");
    EXPECT_THAT(first->findings[0].message, HasSubstr(says));
    EXPECT_THAT(leaf1(*first).not_compared, Contains(testing::Key("rendered config template")));
    EXPECT_EQ(hostname(*first), model::Value("leaf1"));
    EXPECT_EQ(templates.face.count_of(kLeaf1), 1U);
  }
}

TEST(NetBoxFaults, WhatATemplateSaidBeforeItFailedStays) {
  Templates templates;
  ASSERT_TRUE(templates.lab.load());
  templates.face.script(kLeaf1, {Fault::json(500, R"({"detail":"'x' is undefined"})")});

  const auto failed = templates.lab.load();

  ASSERT_TRUE(failed) << failed.error().message;
  EXPECT_EQ(hostname(*failed), model::Value("rendered"));
  ASSERT_THAT(failed->findings, SizeIs(1));
  EXPECT_THAT(failed->findings[0].message, HasSubstr("what it said before counts"));

  const auto mended = templates.lab.load();
  ASSERT_TRUE(mended);
  EXPECT_TRUE(mended->findings.empty());
}

TEST(NetBoxFaults, ARenderingThatFailsInPassingIsAskedForAgain) {
  for (const Fault& fault : {Fault::postgres_down(), Fault::bad_gateway(), Fault::drop(), Fault::half()}) {
    Templates templates;
    templates.face.script("/api/dcim/devices/*", {fault, fault});
    const auto loaded = templates.lab.load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE(loaded->findings.empty());
    EXPECT_EQ(hostname(*loaded), model::Value("rendered"));
  }
}

TEST(NetBoxFaults, OneDeviceWhoseRenderingNeverComesIsDoneWithout) {
  Templates templates;
  templates.face.script(kLeaf1, std::vector<Fault>(50, Fault::gateway_timeout()));
  const auto loaded = templates.lab.load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_THAT(loaded->findings, SizeIs(1));
  EXPECT_THAT(loaded->findings[0].message, HasSubstr("HTTP 504"));
}

TEST(NetBoxFaults, WhereNoRenderingComesNetBoxItselfIsInTrouble) {
  NetBoxFace face;
  Lab lab(face);
  lab.extras.template_id = 0;
  face.override_with([](const api::Request& request) -> std::optional<api::Response> {
    if (request.path.ends_with("/render-config/")) return Fault::bad_gateway().response;
    return std::nullopt;
  });
  const auto loaded = lab.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::Unavailable);
}

}  // namespace
}  // namespace dm::intent::netbox
