// GET /api/status/, and what error answers say.
#include "core/text.h"
#include "intent/netbox/json_values.h"
#include "intent/netbox/tables.h"

namespace dm::intent::netbox {

using core::Code;
using core::Error;
using core::Result;

Result<ServerStatus> read_status(std::string_view json) {
  return read_document<ServerStatus>(json, [](od::object root) -> Result<ServerStatus> {
    ServerStatus status;
    for (auto field : root) {
      const std::string_view key = field.unescaped_key();
      od::value value = field.value();
      if (key == "netbox-version") {
        status.version = text_of(value);
      } else if (key == "plugins" && value.type() == od::json_type::object) {
        for (auto plugin : value.get_object()) {
          status.plugins.emplace_back(std::string_view(plugin.unescaped_key()));
        }
      }
    }
    if (status.version.empty()) return Error{Code::Corrupt, "the answer names no NetBox version"};
    return status;
  });
}

Result<Rendered> read_rendered(std::string_view json) {
  return read_document<Rendered>(json, [](od::object root) -> Result<Rendered> {
    Rendered rendered;
    bool has_content = false;
    for (auto field : root) {
      const std::string_view key = field.unescaped_key();
      od::value value = field.value();
      if (key == "configtemplate") rendered.template_id = brief_of(value).id;
      if (key != "content") continue;
      rendered.content = text_of(value);
      has_content = true;
    }
    if (has_content && rendered.template_id != 0) return rendered;
    return core::Error{core::Code::Corrupt, "the answer is no rendered configuration"};
  });
}

std::string read_exception(std::string_view json) {
  const auto exception = read_document<std::string>(json, [](od::object root) -> Result<std::string> {
    std::string name;
    for (auto field : root) {
      const std::string_view key = field.unescaped_key();
      if (key == "exception") name = text_of(field.value());
    }
    return name;
  });
  return exception ? *exception : std::string();
}

// {"detail": "Invalid token"}, {"error": "…"}, {"role": ["Select a valid choice. …"]}: the first text.
std::string read_error_detail(std::string_view json) {
  const auto detail = read_document<std::string>(json, [](od::object root) -> Result<std::string> {
    std::string first;
    for (auto field : root) {
      const std::string key(std::string_view(field.unescaped_key()));
      const std::string prefix = key == "detail" || key == "error" ? std::string() : key + ": ";
      od::value value = field.value();
      std::string text;
      if (value.type() == od::json_type::array) {
        for (auto item : value.get_array()) {
          if (text.empty()) text = text_of(item.value());
        }
      } else {
        text = text_of(value);
      }
      if (first.empty() && !text.empty()) first = prefix + text;
    }
    return first;
  });
  return detail ? core::shorten(core::to_valid_utf8(*detail), 300) : std::string();
}

}  // namespace dm::intent::netbox
