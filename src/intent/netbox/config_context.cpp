#include "intent/netbox/config_context.h"

#include "intent/netbox/json_values.h"

namespace dm::intent::netbox {
namespace {

using Json = std::optional<std::string>;

template <class Read>
Json read_key(std::string_view context, std::string_view key, Read read) {
  if (context.empty() || key.empty()) return std::nullopt;
  const auto found = read_document<Json>(context, [&](od::object root) -> core::Result<Json> {
    Json value;
    for (auto field : root) {
      if (std::string_view(field.unescaped_key()) == key) value = read(od::value(field.value()));
    }
    return value;
  });
  return found ? *found : std::nullopt;
}

}  // namespace

std::optional<std::string> context_json(std::string_view context, std::string_view key) {
  return read_key(context, key, [](od::value value) -> Json {
    if (value.is_null()) return std::nullopt;
    return std::string(std::string_view(simdjson::to_json_string(value)));
  });
}

std::optional<std::string> context_text(std::string_view context, std::string_view key) {
  return read_key(context, key, [](od::value value) -> Json {
    const model::Value scalar = scalar_of(value);
    if (const std::string* text = scalar.text()) return *text;
    if (const auto* number = std::get_if<std::uint64_t>(&scalar.data)) return std::to_string(*number);
    return std::nullopt;
  });
}

}  // namespace dm::intent::netbox
