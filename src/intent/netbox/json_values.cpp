#include "intent/netbox/json_values.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"

namespace dm::intent::netbox {
namespace {

std::string token_text(od::value value) {
  const std::string_view token = value.raw_json_token();
  return std::string(core::trim(token));
}

model::Value number_of(od::value value) {
  if (std::uint64_t number = 0; value.get_uint64().get(number) == simdjson::SUCCESS) return number;
  if (std::int64_t number = 0; value.get_int64().get(number) == simdjson::SUCCESS) return number;
  std::string token = token_text(value);
  if (token.find_first_of(".eE") == std::string::npos)
    return token;  // beyond 64 bits: keep the text
  if (double number = 0; value.get_double().get(number) == simdjson::SUCCESS) return number;
  return token;
}

}  // namespace

model::Value scalar_of(od::value value) {
  switch (value.type()) {
    case od::json_type::string:
      return std::string(std::string_view(value.get_string()));
    case od::json_type::number:
      return number_of(value);
    case od::json_type::boolean:
      return bool(value.get_bool());
    default:
      return {};
  }
}

std::string text_of(od::value value) {
  const model::Value scalar = scalar_of(value);
  if (const std::string* text = scalar.text()) return *text;
  return {};
}

bool bool_of(od::value value, bool otherwise) {
  const model::Value scalar = scalar_of(value);
  const bool* flag = std::get_if<bool>(&scalar.data);
  return flag == nullptr ? otherwise : *flag;
}

std::optional<std::uint64_t> unsigned_of(od::value value) {
  const model::Value scalar = scalar_of(value);
  if (const auto* number = std::get_if<std::uint64_t>(&scalar.data)) return *number;
  return std::nullopt;
}

std::optional<std::int64_t> signed_of(od::value value) {
  const model::Value scalar = scalar_of(value);
  if (const auto* number = std::get_if<std::int64_t>(&scalar.data)) return *number;
  const auto* number = std::get_if<std::uint64_t>(&scalar.data);
  if (number != nullptr && *number <= INT64_MAX) return static_cast<std::int64_t>(*number);
  return std::nullopt;
}

std::string choice_of(od::value value) {
  if (value.type() != od::json_type::object) return text_of(value);
  std::string text;
  for (auto field : value.get_object()) {
    if (std::string_view(field.unescaped_key()) == "value") text = text_of(field.value());
  }
  return text;
}

Brief brief_of(od::value value) {
  Brief brief;
  if (value.type() == od::json_type::number) {  // flat form: the id alone
    brief.id = unsigned_of(value).value_or(0);
    return brief;
  }
  if (value.type() != od::json_type::object) return brief;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "id")
      brief.id = unsigned_of(field.value()).value_or(0);
    else if (key == "name")
      brief.name = text_of(field.value());
    else if (key == "slug")
      brief.slug = text_of(field.value());
    else if (key == "address")
      brief.address = text_of(field.value());
    else if (key == "vid")
      brief.vid = unsigned_of(field.value());
    else if (key == "asn")
      brief.asn = unsigned_of(field.value());
    else if (key == "_depth")
      brief.depth = unsigned_of(field.value()).value_or(0);
  }
  return brief;
}

std::vector<Brief> briefs_of(od::value value) {
  std::vector<Brief> briefs;
  if (value.type() != od::json_type::array) return briefs;
  for (auto item : value.get_array()) briefs.push_back(brief_of(item.value()));
  return briefs;
}

namespace {

// A custom field's value: a scalar, a selection {"value", "label"} (NetBox 4.7), or a related
// object, of which the property that a person would type counts.
model::Value custom_value_of(od::value value) {
  if (value.type() != od::json_type::object) return scalar_of(value);
  static constexpr std::string_view kTelling[] = {"value", "address",    "asn",
                                                  "vid",   "identifier", "name"};
  model::Value best;
  std::size_t best_rank = std::size(kTelling);
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    const auto found = std::find(std::begin(kTelling), std::end(kTelling), key);
    const auto rank = static_cast<std::size_t>(found - std::begin(kTelling));
    if (rank >= best_rank) continue;
    best = scalar_of(field.value());
    best_rank = rank;
  }
  return best;
}

}  // namespace

CustomFields custom_fields_of(od::value value) {
  CustomFields fields;
  if (value.type() != od::json_type::object) return fields;
  for (auto field : value.get_object()) {
    std::string name(std::string_view(field.unescaped_key()));
    model::Value said = custom_value_of(field.value());
    if (!said.is_absent()) fields.insert_or_assign(std::move(name), std::move(said));
  }
  return fields;
}

}  // namespace dm::intent::netbox
