#include "drift/gravity.h"

#include <algorithm>
#include <tuple>

#include "core/check.h"

namespace dm::drift {
namespace {

int rank(model::EventAction action) {
  switch (action) {
    case model::EventAction::Opened:
      return 0;
    case model::EventAction::Changed:
      return 1;
    case model::EventAction::Reminder:
      return 2;
    case model::EventAction::Resolved:
      return 3;
  }
  CHECK(false, "unknown event action");
}

int rank(model::DifferenceKind kind) {
  switch (kind) {
    case model::DifferenceKind::Missing:
      return 0;
    case model::DifferenceKind::Unexpected:
      return 1;
    case model::DifferenceKind::Different:
      return 2;
  }
  CHECK(false, "unknown difference kind");
}

int rank(model::Severity severity) {
  switch (severity) {
    case model::Severity::Critical:
      return 0;
    case model::Severity::Warning:
      return 1;
    case model::Severity::Info:
      return 2;
  }
  CHECK(false, "unknown severity");
}

}  // namespace

bool is_graver(const model::EventDifference& left, const model::EventDifference& right) {
  const auto key = [](const model::EventDifference& item) {
    return std::make_tuple(rank(item.drift.severity), rank(item.action), rank(item.drift.kind),
                           item.drift.is_entry ? 0 : 1, std::string_view(item.drift.path));
  };
  return key(left) < key(right);
}

void sort_gravest_first(std::vector<model::EventDifference>& differences) {
  std::stable_sort(differences.begin(), differences.end(), is_graver);
}

}  // namespace dm::drift
