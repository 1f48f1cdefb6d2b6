#include "store/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "store/queries.h"
#include "store/scratch.h"
#include "store/sqlite.h"

namespace dm::store {
namespace {

using namespace std::chrono_literals;
using metrics::Metric;
using scratch::batch;
using scratch::Book;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> events_of(const std::vector<Delivery>& deliveries) {
  std::vector<std::string> ids;
  for (const Delivery& delivery : deliveries) ids.push_back(delivery.event_id);
  return ids;
}

TEST(Ledger, KeepsDriftEventAndDeliveryOverARestart) {
  Book book;
  const model::LedgerBatch told = batch("leaf1");

  ASSERT_TRUE(book.commit(told));
  book.reopen();

  const auto open = book.ledger->open_drifts("leaf1");
  ASSERT_TRUE(open);
  ASSERT_THAT(*open, SizeIs(1));
  const model::Drift& drift = (*open)[0];
  const model::Drift& was = told.drifts[0];
  EXPECT_EQ(drift.id, was.id);
  EXPECT_EQ(drift.path, was.path);
  EXPECT_EQ(drift.kind, was.kind);
  EXPECT_EQ(drift.state, was.state);
  EXPECT_EQ(drift.severity, was.severity);
  EXPECT_EQ(drift.desired, was.desired);
  EXPECT_EQ(drift.current, was.current);
  EXPECT_EQ(drift.from, was.from);
  EXPECT_EQ(drift.first_seen, was.first_seen);
  EXPECT_EQ(drift.opened_at, was.opened_at);
  EXPECT_EQ(drift.changed_at, was.changed_at);
  EXPECT_EQ(drift.resolved_at, was.resolved_at);
  EXPECT_EQ(drift.device_timestamp_ns, was.device_timestamp_ns);
  EXPECT_TRUE(drift.was_told);
  const auto due = book.ledger->due(book.clock.wall_now(), 10);
  ASSERT_TRUE(due);
  ASSERT_THAT(*due, SizeIs(1));
  EXPECT_EQ((*due)[0].body, told.bodies[0]);
  EXPECT_EQ((*due)[0].event_id, told.events[0].id);
  EXPECT_EQ((*due)[0].device, "leaf1");
  EXPECT_EQ((*due)[0].state, DeliveryState::Pending);
  EXPECT_EQ((*due)[0].attempts, 0);
  EXPECT_FALSE((*due)[0].maybe_accepted);
  EXPECT_EQ(book.metrics.value(Metric::OutboxPending), 1);
}

TEST(Ledger, AResolvedDriftIsNotOpen) {
  Book book;
  model::LedgerBatch told = batch("leaf1");
  ASSERT_TRUE(book.commit(told));

  told.drifts[0].state = model::DriftState::Resolved;
  told.drifts[0].resolved_at = core::WallTime(9s);
  told.events.clear();
  told.bodies.clear();
  ASSERT_TRUE(book.commit(told));

  EXPECT_THAT(*book.ledger->open_drifts("leaf1"), IsEmpty());
}

TEST(Ledger, ValuesComeBackAsTheyWere) {
  Book book;
  model::LedgerBatch told = batch("leaf1");
  told.drifts[0].current = model::ValueObject{{"z", 1},
                                              {"config/a", std::uint64_t{18446744073709551615U}},
                                              {"config/b", std::int64_t{-9223372036854775807}},
                                              {"config/c", 2.0},
                                              {"config/d", model::ValueList{"10..12", 7, true}},
                                              {"config/e", ""}};
  told.drifts[0].desired = model::Value{};

  ASSERT_TRUE(book.commit(told));

  const auto open = book.ledger->open_drifts("leaf1");
  EXPECT_EQ((*open)[0].current, told.drifts[0].current);
  EXPECT_TRUE((*open)[0].desired.is_absent());
}

TEST(Ledger, CommittingABatchTwiceChangesNothing) {
  Book book;
  const model::LedgerBatch told = batch("leaf1");

  ASSERT_TRUE(book.commit(told));
  ASSERT_TRUE(book.commit(told));

  EXPECT_THAT(*book.ledger->open_drifts("leaf1"), SizeIs(1));
  EXPECT_EQ(book.metrics.value(Metric::OutboxPending), 1);
}

TEST(Ledger, OnlyTheOldestOfEachDeviceIsDue) {
  Book book;
  const auto a1 = batch("a"), a2 = batch("a"), b1 = batch("b"), c1 = batch("c");
  for (const auto& told : {a1, b1, a2, c1}) ASSERT_TRUE(book.commit(told));

  const auto due = book.ledger->due(book.clock.wall_now(), 10);
  EXPECT_THAT(events_of(*due), ElementsAre(a1.events[0].id, b1.events[0].id, c1.events[0].id));
  EXPECT_THAT(*book.ledger->due(book.clock.wall_now(), 2), SizeIs(2));

  ASSERT_TRUE(book.ledger->begin_attempt((*due)[0].id, book.clock.wall_now()));
  EXPECT_THAT(events_of(*book.ledger->due(book.clock.wall_now(), 10)),
              ElementsAre(b1.events[0].id, c1.events[0].id));

  ASSERT_TRUE(book.ledger->finish_attempt((*due)[0].id, {.state = DeliveryState::Delivered},
                                          book.clock.wall_now()));
  EXPECT_THAT(events_of(*book.ledger->due(book.clock.wall_now(), 10)),
              ElementsAre(b1.events[0].id, a2.events[0].id, c1.events[0].id));
  EXPECT_EQ(book.metrics.value(Metric::OutboxPending), 3);
}

TEST(Ledger, WhatWaitsForMendedSettingsCanBeMadeDue) {
  Book book;
  const auto refused = batch("a"), busy = batch("b");
  for (const auto& told : {refused, busy}) ASSERT_TRUE(book.commit(told));
  const core::WallTime now = book.clock.wall_now();
  const auto due = book.ledger->due(now, 2);
  for (const auto& delivery : *due) {
    const bool is_refused = delivery.device == "a";
    ASSERT_TRUE(book.ledger->begin_attempt(delivery.id, now));
    ASSERT_TRUE(book.ledger->finish_attempt(delivery.id,
                                            {.answer_class = is_refused ? "configuration" : "retry",
                                             .error = "HTTP 404",
                                             .next_attempt_at = now + 10s},
                                            now));
  }

  ASSERT_TRUE(book.ledger->make_due("configuration", now));

  EXPECT_THAT(events_of(*book.ledger->due(now, 10)), ElementsAre(refused.events[0].id));
}

TEST(Ledger, ARetryWaitsAndHoldsUpItsDeviceOnly) {
  Book book;
  const auto a1 = batch("a"), a2 = batch("a"), b1 = batch("b");
  for (const auto& told : {a1, a2, b1}) ASSERT_TRUE(book.commit(told));
  const core::WallTime now = book.clock.wall_now();
  const auto id = (*book.ledger->due(now, 1))[0].id;

  ASSERT_TRUE(book.ledger->begin_attempt(id, now));
  ASSERT_TRUE(book.ledger->finish_attempt(
      id,
      {.answer_class = "retry", .status = 503, .error = "HTTP 503", .next_attempt_at = now + 10s},
      now));

  EXPECT_THAT(events_of(*book.ledger->due(now, 10)), ElementsAre(b1.events[0].id));
  const auto later = book.ledger->due(now + 10s, 10);
  EXPECT_THAT(events_of(*later), ElementsAre(b1.events[0].id, a1.events[0].id));
  EXPECT_EQ((*later)[1].attempts, 1);
  EXPECT_EQ((*later)[1].last_class, "retry");
  EXPECT_EQ((*later)[1].last_status, 503);
  EXPECT_EQ((*later)[1].last_error, "HTTP 503");
  EXPECT_FALSE((*later)[1].maybe_accepted);
}

TEST(Ledger, KnowsWhenTheNextOneIsDue) {
  Book book;
  EXPECT_EQ(book.ledger->next_due(), std::nullopt);
  ASSERT_TRUE(book.commit(batch("a")));
  ASSERT_TRUE(book.commit(batch("b")));
  const core::WallTime now = book.clock.wall_now();
  EXPECT_EQ(book.ledger->next_due(), now);

  const auto due = book.ledger->due(now, 10);
  for (const Delivery& delivery : *due) ASSERT_TRUE(book.ledger->begin_attempt(delivery.id, now));
  EXPECT_EQ(book.ledger->next_due(), std::nullopt);

  ASSERT_TRUE(book.ledger->finish_attempt((*due)[0].id, {.next_attempt_at = now + 3s}, now));
  ASSERT_TRUE(book.ledger->finish_attempt((*due)[1].id, {.next_attempt_at = now + 2s}, now));
  EXPECT_EQ(book.ledger->next_due(), now + 2s);
}

TEST(Ledger, AnAttemptLeftInProgressMayHaveBeenAccepted) {
  Book book;
  ASSERT_TRUE(book.commit(batch("a")));
  const core::WallTime now = book.clock.wall_now();
  ASSERT_TRUE(book.ledger->begin_attempt((*book.ledger->due(now, 1))[0].id, now));

  book.reopen();

  const auto due = book.ledger->due(now, 1);
  ASSERT_THAT(*due, SizeIs(1));
  EXPECT_TRUE((*due)[0].maybe_accepted);
  EXPECT_EQ((*due)[0].attempts, 1);
}

TEST(Ledger, OnceMaybeAcceptedAlwaysMaybeAccepted) {
  Book book;
  ASSERT_TRUE(book.commit(batch("a")));
  const core::WallTime now = book.clock.wall_now();
  const auto id = (*book.ledger->due(now, 1))[0].id;

  ASSERT_TRUE(book.ledger->begin_attempt(id, now));
  ASSERT_TRUE(
      book.ledger->finish_attempt(id, {.next_attempt_at = now, .maybe_accepted = true}, now));
  ASSERT_TRUE(book.ledger->begin_attempt(id, now));
  ASSERT_TRUE(book.ledger->finish_attempt(id, {.next_attempt_at = now}, now));

  EXPECT_TRUE((*book.ledger->due(now, 1))[0].maybe_accepted);
}

TEST(Ledger, BookkeepingOfWhatIsNotPendingIsRefused) {
  Book book;
  const core::WallTime now = book.clock.wall_now();

  EXPECT_EQ(book.ledger->begin_attempt(99, now).error().code, core::Code::NotFound);
  EXPECT_EQ(book.ledger->finish_attempt(99, {}, now).error().code, core::Code::NotFound);
}

TEST(Ledger, ABatchThatCannotBeWrittenFailsAlone) {
  Book book;
  book.ledger.reset();
  {
    auto database = Database::open(book.path, Mode::Owner);
    ASSERT_TRUE(database);
    ASSERT_TRUE(
        database->execute("CREATE TRIGGER refuse BEFORE INSERT ON event WHEN new.device = 'poison' "
                          "BEGIN SELECT RAISE(ABORT, 'refused'); END"));
  }
  book.reopen();
  std::promise<void> go, is_busy;
  book.ledger->commit(batch("first"), [&](const core::Status&) {
    is_busy.set_value();
    go.get_future().wait();
  });
  is_busy.get_future().wait();
  std::vector<std::promise<core::Status>> done(3);
  const std::vector<std::string> devices{"a", "poison", "c"};
  for (std::size_t i = 0; i < 3; ++i) {
    book.ledger->commit(batch(devices[i]),
                        [&done, i](const core::Status& status) { done[i].set_value(status); });
  }
  go.set_value();

  EXPECT_TRUE(done[0].get_future().get());
  EXPECT_EQ(done[1].get_future().get().error().code, core::Code::Internal);
  EXPECT_TRUE(done[2].get_future().get());
  EXPECT_THAT(*book.ledger->open_drifts("a"), SizeIs(1));
  EXPECT_THAT(*book.ledger->open_drifts("poison"),
              IsEmpty());  // its drift was written before its event
  EXPECT_THAT(*book.ledger->open_drifts("c"), SizeIs(1));
  EXPECT_TRUE(book.ledger->is_writable());
}

TEST(Ledger, CallsBackForNewDeliveriesOnly) {
  Book book;
  std::atomic<int> calls{0};
  book.ledger->set_on_delivery([&] { ++calls; });

  ASSERT_TRUE(book.commit(batch("a")));
  book.ledger->set_filter({.enabled = false});
  ASSERT_TRUE(book.commit(batch("b")));
  book.ledger->set_on_delivery({});  // returns after a callback in progress

  EXPECT_EQ(calls, 1);
}

TEST(Ledger, RefusesMoreThanItsQueueHolds) {
  Book book({.ledger_queue = 2});
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::atomic<int> refused{0}, accepted{0};
  std::promise<void> is_busy;
  book.ledger->commit(batch("first"), [&](const core::Status&) {
    is_busy.set_value();
    gate.wait();
  });
  is_busy.get_future().wait();

  for (int i = 0; i < 5; ++i) {
    book.ledger->commit(batch("more"), [&](const core::Status& status) {
      if (status) ++accepted;
      if (!status && status.error().code == core::Code::ResourceExhausted) ++refused;
    });
  }
  EXPECT_EQ(refused, 3);
  go.set_value();
  book.ledger.reset();

  EXPECT_EQ(accepted, 2);
  EXPECT_EQ(book.metrics.value(Metric::LimitHits, "ledger_queue"), 3);
}

TEST(Ledger, ClosingCommitsWhatIsQueued) {
  Book book;
  for (int i = 0; i < 500; ++i)
    book.ledger->commit(batch("leaf" + std::to_string(i)), [](const core::Status&) {});

  book.reopen();

  EXPECT_THAT(*book.ledger->due(book.clock.wall_now(), 1000), SizeIs(500));
}

TEST(Ledger, DeletesWhatEndedLongAgo) {
  Book book;
  const model::LedgerBatch old = batch("old");
  model::LedgerBatch resolved = old;
  resolved.drifts[0].state = model::DriftState::Resolved;
  resolved.drifts[0].resolved_at = book.clock.wall_now();
  ASSERT_TRUE(book.commit(old));
  ASSERT_TRUE(book.commit(resolved));
  ASSERT_TRUE(book.commit(batch("pending")));
  const core::WallTime now = book.clock.wall_now();
  const auto id = (*book.ledger->due(now, 2))[0].id;
  ASSERT_TRUE(book.ledger->begin_attempt(id, now));
  ASSERT_TRUE(book.ledger->finish_attempt(id, {.state = DeliveryState::Delivered}, now));

  book.clock.advance(kRetention + 1h);
  ASSERT_TRUE(book.commit(batch("new")));
  ASSERT_TRUE(book.commit(batch("newer")));  // the step before has cleaned up

  auto queries = Queries::open(book.path);
  ASSERT_TRUE(queries);
  EXPECT_FALSE((*queries)->drift(old.drifts[0].id)->has_value());
  std::vector<std::string> kept;
  const auto events = (*queries)->events("", {});
  for (const StoredEvent& event : events->items) kept.push_back(event.device);
  EXPECT_THAT(kept, ElementsAre("newer", "new", "pending"));
  EXPECT_THAT((*queries)->drifts({.state = "open"}, {})->items, SizeIs(3));
  EXPECT_THAT((*queries)->deliveries("delivered", {})->items, IsEmpty());
}

}  // namespace
}  // namespace dm::store
