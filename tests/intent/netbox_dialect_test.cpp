// One fabric in the dialect of every release: the same intent.
#include "intent/netbox_dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/merge.h"
#include "intent/netbox/netbox_source.h"

namespace dm::intent::netbox {
namespace {

using testing::HasSubstr;
using namespace testing_support;

core::Result<Loaded> load(const NetBoxFace& face, const std::string& token, bool reads_contexts = false) {
  const core::SystemClock clock;
  NetBoxSource::Options options;
  options.reader = std::make_unique<RestReader>(Client::Options{face.url(), config::Secret(token)}, Scope{true, "role=leaf&role=spine", {}},
                                                RestReader::Extras{reads_contexts, std::nullopt});
  options.mapping.base_url = "https://netbox.example";  // each face has an address of its own
  options.clock = &clock;
  return NetBoxSource(std::move(options)).load({});
}

void expect_equal(const Loaded& loaded, const Loaded& wanted) {
  ASSERT_EQ(loaded.devices.size(), wanted.devices.size());
  for (std::size_t i = 0; i < wanted.devices.size(); ++i)
    EXPECT_TRUE(is_same(*loaded.devices[i], *wanted.devices[i])) << wanted.devices[i]->device;
  EXPECT_EQ(loaded.inventory, wanted.inventory);
  EXPECT_EQ(loaded.suspended, wanted.suspended);
  EXPECT_EQ(loaded.findings, wanted.findings);
  EXPECT_EQ(loaded.warnings, wanted.warnings);
}

const Dialect kReleases[] = {
    {"4.3.7", "0.16.1"}, {"4.4.10", "0.17.0"}, {"4.5.10", "0.18.1"}, {"4.6.8", "0.19.0"}, {"4.7.0-beta1", "0.20.0"},
};

TEST(NetBoxDialects, EveryReleaseGivesTheSameIntent) {
  for (const bool reads_contexts : {false, true}) {
    DialectFace recorded({"4.4.10", "0.17.0"});
    const auto wanted = load(recorded.face(), NetBoxFace::token(), reads_contexts);
    ASSERT_TRUE(wanted) << wanted.error().message;
    EXPECT_EQ(wanted->devices.size(), 9U);  // one has a drift_policy
    for (const Dialect& release : kReleases) {
      for (const bool has_bgpsession : {true, false}) {
        SCOPED_TRACE(release.netbox + (has_bgpsession ? " bgpsession/" : " session/"));
        DialectFace netbox({release.netbox, release.bgp, has_bgpsession});
        const auto loaded = load(netbox.face(), NetBoxFace::token(), reads_contexts);
        ASSERT_TRUE(loaded) << loaded.error().message;
        expect_equal(*loaded, *wanted);
      }
    }
  }
}

TEST(NetBoxDialects, WithoutNetBoxBgpEveryReleaseGivesTheSameIntent) {
  DialectFace recorded({"4.4.10", ""});
  const auto wanted = load(recorded.face(), NetBoxFace::token());
  ASSERT_TRUE(wanted) << wanted.error().message;
  EXPECT_THAT(wanted->warnings, testing::Contains(HasSubstr("netbox-bgp is not installed")));
  for (const Dialect& release : kReleases) {
    SCOPED_TRACE(release.netbox);
    DialectFace netbox({release.netbox, ""});
    const auto loaded = load(netbox.face(), NetBoxFace::token());
    ASSERT_TRUE(loaded) << loaded.error().message;
    expect_equal(*loaded, *wanted);
  }
}

TEST(NetBoxDialects, TokensOfTheSecondVersionAreTakenSince45) {
  for (const Dialect& release : kReleases) {
    SCOPED_TRACE(release.netbox);
    DialectFace netbox(release);
    const auto loaded = load(netbox.face(), DialectFace::kV2Token);
    EXPECT_EQ(loaded.has_value(), release.minor() >= 5);
    if (!loaded) {
      EXPECT_EQ(loaded.error().code, core::Code::Unauthenticated);
    }
  }
}

TEST(NetBoxDialects, TheVersionDecidesHowListsArePaged) {
  for (const Dialect& release : kReleases) {
    SCOPED_TRACE(release.netbox);
    DialectFace netbox(release);
    ASSERT_TRUE(load(netbox.face(), NetBoxFace::token()));
    bool has_start = false, has_other = false;
    for (const api::Request& request : netbox.face().requests()) {
      if (request.path != "/api/ipam/ip-addresses/") continue;
      has_start = has_start || request.query.contains("start");
      has_other = has_other || request.query.contains("id__gt");
    }
    EXPECT_EQ(has_start, release.minor() >= 6);
    EXPECT_EQ(has_other, release.minor() < 6);
  }
}

// 0.20 knows neighbors that are a prefix to listen on.
TEST(NetBoxDialects, ASessionThatListensOnAPrefixIsNotCompared) {
  DialectFace netbox({"4.7.0-beta1", "0.20.0"});
  bool is_first = true;
  netbox.face().edit("/api/plugins/bgp/bgpsession/", [&is_first](const std::string& text) {
    nlohmann::json row = nlohmann::json::parse(text);
    if (std::exchange(is_first, false)) {
      row["remote_address"] = nullptr;
      row["remote_prefix"] = {{"id", 7}, {"display", "10.9.0.0/24"}, {"prefix", "10.9.0.0/24"}};
    }
    return row.dump();
  });
  const auto loaded = load(netbox.face(), NetBoxFace::token());
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->findings.size(), 1U);
  EXPECT_EQ(loaded->findings[0].kind, model::FindingKind::SessionIncomplete);
}

}  // namespace
}  // namespace dm::intent::netbox
