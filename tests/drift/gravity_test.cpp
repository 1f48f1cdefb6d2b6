#include "drift/gravity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace dm::drift {
namespace {

using model::DifferenceKind;
using model::EventAction;
using model::Severity;

model::EventDifference item(std::string path, Severity severity, EventAction action,
                            DifferenceKind kind, bool is_entry = false) {
  model::EventDifference out;
  out.drift.path = std::move(path);
  out.drift.severity = severity;
  out.drift.kind = kind;
  out.drift.is_entry = is_entry;
  out.action = action;
  return out;
}

TEST(Gravity, SortsBySeverityThenActionThenKindThenEntryThenPath) {
  const std::vector<model::EventDifference> sorted{
      item("/z", Severity::Critical, EventAction::Changed, DifferenceKind::Different),
      item("/y", Severity::Warning, EventAction::Opened, DifferenceKind::Missing, true),
      item("/x", Severity::Warning, EventAction::Opened, DifferenceKind::Missing),
      item("/w", Severity::Warning, EventAction::Opened, DifferenceKind::Unexpected),
      item("/a", Severity::Warning, EventAction::Opened, DifferenceKind::Different),
      item("/b", Severity::Warning, EventAction::Opened, DifferenceKind::Different),
      item("/c", Severity::Warning, EventAction::Changed, DifferenceKind::Missing),
      item("/d", Severity::Warning, EventAction::Reminder, DifferenceKind::Missing),
      item("/e", Severity::Warning, EventAction::Resolved, DifferenceKind::Missing),
      item("/f", Severity::Info, EventAction::Opened, DifferenceKind::Missing, true),
  };
  std::mt19937 random(7);

  for (int round = 0; round < 20; ++round) {
    std::vector<model::EventDifference> shuffled = sorted;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    sort_gravest_first(shuffled);
    for (std::size_t i = 0; i < sorted.size(); ++i)
      ASSERT_EQ(shuffled[i].drift.path, sorted[i].drift.path) << i;
  }
}

}  // namespace
}  // namespace dm::drift
