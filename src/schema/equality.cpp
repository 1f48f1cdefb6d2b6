#include "schema/equality.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/text.h"
#include "schema/address.h"
#include "schema/vlan_set.h"

namespace dm::schema {
namespace {

using model::Value;
using model::ValueList;

// An integral number as an integer, so that 1500.0 and 1500 have one form; NaN as text, since it does
// not equal itself.
Value canonical_number(double number) {
  constexpr double kBeyondUnsigned = 18446744073709551616.0;  // 2^64
  constexpr double kLowestSigned = -9223372036854775808.0;    // -2^63
  if (std::isnan(number)) return "NaN";
  if (number != std::floor(number)) return number;
  if (number >= 0 && number < kBeyondUnsigned) return static_cast<std::uint64_t>(number);
  if (number < 0 && number >= kLowestSigned) return static_cast<std::int64_t>(number);
  return number;
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// RFC 7951 quotes 64-bit integers and decimals. nullopt: no number (nor "inf", which from_chars takes).
std::optional<Value> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (const auto number = parse_whole<std::uint64_t>(text)) return Value(*number);
  if (const auto number = parse_whole<std::int64_t>(text)) return Value(*number);
  if (const auto number = parse_whole<double>(text)) return canonical_number(*number);
  return std::nullopt;
}

Value as_number(const Value& value) {
  if (const auto* real = std::get_if<double>(&value.data)) return canonical_number(*real);
  const std::string* text = value.text();
  return text == nullptr ? value : parse_number(*text).value_or(value);
}

// A bool may travel as "true", or as 1 (Junos).
Value as_bool(const Value& value) {
  if (const std::string* text = value.text()) {
    const std::string lower = core::to_lower(*text);
    if (lower == "true" || lower == "1") return true;
    if (lower == "false" || lower == "0") return false;
  }
  const Value number = as_number(value);
  if (const auto* whole = std::get_if<std::uint64_t>(&number.data); whole && *whole <= 1) return *whole == 1;
  return value;
}

// A text leaf's value that travelled as a number or bool (`name: 40` in a file).
Value as_text(const Value& value) {
  const Value number = as_number(value);
  if (value.text() != nullptr) return value;
  if (const auto* v = std::get_if<bool>(&number.data)) return *v ? "true" : "false";
  if (const auto* v = std::get_if<std::uint64_t>(&number.data)) return fmt::format("{}", *v);
  if (const auto* v = std::get_if<std::int64_t>(&number.data)) return fmt::format("{}", *v);
  if (const auto* v = std::get_if<double>(&number.data)) return fmt::format("{}", *v);
  return value;
}

Value as_name(const Value& value) {
  const Value text_value = as_text(value);
  const std::string* text = text_value.text();
  return text == nullptr ? value : Value(model::strip_module(*text));
}

Value by_spelling(const Value& value, std::optional<std::string> (*spell)(std::string_view)) {
  const std::string* text = value.text();
  if (text == nullptr) return as_text(value);
  const auto spelled = spell(*text);
  return spelled ? Value(*spelled) : value;
}

// Sorted and without repetitions. JSON text orders anything, objects included.
void make_set(ValueList& members) {
  std::sort(members.begin(), members.end(),
            [](const Value& a, const Value& b) { return model::to_json(a) < model::to_json(b); });
  members.erase(std::unique(members.begin(), members.end()), members.end());
}

Value canonical_scalar(LeafKind kind, const Value& value) {
  if (value.is_absent() || value.list() != nullptr || value.object() != nullptr) return value;
  switch (kind) {
    case LeafKind::Unknown:
      return std::holds_alternative<double>(value.data) ? as_number(value) : value;
    case LeafKind::Unsigned:
    case LeafKind::Signed:
    case LeafKind::Decimal: return as_number(value);
    case LeafKind::Bool: return as_bool(value);
    case LeafKind::Text: return as_text(value);
    case LeafKind::Enum:
    case LeafKind::Identity: return as_name(value);
    case LeafKind::Ip: return by_spelling(value, canonical_ip);
    case LeafKind::IpPrefix: return by_spelling(value, canonical_ip_prefix);
    case LeafKind::Mac: return by_spelling(value, canonical_mac);
    case LeafKind::VlanSet: return value;  // canonical() takes the whole list
  }
  return value;
}

}  // namespace

Value canonical(const LeafType& type, const Value& value) {
  if (value.is_absent() || value.object() != nullptr) return value;
  if (type.kind == LeafKind::VlanSet) return compact_vlan_set(value);
  const ValueList* list = value.list();
  if (list == nullptr && !type.is_list) return canonical_scalar(type.kind, value);
  ValueList members;
  for (const Value& member : list != nullptr ? *list : ValueList{value}) {
    members.push_back(canonical_scalar(type.kind, member));
  }
  if (!type.is_ordered) make_set(members);
  return members;
}

bool equal(const LeafType& type, const Value& a, const Value& b) {
  return a == b || canonical(type, a) == canonical(type, b);
}

Value compact_vlans(const Value& value) { return value.is_absent() ? value : compact_vlan_set(value); }

}  // namespace dm::schema
