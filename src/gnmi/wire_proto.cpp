#include "gnmi/wire_proto.h"

#include <optional>

namespace dm::gnmi {
namespace {

// The sub-message a length-delimited field of `kind` holds; nullopt: a string, bytes or unknown.
std::optional<ProtoKind> child_kind(ProtoKind kind, std::uint32_t number) {
  switch (kind) {
    case ProtoKind::SubscribeResponse:
      if (number == 1) return ProtoKind::Notification;
      if (number == 4) return ProtoKind::Flat;  // Error
      break;
    case ProtoKind::Notification:
      if (number == 2 || number == 5) return ProtoKind::Path;
      if (number == 4) return ProtoKind::Update;
      break;
    case ProtoKind::Update:
      if (number == 1) return ProtoKind::Path;
      if (number == 2) return ProtoKind::Value;
      if (number == 3) return ProtoKind::TypedValue;
      break;
    case ProtoKind::Path:
      if (number == 3) return ProtoKind::PathElem;
      break;
    case ProtoKind::PathElem:
      if (number == 2) return ProtoKind::Flat;  // map entry
      break;
    case ProtoKind::TypedValue:
      if (number == 7) return ProtoKind::Flat;  // Decimal64
      if (number == 8) return ProtoKind::ScalarArray;
      break;
    case ProtoKind::ScalarArray:
      if (number == 1) return ProtoKind::TypedValue;
      break;
    case ProtoKind::Extension:
      if (number == 1 || number == 5) return ProtoKind::Flat;  // RegisteredExtension, Depth
      if (number == 6) return ProtoKind::ConfigSubscription;
      break;
    case ProtoKind::ConfigSubscription:
      if (number == 1 || number == 2) return ProtoKind::Flat;  // start, sync_done
      break;
    case ProtoKind::Value:
    case ProtoKind::Flat:
      break;
  }
  return std::nullopt;
}

}  // namespace

bool ProtoReader::read_long_varint(std::uint64_t& value, int most_bytes) {
  std::uint64_t result = 0;
  for (int i = 0; i < most_bytes && at_ != end_; ++i) {
    const auto byte = static_cast<unsigned char>(*at_++);
    result |= static_cast<std::uint64_t>(byte & 0x7FU) << (7U * static_cast<unsigned>(i));
    if (byte < 0x80U) {
      value = result;
      return true;
    }
  }
  return fail();
}

bool ProtoReader::read_fixed(ProtoField& field, std::uint32_t wire_type) {
  if (wire_type != 1 && wire_type != 5) return fail();
  const std::size_t size = wire_type == 1 ? 8 : 4;
  if (static_cast<std::size_t>(end_ - at_) < size) return fail();
  field.type = wire_type == 1 ? ProtoField::Type::Fixed64 : ProtoField::Type::Fixed32;
  field.value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    field.value |= static_cast<std::uint64_t>(static_cast<unsigned char>(at_[i])) << (8U * i);
  }
  at_ += size;
  return true;
}

// A group ends at the end tag of its own number; anything else there is malformed.
bool ProtoReader::skip_group(std::uint32_t number, int depth) {
  if (depth < 0) return false;
  while (at_ != end_) {
    std::uint64_t tag = 0;
    if (!read_varint(tag, 5)) return false;
    tag &= 0xFFFFFFFFU;
    ProtoField inside;
    inside.number = static_cast<std::uint32_t>(tag >> 3U);
    const auto wire_type = static_cast<std::uint32_t>(tag & 7U);
    if (inside.number == 0) return false;
    if (wire_type == 4) return inside.number == number;
    const bool is_read = wire_type == 3 ? skip_group(inside.number, depth - 1)
                                        : read_payload(inside, wire_type);
    if (!is_read) return false;
  }
  return false;
}

bool is_well_formed(ProtoKind kind, std::string_view message, int depth) {
  if (depth < 0) return false;
  ProtoReader reader(message, depth);
  ProtoField field;
  while (reader.next(field)) {
    if (field.type != ProtoField::Type::Bytes) continue;
    const auto child = child_kind(kind, field.number);
    if (child && !is_well_formed(*child, field.bytes, depth - 1)) return false;
  }
  return reader.ok();
}

void MergedField::add(std::string_view part) {
  if (++count_ == 1) {
    bytes_ = part;
    return;
  }
  if (count_ == 2) scratch_->assign(bytes_);
  scratch_->append(part);
  bytes_ = *scratch_;
}

void MergedField::clear() {
  count_ = 0;
  bytes_ = {};
}

}  // namespace dm::gnmi
