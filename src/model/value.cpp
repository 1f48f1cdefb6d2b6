#include "model/value.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "core/check.h"
#include "core/text.h"

namespace dm::model {
namespace {

constexpr char kFalse = 'f', kTrue = 't', kUnsigned = 'u', kSigned = 'i', kDouble = 'd', kText = 's',
               kList = 'l', kOpaque = 'o';
constexpr std::uint64_t kLargestExact = 1ULL << 53U;  // JSON readers keep integers up to here exact

template <class T>
void append_number(char tag, T number, std::string& out) {
  out.push_back(tag);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &number, sizeof(T));
  out.append(bytes, sizeof(T));
}

template <class T>
T read_number(std::string_view bytes) {
  CHECK(bytes.size() >= sizeof(T), "encoded value cut short");
  T number;
  std::memcpy(&number, bytes.data(), sizeof(T));
  return number;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : core::to_valid_utf8(text)) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out.push_back(c);
        }
    }
  }
  return out + "\"";
}

std::string number_text(double number) {
  if (!std::isfinite(number)) return quoted(std::isnan(number) ? "NaN" : (number > 0 ? "Infinity" : "-Infinity"));
  return fmt::format("{}", number);
}

struct JsonWriter {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::uint64_t v) const {
    return v > kLargestExact ? fmt::format("\"{}\"", v) : fmt::format("{}", v);
  }
  std::string operator()(std::int64_t v) const {
    return v < -static_cast<std::int64_t>(kLargestExact) ? fmt::format("\"{}\"", v) : fmt::format("{}", v);
  }
  std::string operator()(double v) const { return number_text(v); }
  std::string operator()(const std::string& v) const { return quoted(v); }
  std::string operator()(const ValueList& list) const {
    std::string out = "[";
    for (const Value& member : list) {
      if (out.size() > 1) out += ", ";
      out += to_json(member);
    }
    return out + "]";
  }
  std::string operator()(const ValueObject& object) const {
    std::string out = "{";
    for (const auto& [name, member] : object) {
      if (out.size() > 1) out += ", ";
      out += quoted(name) + ": " + to_json(member);
    }
    return out + "}";
  }
};

struct Encoder {
  std::string& out;
  void operator()(std::monostate) const {}
  void operator()(bool v) const { encode_bool(v, out); }
  void operator()(std::uint64_t v) const { encode_uint(v, out); }
  void operator()(std::int64_t v) const { encode_int(v, out); }
  void operator()(double v) const { encode_double(v, out); }
  void operator()(const std::string& v) const { encode_text(v, out); }
  void operator()(const ValueList& list) const {
    encode_list_begin(out);
    std::string member_bytes;
    for (const Value& member : list) {
      member_bytes.clear();
      encode(member, member_bytes);
      encode_list_member(member_bytes, out);
    }
  }
  void operator()(const ValueObject&) const { CHECK(false, "an object has no encoding"); }
};

Value decode_list(std::string_view bytes) {
  ValueList list;
  while (!bytes.empty()) {
    const auto length = read_number<std::uint32_t>(bytes);
    CHECK(bytes.size() >= 4 + std::size_t{length}, "encoded list cut short");
    list.push_back(decode(bytes.substr(4, length)));
    bytes.remove_prefix(4 + std::size_t{length});
  }
  return list;
}

}  // namespace

Value::Value(std::int64_t v) {
  if (v >= 0) {
    data = static_cast<std::uint64_t>(v);
  } else {
    data = v;
  }
}

std::string to_json(const Value& value) { return std::visit(JsonWriter{}, value.data); }

std::string to_display(const Value& value) {
  if (value.is_absent()) return "(absent)";
  if (const std::string* text = value.text()) return core::to_valid_utf8(*text);
  return to_json(value);
}

void encode(const Value& value, std::string& out) { std::visit(Encoder{out}, value.data); }
void encode_bool(bool value, std::string& out) { out.push_back(value ? kTrue : kFalse); }
void encode_uint(std::uint64_t value, std::string& out) { append_number(kUnsigned, value, out); }
void encode_int(std::int64_t value, std::string& out) {
  if (value >= 0) {
    encode_uint(static_cast<std::uint64_t>(value), out);
  } else {
    append_number(kSigned, value, out);
  }
}
void encode_double(double value, std::string& out) { append_number(kDouble, value, out); }
void encode_text(std::string_view value, std::string& out) {
  out.push_back(kText);
  out.append(value);
}
void encode_opaque(std::string& out) { out.push_back(kOpaque); }
void encode_list_begin(std::string& out) { out.push_back(kList); }
void encode_list_member(std::string_view encoded_member, std::string& out) {
  const auto length = static_cast<std::uint32_t>(encoded_member.size());
  char bytes[sizeof(length)];
  std::memcpy(bytes, &length, sizeof(length));
  out.append(bytes, sizeof(length));
  out.append(encoded_member);
}

Value decode(std::string_view encoded) {
  if (encoded.empty()) return {};
  const std::string_view payload = encoded.substr(1);
  switch (encoded.front()) {
    case kFalse: return false;
    case kTrue: return true;
    case kUnsigned: return read_number<std::uint64_t>(payload);
    case kSigned: return read_number<std::int64_t>(payload);
    case kDouble: return read_number<double>(payload);
    case kText: return payload;
    case kList: return decode_list(payload);
    case kOpaque: return "(undecodable)";
    default: CHECK(false, "encoded value with an unknown tag");
  }
}

bool is_opaque(std::string_view encoded) { return !encoded.empty() && encoded.front() == kOpaque; }

}  // namespace dm::model
