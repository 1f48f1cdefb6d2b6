// compare and drift: which differences count, how much, and when they are told.
#include <fmt/format.h>

#include <set>

#include "config/parts.h"
#include "schema/leaf_table.h"

namespace dm::config {
namespace {

constexpr Word<model::Severity> kSeverities[] = {{"critical", model::Severity::Critical},
                                                 {"warning", model::Severity::Warning},
                                                 {"info", model::Severity::Info}};

std::string device_glob(Section& entry) { return entry.has("device") ? entry.needed_text("device") : "*"; }

std::optional<IgnoreRule> read_ignore(Section entry) {
  IgnoreRule rule;
  rule.device = device_glob(entry);
  auto path = entry.path("path");
  rule.reason = entry.text("reason", "");
  const std::string until = entry.text("until", "");
  if (!until.empty()) {
    const auto instant = core::from_rfc3339(until);
    if (instant) {
      rule.until = *instant;
    } else {
      entry.refuse("until", instant.error().message + "; write it like 2026-12-31T00:00:00Z");
    }
  }
  entry.refuse_others();
  if (!path) return std::nullopt;
  rule.path = std::move(*path);
  return rule;
}

std::optional<SeverityRule> read_severity(Section entry) {
  SeverityRule rule;
  rule.device = device_glob(entry);
  auto path = entry.path("path");
  if (entry.has("severity")) {
    rule.severity = entry.word("severity", rule.severity, kSeverities);
  } else {
    entry.refuse("severity", "is missing");
  }
  entry.refuse_others();
  if (!path) return std::nullopt;
  rule.path = std::move(*path);
  return rule;
}

std::optional<ListRule> read_list(Section entry) {
  auto path = entry.path("path");
  const std::string policy_text = entry.needed_text("policy");
  const auto policy = schema::list_policy_from(policy_text);
  if (!policy_text.empty() && !policy) {
    entry.refuse("policy",
                 fmt::format("'{}' is none of authoritative, at-least, authoritative-if-documented", policy_text));
  }
  entry.refuse_others();
  if (!path || !policy) return std::nullopt;
  ListRule rule{model::schema_text(*path), *policy};
  if (rule.path != model::to_text(*path)) {
    entry.refuse("path", "a list is named without keys");
    return std::nullopt;
  }
  if (schema::list_keys(rule.path).empty()) {
    entry.context().warnings.push_back(
        fmt::format("compare.lists: '{}' is no list of the models known here; check its spelling", rule.path));
  }
  return rule;
}

}  // namespace

Compare read_compare(Section section) {
  Compare compare;
  const auto rule_of = [&](const schema::YamlNode& item, std::string_view list) {
    return Section(&item, section.key_name(list), section.context(), Shows::Nothing);
  };
  for (const schema::YamlNode& item : section.items("ignore")) {
    auto rule = read_ignore(rule_of(item, "ignore"));
    if (!rule) continue;
    section.show_at(item.place, fmt::format("ignore[{}]", compare.ignore.size()),
                    fmt::format("{} {}{}{}", rule->device, model::to_text(rule->path),
                          rule->until ? " until " + core::to_rfc3339(*rule->until) : "",
                          rule->reason.empty() ? "" : ": " + rule->reason));
    compare.ignore.push_back(std::move(*rule));
  }
  for (const schema::YamlNode& item : section.items("severity")) {
    auto rule = read_severity(rule_of(item, "severity"));
    if (!rule) continue;
    section.show_at(item.place, fmt::format("severity[{}]", compare.severity.size()),
                    fmt::format("{} {} {}", rule->device, model::to_text(rule->path), model::to_text(rule->severity)));
    compare.severity.push_back(std::move(*rule));
  }
  std::set<std::string> lists;
  for (const schema::YamlNode& item : section.items("lists")) {
    auto rule = read_list(rule_of(item, "lists"));
    if (!rule) continue;
    if (!lists.insert(rule->path).second) {
      section.refuse_at(item.place, fmt::format("compare.lists: '{}' is written twice", rule->path));
    }
    section.show_at(item.place, fmt::format("lists[{}]", compare.lists.size()),
                    fmt::format("{} {}", rule->path, schema::to_text(rule->policy)));
    compare.lists.push_back(std::move(*rule));
  }
  section.refuse_others();
  return compare;
}

DriftRules read_drift(Section section) {
  DriftRules drift;
  drift.hold = section.duration("hold", drift.hold, core::Duration{0});
  drift.group_window = section.duration("group_window", drift.group_window, core::Duration{0});
  drift.reminder = section.duration("reminder", drift.reminder, core::Duration{0});
  Section flap = section.map("flap");
  drift.flap.count = static_cast<int>(flap.number("count", static_cast<std::uint64_t>(drift.flap.count), 0, 1000));
  drift.flap.window = flap.duration("window", drift.flap.window, std::chrono::seconds(1));
  flap.refuse_others();
  section.refuse_others();
  return drift;
}

}  // namespace dm::config
