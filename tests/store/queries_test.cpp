#include "store/queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/scratch.h"

namespace dm::store {
namespace {

using scratch::batch;
using scratch::Book;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class QueriesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Queries::open(book_.path);
    ASSERT_TRUE(opened) << opened.error().message;
    queries_ = std::move(*opened);
  }
  Book book_;
  std::unique_ptr<Queries> queries_;
};

TEST_F(QueriesTest, PagesDriftsNewestFirstWithoutLossOrRepetition) {
  std::vector<std::string> written;
  for (int i = 0; i < 25; ++i) {
    const auto told = batch("leaf1", "/path-" + std::to_string(i));
    written.insert(written.begin(), told.drifts[0].id);
    ASSERT_TRUE(book_.commit(told));
  }

  std::vector<std::string> seen;
  Page page{.limit = 10};
  std::vector<std::size_t> sizes;
  do {
    const auto answer = queries_->drifts({}, page);
    ASSERT_TRUE(answer);
    sizes.push_back(answer->items.size());
    for (const model::Drift& drift : answer->items) seen.push_back(drift.id);
    page.cursor = answer->next_cursor;
    ASSERT_TRUE(book_.commit(batch("leaf2")));  // what comes meanwhile disturbs nothing
  } while (!page.cursor.empty());

  EXPECT_EQ(seen, written);
  EXPECT_THAT(sizes, ElementsAre(10, 10, 5));
}

TEST_F(QueriesTest, AFullLastPageHasNoNext) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(book_.commit(batch("leaf1")));

  const auto answer = queries_->drifts({}, {.limit = 10});

  EXPECT_THAT(answer->items, SizeIs(10));
  EXPECT_EQ(answer->next_cursor, "");
}

TEST_F(QueriesTest, FiltersDriftsByDeviceAndState) {
  model::LedgerBatch resolved = batch("leaf1", "/resolved");
  resolved.drifts[0].state = model::DriftState::Resolved;
  ASSERT_TRUE(book_.commit(resolved));
  ASSERT_TRUE(book_.commit(batch("leaf1", "/open")));
  ASSERT_TRUE(book_.commit(batch("leaf2", "/other")));
  const auto paths = [&](const DriftFilter& filter) {
    std::vector<std::string> out;
    const auto page = queries_->drifts(filter, {});
    for (const model::Drift& drift : page->items) out.push_back(drift.path);
    return out;
  };

  EXPECT_THAT(paths({}), ElementsAre("/other", "/open", "/resolved"));
  EXPECT_THAT(paths({.device = "leaf1"}), ElementsAre("/open", "/resolved"));
  EXPECT_THAT(paths({.state = "open"}), ElementsAre("/other", "/open"));
  EXPECT_THAT(paths({.device = "leaf1", .state = "resolved"}), ElementsAre("/resolved"));
  EXPECT_THAT(paths({.device = "nobody"}), IsEmpty());
}

TEST_F(QueriesTest, FindsOneDrift) {
  const auto told = batch("leaf1");
  ASSERT_TRUE(book_.commit(told));

  EXPECT_EQ(queries_->drift(told.drifts[0].id)->value().path, "/a");
  EXPECT_FALSE(queries_->drift("unknown")->has_value());
}

TEST_F(QueriesTest, ShowsEventsWithTheirDelivery) {
  const auto delivered = batch("leaf1"), silent = batch("leaf2");
  ASSERT_TRUE(book_.commit(delivered));
  book_.ledger->set_filter({.enabled = false});
  ASSERT_TRUE(book_.commit(silent));
  const core::WallTime now = book_.clock.wall_now();
  const auto id = (*book_.ledger->due(now, 1))[0].id;
  ASSERT_TRUE(book_.ledger->begin_attempt(id, now));
  ASSERT_TRUE(book_.ledger->finish_attempt(id,
                                           {.state = DeliveryState::Dead,
                                            .answer_class = "configuration",
                                            .status = 404,
                                            .error = "HTTP 404"},
                                           now));

  const auto events = queries_->events("", {});

  ASSERT_TRUE(events);
  ASSERT_THAT(events->items, SizeIs(2));
  EXPECT_EQ(events->items[0].device, "leaf2");
  EXPECT_FALSE(events->items[0].delivery);
  EXPECT_EQ(events->items[0].body, silent.bodies[0]);
  EXPECT_EQ(events->items[1].id, delivered.events[0].id);
  EXPECT_EQ(events->items[1].action, "opened");
  EXPECT_EQ(events->items[1].at, core::WallTime(std::chrono::seconds(5)));
  ASSERT_TRUE(events->items[1].delivery);
  EXPECT_EQ(events->items[1].delivery->state, DeliveryState::Dead);
  EXPECT_EQ(events->items[1].delivery->last_status, 404);
  EXPECT_EQ(events->items[1].delivery->finished_at, now);
  EXPECT_THAT(queries_->events("leaf2", {})->items, SizeIs(1));
  EXPECT_THAT(queries_->deliveries("dead", {})->items, SizeIs(1));
  EXPECT_THAT(queries_->deliveries("pending", {})->items, IsEmpty());
  EXPECT_EQ(queries_->deliveries("", {})->items[0].body, delivered.bodies[0]);
}

TEST_F(QueriesTest, RefusesACursorThatIsNone) {
  for (const char* cursor : {"x", "-1", "1x", "99999999999999999999"}) {
    EXPECT_EQ(queries_->drifts({}, {.cursor = cursor}).error().code, core::Code::InvalidArgument)
        << cursor;
    EXPECT_EQ(queries_->events("", {.cursor = cursor}).error().code, core::Code::InvalidArgument)
        << cursor;
    EXPECT_EQ(queries_->deliveries("", {.cursor = cursor}).error().code,
              core::Code::InvalidArgument)
        << cursor;
  }
}

TEST(Queries, SaysThatThereIsNoFile) {
  scratch::Folder folder;

  const auto queries = Queries::open(folder.file("state.db"));

  ASSERT_FALSE(queries);
  EXPECT_EQ(queries.error().code, core::Code::Io);
}

}  // namespace
}  // namespace dm::store
