#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/table.h"

namespace dm::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& item, const char* key) {
  const Json value = item.value(key, Json());
  return value.is_string() ? printable(value.get<std::string>()) : "";
}

std::string painted(const Style& style, const std::string& severity) {
  if (severity == "critical") return style.red(severity);
  return severity == "warning" ? style.yellow(severity) : severity;
}

}  // namespace

int show_findings(const ServerOptions& server, const std::string& device, OutputForm form) {
  std::map<std::string, std::string> query;
  if (!device.empty()) query["device"] = device;
  const auto items = get_list(server, "findings", std::move(query));
  if (!items) {
    fmt::print(stderr, "{}\n", items.error().message);
    return exit_code_of_server(items.error());
  }
  if (form == OutputForm::Json) {
    fmt::print("{}\n", Json{{"items", *items}}.dump(2, ' ', false, Json::error_handler_t::replace));
    return 0;
  }
  const Style style = style_for_stdout();
  Table table({"SEVERITY", "KIND", "DEVICE", "OBJECT", "MESSAGE"});
  for (const Json& item : *items) {
    table.add({painted(style, text_of(item, "severity")), text_of(item, "kind"), text_of(item, "device"),
               text_of(item, "object"), text_of(item, "message")});
  }
  fmt::print("{}{} findings\n", table.empty() ? "" : table.text(style), items->size());
  return 0;
}

}  // namespace dm::cli
