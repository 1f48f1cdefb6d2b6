// delivery: where events go.
#include <fmt/format.h>

#include <algorithm>

#include "config/checks.h"
#include "config/parts.h"
#include "core/text.h"

namespace dm::config {
namespace {

using model::EventAction;

constexpr Word<EventAction> kActions[] = {{"opened", EventAction::Opened},
                                          {"changed", EventAction::Changed},
                                          {"resolved", EventAction::Resolved},
                                          {"reminder", EventAction::Reminder}};
constexpr Word<model::Severity> kSeverities[] = {{"critical", model::Severity::Critical},
                                                 {"warning", model::Severity::Warning},
                                                 {"info", model::Severity::Info}};

std::vector<EventAction> read_actions(Section& section, const std::vector<EventAction>& otherwise) {
  std::vector<std::string> defaults;
  for (const EventAction action : otherwise) defaults.emplace_back(model::to_text(action));
  std::vector<EventAction> actions;
  for (const std::string& text : section.texts("actions", defaults)) {
    const auto* const known = std::find_if(std::begin(kActions), std::end(kActions),
                                           [&](const auto& word) { return word.first == text; });
    if (known == std::end(kActions)) {
      section.refuse("actions", fmt::format("'{}' is none of opened, changed, resolved, reminder", text));
    } else if (std::find(actions.begin(), actions.end(), known->second) != actions.end()) {
      section.refuse("actions", fmt::format("'{}' is written twice", text));
    } else {
      actions.push_back(known->second);
    }
  }
  return actions;
}

// `Name: value`, or `Name_file: file` for the value in a file.
std::map<std::string, Secret> read_headers(Section& section) {
  constexpr std::string_view kFile = "_file";
  std::map<std::string, Secret> headers;
  Context& context = section.context();
  for (const schema::YamlMember& member : section.members("headers")) {
    const std::string key = fmt::format("{}.{}", section.key_name("headers"), member.key);
    const auto refuse = [&](const std::string& what) { context.mistakes.add(member.value.place, key + ": " + what); };
    if (!member.value.is_scalar()) {
      refuse(fmt::format("expected a value, found {}", to_text(member.value.kind)));
      continue;
    }
    std::string name = member.key, value = member.value.text;
    if (name.ends_with(kFile)) {
      name.resize(name.size() - kFile.size());
      auto secret = context.read_secret(context.resolve(value));
      if (!secret) {
        refuse(secret.error().message);
        continue;
      }
      value = std::move(*secret);
    }
    if (const auto mistake = header_mistake(name, value)) refuse(*mistake);
    section.show_at(member.value.place, "headers." + name, value.empty() ? "" : "********");
    if (!headers.emplace(name, Secret(value)).second) refuse("is set twice");
  }
  return headers;
}

void check_url(Section& section, const Kestra& kestra) {
  const std::string& url = kestra.url.reveal();
  std::vector<std::string>& warnings = section.context().warnings;
  if (url.empty()) {
    warnings.push_back(
        "delivery.kestra.url is not set (nor KESTRA_WEBHOOK_URL): drifts are recorded, nothing is delivered");
    return;
  }
  if (const auto mistake = url_mistake(url)) section.refuse("url", *mistake);
  const bool has_place = url.find("{key}") != std::string::npos;
  if (has_place && kestra.key.empty()) {
    section.refuse("key", "is missing, but the url holds {key}; set it, or KESTRA_WEBHOOK_KEY in the environment");
  }
  if (!has_place && !kestra.key.empty()) {
    warnings.push_back("delivery.kestra.key is set, but the url has no {key} that it would replace");
  }
}

Kestra read_kestra(Section section) {
  Kestra kestra;
  kestra.url = section.secret("url", {}, "KESTRA_WEBHOOK_URL");
  kestra.key = section.secret("key", {}, "KESTRA_WEBHOOK_KEY");
  kestra.actions = read_actions(section, kestra.actions);
  kestra.min_severity = section.word("min_severity", kestra.min_severity, kSeverities);
  kestra.timeout = section.duration("timeout", kestra.timeout, std::chrono::seconds(1));
  kestra.username = section.text("username", "");
  kestra.password = section.secret("password", {});
  kestra.headers = read_headers(section);
  kestra.signing_secret = section.secret("signing_secret", {});
  kestra.ca_file = section.file("ca_file", "");
  section.refuse_others();
  check_url(section, kestra);
  if (kestra.username.empty() && !kestra.password.empty()) section.refuse("password", "is set, but username is not");
  return kestra;
}

}  // namespace

Kestra read_delivery(Section section) {
  Kestra kestra = read_kestra(section.map("kestra"));
  section.refuse_others();
  return kestra;
}

}  // namespace dm::config
