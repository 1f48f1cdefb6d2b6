#include "drift/event_json.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "core/check.h"
#include "drift/cut.h"

namespace dm::drift {
namespace {

using model::EventAction;

constexpr std::string_view kSchema = "drift-monitor/event/v1";
constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();
// How long each value may be, tried in turn until everything fits.
constexpr std::array kValueBudgets{kWhole, std::size_t{16384}, std::size_t{4096}, std::size_t{1024},
                                   std::size_t{256}};
constexpr std::size_t kNameBytes = 1024;  // device, address, labels, links: when they must be cut

std::optional<core::WallTime> sane_device_time(std::int64_t nanoseconds, core::WallTime now) {
  constexpr core::WallTime kYear2000{std::chrono::seconds(946684800)};
  const core::WallTime time{core::Duration{nanoseconds}};
  if (time < kYear2000 || time > now + std::chrono::hours(24)) return std::nullopt;
  return time;
}

std::string time_or_null(const std::optional<core::WallTime>& time) {
  return time ? quoted(core::to_rfc3339(*time)) : "null";
}

// One event being written with values of at most `budget` bytes.
class Writer {
 public:
  Writer(const model::Event& event, std::size_t budget) : event_(event), budget_(budget) {}

  // Lists as many differences as fit into the limit, the gravest first.
  EventJson write(std::size_t limit, std::size_t most, bool& all_fit) {
    const std::string head = this->head(), tail = this->tail();
    constexpr std::size_t kFrame = 160;  // the words and counts between the parts
    std::size_t size = head.size() + tail.size() + kFrame;
    std::string differences, updates, deletes;
    std::size_t listed = 0;
    for (const model::EventDifference& item : event_.differences) {
      if (listed == most) break;
      const std::string difference = this->difference(item);
      const Remedy remedy = this->remedy(item);
      const std::size_t more = difference.size() + remedy.update.size() + remedy.remove.size() + 6;
      if (size + more > limit) break;
      size += more;
      ++listed;
      append(differences, difference);
      append(updates, remedy.update);
      append(deletes, remedy.remove);
    }
    all_fit = size <= limit && (listed == event_.differences.size() || listed == most);
    const bool is_truncated = is_cut_ || listed < event_.differences.size();
    std::string body = head;
    body += fmt::format(
        "\"differences\": [{}], \"difference_count\": {}, \"open_count\": {}, \"truncated\": {}, ",
        differences, event_.differences.size(), event_.open_count, is_truncated);
    body += tail;
    body +=
        fmt::format("\"remediation\": {{\"update\": [{}], \"delete\": [{}]}}, ", updates, deletes);
    body += fmt::format("\"url\": {}}}", event_.url.empty() ? "null" : name(event_.url));
    const bool is_many = !is_cut_ && listed == most;
    return {std::move(body), is_truncated, !is_truncated ? "" : is_many ? "differences_per_event" : "event_bytes"};
  }

 private:
  struct Remedy {
    std::string update, remove;  // items of the two lists, joined
  };

  static void append(std::string& list, std::string_view item) {
    if (item.empty()) return;
    if (!list.empty()) list += ", ";
    list += item;
  }

  std::string value(const model::Value& value) {
    CutJson cut = to_cut_json(value, budget_);
    is_cut_ = is_cut_ || cut.is_cut;
    return std::move(cut.json);
  }

  std::string name(std::string_view text) {
    if (budget_ == kWhole || text.size() <= kNameBytes) return quoted(text);
    is_cut_ = true;
    return to_cut_json(model::Value(text), kNameBytes).json;
  }

  std::string head() {
    const model::EventDifference& gravest = event_.differences.front();
    const model::Drift& drift = gravest.drift;
    std::string out = fmt::format(
        "{{\"device\": {}, \"path\": {}, \"current_value\": {}, \"timestamp\": {}, "
        "\"desired_value\": {}, ",
        name(event_.device), quoted(drift.path), value(drift.current),
        quoted(core::to_rfc3339(timestamp(gravest))), value(drift.desired));
    out += fmt::format("\"difference\": \"{}\", \"severity\": \"{}\", \"schema\": \"{}\", ",
                       model::to_text(drift.kind), model::to_text(drift.severity), kSchema);
    out += fmt::format(
        "\"event_id\": {}, \"action\": \"{}\", \"detected_at\": {}, \"redelivered\": false, ",
        quoted(event_.id), model::to_text(event_.action),
        quoted(core::to_rfc3339(event_.detected_at)));
    return out;
  }

