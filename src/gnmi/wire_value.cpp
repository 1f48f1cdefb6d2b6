#include "gnmi/wire_value.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <iterator>

#include "core/text.h"
#include "gnmi/wire_proto.h"
#include "model/value.h"

namespace dm::gnmi {
namespace {

using Form = WireValue::Form;
using model::UnreadKind;

constexpr WireValue kEncoded{.form = Form::Encoded};
constexpr WireValue kCorrupt{.form = Form::Corrupt};
WireValue unread(UnreadKind why) { return {.form = Form::Unread, .why = why}; }

constexpr int kValueDepth = kProtoDepth - 3;  // below response, notification, update

enum Arm : std::uint32_t {
  kString = 1, kInt = 2, kUint = 3, kBool = 4, kBytes = 5, kFloat = 6, kDecimal = 7, kLeafList = 8,
  kAny = 9, kJson = 10, kJsonIetf = 11, kAscii = 12, kProtoBytes = 13, kDouble = 14,
};

// The wire type each arm must have; a field of that number with another one is unknown (protobuf).
bool is_arm(const ProtoField& field) {
  using Type = ProtoField::Type;
  switch (field.number) {
    case kInt:
    case kUint:
    case kBool: return field.type == Type::Varint;
    case kFloat: return field.type == Type::Fixed32;
    case kDouble: return field.type == Type::Fixed64;
    default: return field.number <= kProtoBytes && field.type == Type::Bytes;
  }
}

// 0.1F is meant as 0.1, not as the double nearest to the float.
double widen(float number) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), number, std::chars_format::scientific).ptr;
  double wide = 0;
  const auto read = std::from_chars(std::begin(text), end, wide);
  return read.ec == std::errc() ? wide : static_cast<double>(number);
}

// digits × 10^-precision, correctly rounded.
WireValue encode_decimal(std::string_view message, std::string& out) {
  std::int64_t digits = 0;
  std::uint32_t precision = 0;
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.is_varint(1)) digits = static_cast<std::int64_t>(field.value);
    if (field.is_varint(2)) precision = static_cast<std::uint32_t>(field.value);
  }
  if (precision == 0 || digits == 0) {
    model::encode_int(digits, out);
    return kEncoded;
  }
  fmt::basic_memory_buffer<char, 64> text;
  fmt::format_to(std::back_inserter(text), "{}e-{}", digits, precision);
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc()) return unread(UnreadKind::Form);
  model::encode_double(number, out);
  return kEncoded;
}

WireValue encode_string(std::string_view text, std::size_t most, std::string& out) {
  if (text.size() > most) return unread(UnreadKind::ValueBytes);
  if (!is_ascii_or_utf8(text)) return unread(UnreadKind::Text);
  model::encode_text(text, out);
  return kEncoded;
}

WireValue encode_binary(std::string_view bytes, std::size_t most, std::string& out) {
  if (bytes.size() > most / 4 * 3) return unread(UnreadKind::ValueBytes);
  model::encode_text(core::to_base64(bytes), out);
  return kEncoded;
}

WireValue encode_number(const ProtoField& field, std::string& out) {
  switch (field.number) {
    case kInt: model::encode_int(static_cast<std::int64_t>(field.value), out); break;
    case kUint: model::encode_uint(field.value, out); break;
    case kBool: model::encode_bool(field.value != 0, out); break;
    case kFloat:
      model::encode_double(widen(std::bit_cast<float>(static_cast<std::uint32_t>(field.value))), out);
      break;
    default: model::encode_double(std::bit_cast<double>(field.value), out); break;
  }
  return kEncoded;
}

// The arm that counts: the last one; a repeated decimal or list is merged with itself (protobuf's
// rule for oneof). The message must be well formed as soon as it holds a sub-message.
bool last_arm(std::string_view message, ProtoField& arm, MergedField& merged) {
  ProtoReader reader(message, kValueDepth);
  bool has_message = false;
  for (ProtoField field; reader.next(field);) {
    if (!is_arm(field)) continue;
    if (field.number != arm.number) merged.clear();
    arm = field;
    if (field.number != kDecimal && field.number != kLeafList) continue;
    merged.add(field.bytes);
    arm.bytes = merged.bytes();
    has_message = true;
  }
  if (!reader.ok()) return false;
  return !has_message || is_well_formed(ProtoKind::TypedValue, message, kValueDepth);
}

}  // namespace

bool is_ascii_or_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    seen |= word;
  }
  for (; at < text.size(); ++at) seen |= static_cast<unsigned char>(text[at]);
  return (seen & kHighBits) == 0 || core::is_valid_utf8(text);
}

WireValue ValueReader::read(std::string_view message, std::string& out) {
  ProtoField arm;
  MergedField merged(merged_);
  if (!last_arm(message, arm, merged)) return kCorrupt;
  switch (arm.number) {
    case 0: return unread(UnreadKind::NoValue);
    case kString: return encode_string(arm.bytes, most_bytes_, out);
    case kBytes: return encode_binary(arm.bytes, most_bytes_, out);
    case kDecimal: return encode_decimal(arm.bytes, out);
    case kLeafList: return read_list(arm.bytes, out);
    case kJson:
    case kJsonIetf: return {.form = Form::Json, .json = arm.bytes};
    case kAny:
    case kAscii:
    case kProtoBytes: return unread(UnreadKind::Form);
    default: return encode_number(arm, out);
  }
}

// Members are scalars; a list or JSON inside makes the whole leaf undecodable.
WireValue ValueReader::read_list(std::string_view array, std::string& out) {
  const std::size_t start = out.size();
  const auto give_up = [&](UnreadKind why) {
    out.resize(start);
    return unread(why);
  };
  model::encode_list_begin(out);
  ProtoReader reader(array);
  for (ProtoField field; reader.next(field);) {
    if (!field.is_bytes(1)) continue;
    ProtoField arm;
    std::string scratch;
    MergedField merged(scratch);
    (void)last_arm(field.bytes, arm, merged);  // well formed: checked with the whole
    member_.clear();
    WireValue member = unread(UnreadKind::NestedList);
    switch (arm.number) {
      case kString: member = encode_string(arm.bytes, most_bytes_, member_); break;
      case kBytes: member = encode_binary(arm.bytes, most_bytes_, member_); break;
      case kDecimal: member = encode_decimal(arm.bytes, member_); break;
      case kInt:
      case kUint:
      case kBool:
      case kFloat:
      case kDouble: member = encode_number(arm, member_); break;
      default: break;
    }
    if (member.form != Form::Encoded) return give_up(member.why);
    model::encode_list_member(member_, out);
    if (out.size() - start > most_bytes_) return give_up(UnreadKind::ValueBytes);
  }
  return kEncoded;
}

WireValue ValueReader::read_deprecated(std::string_view message, std::string& out) const {
  std::string_view bytes;
  std::int32_t encoding = 0;
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(1)) bytes = field.bytes;
    if (field.is_varint(2)) encoding = static_cast<std::int32_t>(field.value);
  }
  if (!reader.ok()) return kCorrupt;
  constexpr std::int32_t kJsonEncoding = 0, kBytesEncoding = 1, kJsonIetfEncoding = 4;
  if (encoding == kJsonEncoding || encoding == kJsonIetfEncoding) return {.form = Form::Json, .json = bytes};
  if (encoding == kBytesEncoding) return encode_binary(bytes, most_bytes_, out);
  return unread(UnreadKind::Form);
}

}  // namespace dm::gnmi
