// compare and drift: which differences count, how much, and when they are told.
#include <fmt/format.h>

#include <algorithm>

#include "config/parts.h"
#include "core/text.h"
#include "schema/leaf_table.h"

namespace dm::config {
namespace {

constexpr Word<model::Severity> kSeverities[] = {{"critical", model::Severity::Critical},
                                                 {"warning", model::Severity::Warning},
                                                 {"info", model::Severity::Info}};

constexpr Word<model::DifferenceKind> kDifferences[] = {{"missing", model::DifferenceKind::Missing},
                                                        {"unexpected", model::DifferenceKind::Unexpected},
                                                        {"different", model::DifferenceKind::Different}};

DeviceSelector read_selector(Section& entry) {
  DeviceSelector selector;
  if (entry.has("device")) selector.device = entry.needed_text("device");
  selector.labels = entry.text_map("labels");
  return selector;
}

std::optional<std::string> read_glob(Section& entry, std::string_view key) {
  return entry.has(key) ? std::optional(entry.text(key, "")) : std::nullopt;
}

std::optional<IgnoreRule> read_ignore(Section entry) {
  IgnoreRule rule;
  rule.devices = read_selector(entry);
  auto path = entry.path("path");
  if (entry.has("difference")) rule.difference = entry.word("difference", model::DifferenceKind::Different, kDifferences);
  rule.current = read_glob(entry, "current");
  rule.desired = read_glob(entry, "desired");
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
  rule.devices = read_selector(entry);
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
  DeviceSelector devices = read_selector(entry);
  auto path = entry.path("path");
  const std::string policy_text = entry.needed_text("policy");
  const auto policy = schema::list_policy_from(policy_text);
  if (!policy_text.empty() && !policy) {
    entry.refuse("policy",
                 fmt::format("'{}' is none of authoritative, at-least, authoritative-if-documented", policy_text));
  }
  entry.refuse_others();
  if (!path || !policy) return std::nullopt;
  ListRule rule{std::move(devices), model::schema_text(*path), *policy};
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

bool selects(const DeviceSelector& selector, const std::string& device, const std::map<std::string, std::string>& labels) {
  return core::matches_glob(selector.device, device) &&
         std::all_of(selector.labels.begin(), selector.labels.end(), [&](const auto& wanted) {
           const auto label = labels.find(wanted.first);
           return label != labels.end() && core::matches_glob(wanted.second, label->second);
         });
}

std::string to_text(const DeviceSelector& selector) {
  std::string text = selector.device;
  for (const auto& [name, value] : selector.labels) text += fmt::format(" {}={}", name, value);
  return text;
}

std::string to_text(const IgnoreRule& rule) {
  std::string text = fmt::format("{} {}", to_text(rule.devices), model::to_text(rule.path));
  if (rule.difference) text += fmt::format(" if {}", model::to_text(*rule.difference));
  if (rule.current) text += fmt::format(" current '{}'", *rule.current);
  if (rule.desired) text += fmt::format(" desired '{}'", *rule.desired);
  if (rule.until) text += " until " + core::to_rfc3339(*rule.until);
  return text;
}

core::Result<IgnoreRule> parse_ignore_rule(std::string_view yaml) {
  const Environment no_environment = [](const std::string&) { return std::optional<std::string>(); };
  Context context("rule", no_environment);
  schema::YamlParse parse = schema::parse_yaml(yaml);
  const bool is_yaml = parse.mistakes.empty();
  context.mistakes.add(std::move(parse.mistakes));
  std::optional<IgnoreRule> rule;
  if (is_yaml) rule = read_ignore(Section(&parse.root, "ignore", context, Shows::Nothing));
  const std::vector<std::string> mistakes = context.mistakes.to_lines();
  if (rule && mistakes.empty()) return std::move(*rule);
  return core::Error{core::Code::InvalidArgument, fmt::format("{}", fmt::join(mistakes, "\n"))};
}

Compare read_compare(Section section) {
  Compare compare;
  const auto rule_of = [&](const schema::YamlNode& item, std::string_view list) {
    return Section(&item, section.key_name(list), section.context(), Shows::Nothing);
  };
  for (const schema::YamlNode& item : section.items("ignore")) {
    auto rule = read_ignore(rule_of(item, "ignore"));
    if (!rule) continue;
    section.show_at(item.place, fmt::format("ignore[{}]", compare.ignore.size()),
                    fmt::format("{}{}", to_text(*rule), rule->reason.empty() ? "" : ": " + rule->reason));
    compare.ignore.push_back(std::move(*rule));
  }
  for (const schema::YamlNode& item : section.items("severity")) {
    auto rule = read_severity(rule_of(item, "severity"));
    if (!rule) continue;
    section.show_at(item.place, fmt::format("severity[{}]", compare.severity.size()),
                    fmt::format("{} {} {}", to_text(rule->devices), model::to_text(rule->path), model::to_text(rule->severity)));
    compare.severity.push_back(std::move(*rule));
  }
  for (const schema::YamlNode& item : section.items("lists")) {
    auto rule = read_list(rule_of(item, "lists"));
    if (!rule) continue;
    const auto is_same = [&](const ListRule& known) { return known.path == rule->path && known.devices == rule->devices; };
    if (std::any_of(compare.lists.begin(), compare.lists.end(), is_same)) {
      section.refuse_at(item.place, fmt::format("compare.lists: '{}' is written twice", rule->path));
    }
    section.show_at(item.place, fmt::format("lists[{}]", compare.lists.size()),
                    fmt::format("{} {} {}", to_text(rule->devices), rule->path, schema::to_text(rule->policy)));
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
