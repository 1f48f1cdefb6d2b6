// The words of the contract, as they appear in events, the API and the tables.
#include "core/check.h"
#include "model/difference.h"
#include "model/drift.h"

namespace dm::model {

const Value& Expectation::desired() const {
  static const Value kAbsent;
  if (rule == Rule::Absent) return kAbsent;
  for (const Value& value : values) {
    if (!value.is_absent()) return value;
  }
  return kAbsent;
}

std::string_view to_text(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::Missing: return "missing";
    case DifferenceKind::Unexpected: return "unexpected";
    case DifferenceKind::Different: return "different";
  }
  CHECK(false, "unknown difference kind");
}

std::string_view to_text(Severity severity) {
  switch (severity) {
    case Severity::Info: return "info";
    case Severity::Warning: return "warning";
    case Severity::Critical: return "critical";
  }
  CHECK(false, "unknown severity");
}

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::Unknown: return "unknown";
    case Verdict::InSync: return "in_sync";
    case Verdict::Drifted: return "drifted";
    case Verdict::Degraded: return "degraded";
  }
  CHECK(false, "unknown verdict");
}

std::string_view to_text(Freshness freshness) {
  switch (freshness) {
    case Freshness::Never: return "never";
    case Freshness::Syncing: return "syncing";
    case Freshness::Live: return "live";
    case Freshness::Stale: return "stale";
  }
  CHECK(false, "unknown freshness");
}

std::string_view to_text(DriftState state) {
  switch (state) {
    case DriftState::Suspected: return "suspected";
    case DriftState::Open: return "open";
    case DriftState::Acknowledged: return "acknowledged";
    case DriftState::Suppressed: return "suppressed";
    case DriftState::Resolved: return "resolved";
  }
  CHECK(false, "unknown drift state");
}

std::string_view to_text(EventAction action) {
  switch (action) {
    case EventAction::Opened: return "opened";
    case EventAction::Changed: return "changed";
    case EventAction::Resolved: return "resolved";
    case EventAction::Reminder: return "reminder";
  }
  CHECK(false, "unknown event action");
}

}  // namespace dm::model