  std::string tail() {
    std::string labels;
    for (const auto& [key, label] : event_.labels) {
      if (budget_ != kWhole && labels.size() + key.size() + label.size() > 4 * kNameBytes) {
        is_cut_ = true;
        break;
      }
      append(labels, quoted(key) + ": " + quoted(label));
    }
    return fmt::format(
        "\"device_info\": {{\"address\": {}, \"profile\": {}, \"labels\": {{{}}}}}, ",
        name(event_.address), name(event_.profile), labels);
  }

  core::WallTime timestamp(const model::EventDifference& item) const {
    if (const auto time = sane_device_time(item.drift.device_timestamp_ns, event_.detected_at))
      return *time;
    if (item.action == EventAction::Resolved) return item.drift.resolved_at;
    return item.action == EventAction::Opened ? item.drift.first_seen : item.drift.changed_at;
  }

  std::string difference(const model::EventDifference& item) {
    const model::Drift& drift = item.drift;
    std::string out = fmt::format(
        "{{\"drift_id\": {}, \"path\": {}, \"difference\": \"{}\", \"current_value\": {}, "
        "\"desired_value\": {}, ",
        quoted(drift.id), quoted(drift.path), model::to_text(drift.kind), value(drift.current),
        value(drift.desired));
    out += fmt::format(
        "\"severity\": \"{}\", \"action\": \"{}\", \"first_seen\": {}, \"device_timestamp\": {}, ",
        model::to_text(drift.severity), model::to_text(item.action),
        quoted(core::to_rfc3339(drift.first_seen)),
        time_or_null(sane_device_time(drift.device_timestamp_ns, event_.detected_at)));
    return out + "\"intent\": " + intent(drift.from) + "}";
  }

  std::string intent(const model::Provenance& from) {
    if (from.source.empty()) return "null";
    const auto name_or_null = [this](const std::string& text) { return text.empty() ? "null" : name(text); };
    return fmt::format("{{\"source\": {}, \"object\": {}, \"url\": {}, \"field\": {}}}", name(from.source.str()),
                       name(from.object.str()), name_or_null(from.url), name_or_null(from.field));
  }

  // What would bring the device back: never with a cut value.
  Remedy remedy(const model::EventDifference& item) {
    const model::Drift& drift = item.drift;
    Remedy out;
    if (item.action == EventAction::Resolved) return out;
    if (drift.desired.is_absent()) {
      if (drift.kind != model::DifferenceKind::Missing) out.remove = quoted(drift.path);
      return out;
    }
    const model::ValueObject* leaves = drift.desired.object();
    if (leaves == nullptr || leaves->empty()) {
      append(out.update, update(drift.path, drift.desired));
      return out;
    }
    for (const auto& [relative, leaf] : *leaves)
      append(out.update, update(drift.path + "/" + relative, leaf));
    return out;
  }

  std::string update(const std::string& path, const model::Value& desired) {
    std::string json = model::to_json(desired);
    if (json.size() > budget_) {
      is_cut_ = true;
      return {};
    }
    return fmt::format("{{\"path\": {}, \"value\": {}}}", quoted(path), json);
  }

  const model::Event& event_;
  std::size_t budget_;
  bool is_cut_ = false;
};

}  // namespace

EventJson to_json(const model::Event& event, std::size_t limit_bytes,
                  std::size_t most_differences) {
  CHECK(!event.differences.empty(), "an event tells of at least one difference");
  EventJson json;
  for (const std::size_t budget : kValueBudgets) {
    bool all_fit = false;
    json = Writer(event, budget).write(limit_bytes, most_differences, all_fit);
    if (all_fit) break;
  }
  return json;
}

}  // namespace dm::drift
