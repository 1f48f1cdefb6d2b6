// A leaf's value as a person would write it, and the compact bytes it is held and compared in.
//
// The variant is what JSON can say without loss: integers keep their sign and all 64 bits. Meaning
// (is "65000" the number 65000?) belongs to the leaf's type: schema/equality.h. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dm::model {

struct Value;
using ValueList = std::vector<Value>;                        // leaf-list, in the order it was said
using ValueObject = std::vector<std::pair<std::string, Value>>;  // an entry: relative path -> value

struct Value {
  // monostate = absent (JSON null). Non-negative integers are always uint64_t.
  std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string, ValueList,
               ValueObject>
      data;

  Value() = default;
  Value(bool v) : data(v) {}                                    // NOLINT: implicit
  Value(std::uint64_t v) : data(v) {}                           // NOLINT: implicit
  Value(std::int64_t v);                                        // NOLINT: implicit
  Value(int v) : Value(static_cast<std::int64_t>(v)) {}         // NOLINT: implicit
  Value(double v) : data(v) {}                                  // NOLINT: implicit
  Value(std::string v) : data(std::move(v)) {}                  // NOLINT: implicit
  Value(std::string_view v) : data(std::string(v)) {}           // NOLINT: implicit
  Value(const char* v) : data(std::string(v)) {}                // NOLINT: implicit
  Value(ValueList v) : data(std::move(v)) {}                    // NOLINT: implicit
  Value(ValueObject v) : data(std::move(v)) {}                  // NOLINT: implicit

  bool is_absent() const { return std::holds_alternative<std::monostate>(data); }
  const std::string* text() const { return std::get_if<std::string>(&data); }
  const ValueList* list() const { return std::get_if<ValueList>(&data); }
  const ValueObject* object() const { return std::get_if<ValueObject>(&data); }
  bool operator==(const Value&) const = default;
};

// JSON as events and the API carry it: 64-bit integers beyond 2^53 are strings, malformed UTF-8 is
// replaced, absent is null.
std::string to_json(const Value& value);

// For people: scalars bare, lists in brackets, absent as "(absent)".
std::string to_display(const Value& value);

// Compact encoding: one tag byte and the payload; equal values have equal bytes, and the absent
// value is the empty string. Objects are not encodable. Encoders append to `out` (reused buffer: no
// allocation on the hot path).
void encode(const Value& value, std::string& out);
void encode_bool(bool value, std::string& out);
void encode_uint(std::uint64_t value, std::string& out);
void encode_int(std::int64_t value, std::string& out);
void encode_double(double value, std::string& out);
void encode_text(std::string_view value, std::string& out);
void encode_opaque(std::string& out);  // a form that cannot be compared (any_val, ascii_val, ...)
// A list is its tag, then per member a 4-byte little-endian length and the member's encoding.
void encode_list_begin(std::string& out);
void encode_list_member(std::string_view encoded_member, std::string& out);

// Inverse of encode; opaque decodes to the text "(undecodable)". Malformed bytes are a bug (CHECK).
Value decode(std::string_view encoded);
bool is_opaque(std::string_view encoded);

}  // namespace dm::model
