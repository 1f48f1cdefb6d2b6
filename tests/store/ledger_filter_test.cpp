// Which recorded events become deliveries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/ledger.h"
#include "store/scratch.h"

namespace dm::store {
namespace {

using metrics::Metric;
using scratch::batch;
using scratch::Book;
using testing::SizeIs;

struct FilterCase {
  const char* name;
  DeliveryFilter filter;
  model::EventAction action;
  model::Severity severity;
  bool is_delivered;
};
class LedgerFilter : public testing::TestWithParam<FilterCase> {};

TEST_P(LedgerFilter, DecidesWhatBecomesADelivery) {
  Book book;
  book.ledger->set_filter(GetParam().filter);
  model::LedgerBatch told = batch("leaf1", "/a", GetParam().action);
  told.events[0].differences[0].drift.severity = GetParam().severity;

  ASSERT_TRUE(book.commit(told));

  EXPECT_THAT(*book.ledger->due(book.clock.wall_now(), 10),
              SizeIs(GetParam().is_delivered ? 1 : 0));
}

using model::EventAction;
using model::Severity;
INSTANTIATE_TEST_SUITE_P(Cases, LedgerFilter,
                         testing::Values(FilterCase{"asked_for",
                                                    {.actions = {EventAction::Opened}},
                                                    EventAction::Opened,
                                                    Severity::Info,
                                                    true},
                                         FilterCase{"other_action",
                                                    {.actions = {EventAction::Opened}},
                                                    EventAction::Resolved,
                                                    Severity::Critical,
                                                    false},
                                         FilterCase{"too_mild",
                                                    {.actions = {EventAction::Opened},
                                                     .min_severity = Severity::Critical},
                                                    EventAction::Opened,
                                                    Severity::Warning,
                                                    false},
                                         FilterCase{"grave_enough",
                                                    {.actions = {EventAction::Opened},
                                                     .min_severity = Severity::Warning},
                                                    EventAction::Opened,
                                                    Severity::Warning,
                                                    true},
                                         FilterCase{
                                             "no_receiver",
                                             {.actions = {EventAction::Opened}, .enabled = false},
                                             EventAction::Opened,
                                             Severity::Critical,
                                             false}),
                         [](const auto& test) { return test.param.name; });

// A life of drifts, event by event, against a filter: which events are sent.
class LedgerFilterLife : public testing::Test {
 protected:
  struct Item {
    std::string id;
    EventAction action;
    Severity severity = Severity::Warning;
  };
  void filter(std::vector<EventAction> actions, Severity least = Severity::Info) {
    book_.ledger->set_filter({.actions = std::move(actions), .min_severity = least});
  }
  // One event with these differences, the gravest first; true if it is sent.
  bool is_sent(const std::vector<Item>& items) {
    model::LedgerBatch told = batch("leaf1");
    told.drifts.clear();
    told.events[0].differences.clear();
    for (const Item& item : items) {
      model::Drift drift = scratch::drift("leaf1", "/" + item.id, item.id);
      drift.severity = item.severity;
      if (item.action == EventAction::Resolved) drift.state = model::DriftState::Resolved;
      told.drifts.push_back(drift);
      told.events[0].differences.push_back({drift, item.action});
    }
    told.events[0].action = items[0].action;
    const auto before = book_.metrics.value(Metric::OutboxPending);
    EXPECT_TRUE(book_.commit(told));
    return book_.metrics.value(Metric::OutboxPending) > before;
  }

  Book book_;
};

TEST_F(LedgerFilterLife, AnOpeningBehindAGraverChangeIsSent) {
  filter({EventAction::Opened});

  EXPECT_TRUE(is_sent({{"1", EventAction::Changed, Severity::Critical}, {"2", EventAction::Opened}}));
}

TEST_F(LedgerFilterLife, ActionAndSeverityMustBeOfTheSameDifference) {
  filter({EventAction::Opened}, Severity::Critical);

  EXPECT_FALSE(is_sent({{"1", EventAction::Changed, Severity::Critical}, {"2", EventAction::Opened}}));
}

TEST_F(LedgerFilterLife, AResolutionIsSentOnlyIfTheOpeningWas) {
  filter({EventAction::Opened, EventAction::Resolved}, Severity::Critical);
  EXPECT_FALSE(is_sent({{"1", EventAction::Opened}}));
  EXPECT_TRUE(is_sent({{"2", EventAction::Opened, Severity::Critical}, {"3", EventAction::Opened}}));

  EXPECT_FALSE(is_sent({{"1", EventAction::Resolved, Severity::Critical}})) << "graver since, but never sent";
  EXPECT_TRUE(is_sent({{"2", EventAction::Resolved}})) << "milder since, but sent";
  EXPECT_FALSE(is_sent({{"3", EventAction::Resolved}})) << "was only beside a graver one";
}

TEST_F(LedgerFilterLife, AChangeThatIsSentCountsLikeAnOpening) {
  filter({EventAction::Opened, EventAction::Changed, EventAction::Resolved}, Severity::Critical);
  EXPECT_FALSE(is_sent({{"1", EventAction::Opened}}));
  EXPECT_TRUE(is_sent({{"1", EventAction::Changed, Severity::Critical}}));

  EXPECT_TRUE(is_sent({{"1", EventAction::Resolved, Severity::Critical}}));
}

TEST_F(LedgerFilterLife, WithoutAReceiverNothingCountsAsSent) {
  book_.ledger->set_filter({.actions = {EventAction::Opened}, .enabled = false});
  EXPECT_FALSE(is_sent({{"1", EventAction::Opened}}));
  filter({EventAction::Opened, EventAction::Resolved});

  EXPECT_FALSE(is_sent({{"1", EventAction::Resolved}}));
}

TEST_F(LedgerFilterLife, WhoAsksForResolutionsAloneGetsThem) {
  filter({EventAction::Resolved}, Severity::Warning);
  EXPECT_FALSE(is_sent({{"1", EventAction::Opened}}));

  EXPECT_TRUE(is_sent({{"1", EventAction::Resolved}}));
  EXPECT_FALSE(is_sent({{"2", EventAction::Resolved, Severity::Info}}));
}

TEST_F(LedgerFilterLife, WhatWasSentIsRememberedOverARestart) {
  filter({EventAction::Opened, EventAction::Resolved}, Severity::Warning);
  EXPECT_TRUE(is_sent({{"1", EventAction::Opened}}));
  book_.reopen();

  EXPECT_TRUE(is_sent({{"1", EventAction::Resolved}}));
}

}  // namespace
}  // namespace dm::store
