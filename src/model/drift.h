// A difference with a life, and the event that tells the outside about it. Value types.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "model/difference.h"

namespace dm::model {

enum class DriftState { Suspected, Open, Acknowledged, Suppressed, Resolved };
std::string_view to_text(DriftState state);

// A drift as it is stored. `Suspected` ones are never stored: nothing was told yet.
struct Drift {
  std::string id;  // 32 hex digits, new for every opening
  std::string device;
  std::string path;
  DifferenceKind kind = DifferenceKind::Different;
  bool is_entry = false;
  DriftState state = DriftState::Open;
  Severity severity = Severity::Warning;
  Value desired;
  Value current;
  Provenance from;
  core::WallTime first_seen{};        // when we first saw it (suspected)
  core::WallTime opened_at{};
  core::WallTime changed_at{};        // last change of value
  core::WallTime resolved_at{};       // zero while open
  std::int64_t device_timestamp_ns = 0;
  bool was_told = false;              // an event with its opening was recorded
};

enum class EventAction { Opened, Changed, Resolved, Reminder };
std::string_view to_text(EventAction action);

// One entry of an event's `differences`.
struct EventDifference {
  Drift drift;  // as it was when the event was made
  EventAction action = EventAction::Opened;
};

// What is told about one device, before it becomes JSON (drift/event_json.h).
struct Event {
  std::string id;  // 32 hex digits; the same over all retries and restarts
  std::string device;
  EventAction action = EventAction::Opened;
  std::vector<EventDifference> differences;  // gravest first
  std::size_t open_count = 0;
  core::WallTime detected_at{};
  std::string address;
  std::string profile;
  std::map<std::string, std::string> labels;
  std::string url;
};

// What one decision of a device's lifecycle leaves behind: committed in one transaction.
struct LedgerBatch {
  std::string device;
  std::vector<Drift> drifts;         // new state of each, by id
  std::vector<Event> events;
  std::vector<std::string> bodies;   // JSON of each event, as it will be POSTed
};

}  // namespace dm::model
