// The protobuf wire format, read field by field in place: no message objects, no copies.
//
// Follows what protobuf's own parser accepts and refuses, so that a message is Corrupt for us exactly
// when it is for everybody else: varints of at most ten bytes, tags and lengths of at most five,
// unknown fields and groups skipped, nesting of at most kProtoDepth. Source: protobuf encoding.
// Value types; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dm::gnmi {

inline constexpr int kProtoDepth = 100;

struct ProtoField {
  enum class Type : std::uint8_t { Varint, Fixed64, Bytes, Fixed32 };
  std::uint32_t number = 0;
  Type type = Type::Varint;
  std::uint64_t value = 0;  // of a number, its raw bits
  std::string_view bytes;   // of a string, byte string or sub-message

  bool is_bytes(std::uint32_t n) const { return number == n && type == Type::Bytes; }
  bool is_varint(std::uint32_t n) const { return number == n && type == Type::Varint; }
};

// Hands out the fields of one message in order; groups are skipped. `depth`: levels allowed below.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view message, int depth = kProtoDepth)
      : at_(message.data()), end_(message.data() + message.size()), depth_(depth) {}

  // False at the end and at the first malformed byte; ok() tells which.
  bool next(ProtoField& field);
  bool ok() const { return ok_; }

 private:
  bool fail() {
    ok_ = false;
    at_ = end_;
    return false;
  }
  bool read_varint(std::uint64_t& value, int most_bytes) {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80U) {  // nearly always
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    return read_long_varint(value, most_bytes);
  }
  bool read_long_varint(std::uint64_t& value, int most_bytes);
  bool read_payload(ProtoField& field, std::uint32_t wire_type);
  bool read_fixed(ProtoField& field, std::uint32_t wire_type);
  bool skip_group(std::uint32_t number, int depth);

  const char* at_;
  const char* end_;
  int depth_;
  bool ok_ = true;
};

// The messages of a SubscribeResponse, as far as checking their form needs to tell them apart.
enum class ProtoKind : std::uint8_t {
  SubscribeResponse, Notification, Update, Path, PathElem, Value, TypedValue, ScalarArray,
  Extension, ConfigSubscription,
  Flat,  // only scalars inside
};

// True when the whole message, sub-messages included, is well formed. Strings are not looked into, nor are
// the extensions of a SubscribeResponse.
bool is_well_formed(ProtoKind kind, std::string_view message, int depth = kProtoDepth);

// A sub-message field that may occur more than once. Protobuf merges the occurrences, which is the
// same as reading their bytes one after the other (each has to be well formed by itself).
class MergedField {
 public:
  explicit MergedField(std::string& scratch) : scratch_(&scratch) {}
  void add(std::string_view part);
  void clear();
  bool is_present() const { return count_ > 0; }
  bool is_repeated() const { return count_ > 1; }
  std::string_view bytes() const { return bytes_; }

 private:
  std::string* scratch_;  // of the caller; outlives this
  std::string_view bytes_;
  std::uint32_t count_ = 0;
};

inline bool ProtoReader::next(ProtoField& field) {
  while (at_ != end_) {
    std::uint64_t tag = 0;
    if (!read_varint(tag, 5)) return false;
    tag &= 0xFFFFFFFFU;
    field.number = static_cast<std::uint32_t>(tag >> 3U);
    if (field.number == 0) return fail();
    const auto wire_type = static_cast<std::uint32_t>(tag & 7U);
    if (wire_type != 3) return read_payload(field, wire_type);
    if (!skip_group(field.number, depth_ - 1)) return fail();
  }
  return false;
}

inline bool ProtoReader::read_payload(ProtoField& field, std::uint32_t wire_type) {
  if (wire_type == 2) {
    std::uint64_t length = 0;
    if (!read_varint(length, 5)) return false;
    if (length > static_cast<std::size_t>(end_ - at_)) return fail();
    field.type = ProtoField::Type::Bytes;
    field.bytes = std::string_view(at_, static_cast<std::size_t>(length));
    at_ += length;
    return true;
  }
  if (wire_type == 0) {
    field.type = ProtoField::Type::Varint;
    return read_varint(field.value, 10);
  }
  return read_fixed(field, wire_type);
}

}  // namespace dm::gnmi
