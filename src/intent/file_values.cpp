#include "intent/file_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.h"
#include "schema/equality.h"

namespace dm::intent {
namespace {

using model::Rule;
using model::Value;
using model::ValueList;
using schema::YamlNode;
using Kind = YamlNode::Kind;
using Mistakes = std::vector<schema::YamlMistake>;

constexpr const char* kNoValue =
    "no value: write {absent: true} if it must not be configured, or put it under `unmanaged`";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// What plain text means; YAML 1.1 and 1.2 disagree about some, and those must be quoted.
std::optional<Value> read_plain(const YamlNode& node, Mistakes& mistakes) {
  const std::string& text = node.text;
  if (is_one_of(text, {"true", "True", "TRUE"})) return Value(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Value(false);
  if (is_one_of(core::to_lower(text), {"yes", "no", "on", "off"})) {
    mistakes.push_back(
        {node.place,
         fmt::format(
             "'{}' may be a word or a truth value: write \"{}\" in quotes, or true or false", text,
             text)});
    return std::nullopt;
  }
  const std::string_view digits =
      text.starts_with('-') ? std::string_view(text).substr(1) : std::string_view(text);
  const bool is_hex_or_octal =
      text.size() > 2 && (text.starts_with("0x") || text.starts_with("0o"));
  if ((is_all_digits(digits) && digits.size() > 1 && digits.front() == '0') || is_hex_or_octal) {
    mistakes.push_back({node.place, fmt::format("'{}' may be read as another number: write it as a "
                                                "decimal number, or as \"{}\" in quotes",
                                                text, text)});
    return std::nullopt;
  }
  if (is_all_digits(digits)) {
    if (const auto number = parse_whole<std::uint64_t>(text)) return Value(*number);
    if (const auto number = parse_whole<std::int64_t>(text)) return Value(*number);
    return Value(text);  // beyond 64 bits
  }
  // A decimal number that is written as it would be shown; anything else stays text, so nothing is
  // lost.
  if (const auto number = parse_whole<double>(text); number && fmt::format("{}", *number) == text)
    return Value(*number);
  return Value(text);
}

std::optional<Value> read_scalar(const YamlNode& node, Mistakes& mistakes) {
  return node.is_quoted ? std::optional<Value>(node.text) : read_plain(node, mistakes);
}

std::optional<Value> read_list(const YamlNode& node, Mistakes& mistakes) {
  ValueList list;
  bool is_good = true;
  for (const YamlNode& item : node.items) {
    std::optional<Value> value;
    if (item.kind == Kind::Scalar) {
      value = read_scalar(item, mistakes);
    } else {
      mistakes.push_back({item.place, "a list here holds plain values only"});
    }
    is_good = is_good && value.has_value();
    if (value) list.push_back(std::move(*value));
  }
  return is_good ? std::optional<Value>(std::move(list)) : std::nullopt;
}

std::optional<Value> read_plain_or_list(const YamlNode& node, Mistakes& mistakes) {
  if (node.kind == Kind::Scalar) return read_scalar(node, mistakes);
  if (node.kind == Kind::List) return read_list(node, mistakes);
  mistakes.push_back(
      {node.place, node.kind == Kind::Null ? kNoValue : "expected a value or a list of values"});
  return std::nullopt;
}

std::optional<FileValue> read_absent(const YamlNode& node, Mistakes& mistakes) {
  if (node.kind == Kind::Scalar && !node.is_quoted && node.text == "true")
    return FileValue{Rule::Absent, {}};
  mistakes.push_back({node.place, "`absent` can only be true"});
  return std::nullopt;
}

std::optional<FileValue> read_one_of(const YamlNode& node, Mistakes& mistakes) {
  if (node.kind != Kind::List || node.items.empty()) {
    mistakes.push_back({node.place, "`one_of` needs a list of at least one value"});
    return std::nullopt;
  }
  FileValue result{Rule::OneOf, {}};
  bool is_good = true;
  for (const YamlNode& item : node.items) {
    const auto value = item.kind == Kind::Null ? std::optional<Value>(Value())
                                               : read_plain_or_list(item, mistakes);
    is_good = is_good && value.has_value();
    if (value) result.values.push_back(*value);
  }
  return is_good ? std::optional(std::move(result)) : std::nullopt;
}

std::optional<FileValue> read_set(const YamlNode& node, Mistakes& mistakes) {
  if (node.kind != Kind::List) {
    mistakes.push_back({node.place, "`set` needs a list of values"});
    return std::nullopt;
  }
  auto list = read_list(node, mistakes);
  if (!list) return std::nullopt;
  return FileValue{Rule::Set, {std::move(*list)}};
}

std::optional<FileValue> read_rule(const YamlNode& node, Mistakes& mistakes) {
  if (node.members.size() == 1) {
    const schema::YamlMember& rule = node.members.front();
    if (rule.key == "absent") return read_absent(rule.value, mistakes);
    if (rule.key == "one_of") return read_one_of(rule.value, mistakes);
    if (rule.key == "set") return read_set(rule.value, mistakes);
  }
  mistakes.push_back({node.place, "expected {absent: true}, {one_of: [...]} or {set: [...]}"});
  return std::nullopt;
}

}  // namespace

std::optional<FileValue> read_file_value(const YamlNode& node, Mistakes& mistakes) {
  if (node.kind == Kind::Map) return read_rule(node, mistakes);
  auto value = read_plain_or_list(node, mistakes);
  if (!value) return std::nullopt;
  return FileValue{Rule::Equal, {std::move(*value)}};
}

std::optional<std::string> type_mistake(const schema::LeafType& type, const Value& value) {
  if (value.is_absent()) return std::nullopt;
  const Value canonical = schema::canonical(type, value);
  const ValueList members = canonical.list() != nullptr ? *canonical.list() : ValueList{canonical};
  const auto is_unsigned = [](const Value& one) { return std::holds_alternative<std::uint64_t>(one.data); };
  const auto is_number = [&](const Value& one) {
    return is_unsigned(one) || std::holds_alternative<std::int64_t>(one.data) || std::holds_alternative<double>(one.data);
  };
  const auto is_bool = [](const Value& one) { return std::holds_alternative<bool>(one.data); };
  const auto unless_all = [&](const auto& is_right, const char* what) -> std::optional<std::string> {
    if (std::all_of(members.begin(), members.end(), is_right)) return std::nullopt;
    return fmt::format("{} is no {}, which this leaf is", core::shorten(model::to_json(value), 80), what);
  };
  switch (type.kind) {
    case schema::LeafKind::Unsigned:
      return unless_all(is_unsigned, "number from 0 on");
    case schema::LeafKind::Signed:
    case schema::LeafKind::Decimal:
      return unless_all(is_number, "number");
    case schema::LeafKind::Bool:
      return unless_all(is_bool, "true or false");
    default:
      return std::nullopt;
  }
}

}  // namespace dm::intent
