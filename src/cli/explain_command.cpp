#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/server.h"
#include "cli/table.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) { return printable(value.is_string() ? value.get<std::string>() : value.dump()); }

// What is null adds nothing.
std::string if_said(const Json& value, std::string_view before, std::string_view after = "") {
  return value.is_null() ? "" : fmt::format("{}{}{}", before, text_of(value), after);
}

std::string schema_line(const Json& schema) {
  std::string line = schema["kind"] == "unknown" ? "no leaf of the models known here" : text_of(schema["kind"]);
  if (schema["is_list"]) line += schema["is_ordered"] ? ", a list whose order counts" : ", a list compared as a set";
  line += schema["is_config"] ? ", configuration" : ", no configuration";
  if (schema["is_secret"]) line += ", a secret";
  return line + if_said(schema["platform_default"], ", absent means ");
}

std::string watched_line(const Json& watched) {
  if (watched["by"].is_null()) return "by no path that is subscribed or read";
  return text_of(watched["by"]) + if_said(watched["mode"], " (", ")") + if_said(watched["trouble"], ", but ");
}

std::string observed_line(const Json& observed) {
  if (observed["is_unreadable"]) return "has a value there that cannot be read";
  if (!observed["is_there"]) return "has nothing there";
  std::string line = observed["value"].is_null() ? "has it" : text_of(observed["value"]);
  if (observed["value"] != observed["value_as_compared"]) line += if_said(observed["value_as_compared"], ", compared as ");
  return line + if_said(observed["timestamp"], ", since ");
}

std::string intended_line(const Json& intended) {
  if (intended.is_null()) return "nothing";
  std::string line = intended["rule"];
  for (const Json& value : intended["values"]) line += " " + text_of(value);
  if (intended["values"] != intended["values_as_compared"]) line += ", compared as " + text_of(intended["values_as_compared"]);
  const Json& from = intended["from"];
  if (from.is_null()) return line;
  return line + fmt::format(", by {} {}", text_of(from["source"]), text_of(from["object"])) + if_said(from["field"], " ") +
         if_said(from["url"], "  ");
}

std::vector<std::string> rule_lines(const Json& rules) {
  std::vector<std::string> lines;
  if (rules.is_null()) return lines;
  if (!rules["exempt"].is_null()) lines.push_back("never drift: " + text_of(rules["exempt"]));
  if (!rules["spoken_for_by"].is_null()) lines.push_back(text_of(rules["spoken_for_by"]));
  for (const auto& [name, what] : {std::pair{"ignored_by", "ignored by"}, std::pair{"severity", "severity by"}}) {
    const Json& rule = rules[name];
    if (!rule.is_null()) lines.push_back(fmt::format("{} {}: {}", what, text_of(rule["rule"]), text_of(rule["text"])) + if_said(rule["reason"], ": "));
  }
  if (const Json& list = rules["list"]; !list.is_null()) {
    lines.push_back(fmt::format("{} is {} ({})", text_of(list["list"]), text_of(list["policy"]), text_of(list["said_by"])) +
                    if_said(list["because"], ", but "));
  }
  return lines;
}

std::string verdict_line(const Style& style, const Json& told) {
  const std::string verdict = told["verdict"];
  std::string line = verdict == "in_sync" ? style.green(verdict) : told["found"].is_null() ? verdict : style.yellow(verdict);
  if (!told["found"].is_null()) line += ", " + text_of(told["found"]["severity"]);
  line += if_said(told["verdict_reason"], ": ");
  return told["is_in_hold_time"] ? line + ", not told yet: it must last the hold time" : line;
}

void print_explanation(const Json& told) {
  const Style style = style_for_stdout();
  const auto say = [&](std::string_view step, const std::string& text) {
    if (!text.empty()) fmt::print("  {}{}\n", style.dim(fmt::format("{:<10}", step)), text);
  };
  fmt::print("{} {}\n", style.bold(text_of(told["device"])), text_of(told["path"]));
  if (told["asked"] != told["path"]) say("asked", text_of(told["asked"]));
  for (const Json& spelled : told["spelled"]) say("on wire", text_of(spelled));
  say("is", schema_line(told["schema"]));
  say("watched", watched_line(told["watched"]));
  say("device", observed_line(told["observed"]));
  say("intended", intended_line(told["intended"]));
  for (const std::string& line : rule_lines(told["rules"])) say("rule", line);
  say("verdict", verdict_line(style, told));
  if (const Json& drift = told["drift"]; !drift.is_null()) {
    say("drift", fmt::format("{} since {}, id {}", text_of(drift["state"]), text_of(drift["opened_at"]), text_of(drift["id"])));
  }
}

}  // namespace

int explain_path(const ServerOptions& server, const std::string& device, const std::string& path, OutputForm form) {
  const auto told = get(server, "explain", {{"device", device}, {"path", path}});
  if (!told) {
    fmt::print(stderr, "{}\n", told.error().message);
    return exit_code_of_server(told.error());
  }
  form == OutputForm::Json ? fmt::print("{}\n", told->dump(2, ' ', false, Json::error_handler_t::replace)) : print_explanation(*told);
  return 0;
}

}  // namespace dm::cli
