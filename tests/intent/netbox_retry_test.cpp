// When NetBox is asked again: the rules without a socket.
#include "intent/netbox/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intent/netbox/list_run.h"

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;
using namespace std::chrono_literals;

TEST(NetBoxRetry, PassingIsWhatMayBeOverInAMoment) {
  for (const Code code : {Code::Unavailable, Code::Timeout, Code::Corrupt, Code::Internal}) EXPECT_TRUE(is_passing({code, ""}));
  for (const Code code : {Code::InvalidArgument, Code::NotFound, Code::Unauthenticated, Code::PermissionDenied,
                          Code::ResourceExhausted, Code::Cancelled})
    EXPECT_FALSE(is_passing({code, ""}));
}

TEST(NetBoxRetry, WaitsGrowAndNetBoxMayAskForMoreUpToALimit) {
  const RetryPolicy policy{.tries = 4, .wait = {1s, 10s}, .longest_wait = 1min};
  for (const std::uint64_t random : {0ULL, 12345678901ULL}) {
    core::Duration least = 500ms;
    for (int tries = 1; tries <= 3; ++tries, least *= 2) {
      const auto wait = wait_after(policy, tries, 0s, random);
      ASSERT_TRUE(wait);
      EXPECT_GE(*wait, least);
      EXPECT_LE(*wait, 2 * least);
    }
  }
  EXPECT_EQ(wait_after(policy, 1, 17s, 0), core::Duration(17s));
  EXPECT_EQ(wait_after(policy, 1, 1min, 0), core::Duration(1min));
  EXPECT_EQ(wait_after(policy, 1, 61s, 0), std::nullopt);
}

net::HttpResponse page_of(std::uint64_t id) {
  return {200, {{"content-type", "application/json"}}, R"({"count":1,"results":[{"id":)" + std::to_string(id) + "}]}"};
}

struct Lists {
  std::vector<VlanRow> vlans, others;
  ListRun run;

  Lists() : run(jobs(), {PageStyle::IdGreater, 500, 100, 2}) {}
  std::vector<ListJob> jobs() {
    std::vector<ListJob> all;
    all.push_back(job({"/a/", "", ""}, vlans));
    all.push_back(job({"/b/", "", ""}, others));
    return all;
  }
};

TEST(NetBoxRetry, WhileAFailureWaitsNothingElseIsAsked) {
  Lists lists;
  const auto first = lists.run.next();
  lists.run.take(first->page, Error{Code::Timeout, "silence"});
  EXPECT_FALSE(lists.run.next());
  EXPECT_FALSE(lists.run.failed().is_empty());
  EXPECT_EQ(lists.run.failed().tries(), 1);
  EXPECT_EQ(lists.run.failed().error().message, "silence");

  lists.run.repeat();
  const auto again = lists.run.next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->path, "/a/");
  lists.run.take(again->page, page_of(1));
  const auto other = lists.run.next();
  lists.run.take(other->page, page_of(2));
  EXPECT_FALSE(lists.run.next());
  EXPECT_TRUE(lists.run.failed().is_empty());
  EXPECT_TRUE(std::move(lists.run).finish());
  EXPECT_THAT(lists.vlans, testing::SizeIs(1));
  EXPECT_THAT(lists.others, testing::SizeIs(1));
}

TEST(NetBoxRetry, AFailureThatStaysEndsTheReadingAndForgetsTheOthersThatWait) {
  Lists lists;
  const auto first = lists.run.next(), second = lists.run.next();
  lists.run.take(first->page, Error{Code::Timeout, "silence"});
  lists.run.take(second->page, Error{Code::PermissionDenied, "no"});
  EXPECT_TRUE(lists.run.failed().is_empty());
  const auto report = std::move(lists.run).finish();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message, "no");
}

}  // namespace
}  // namespace dm::intent::netbox
