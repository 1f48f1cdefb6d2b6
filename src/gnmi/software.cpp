#include "gnmi/software.h"

#include <fmt/format.h>

#include <cstdint>
#include <set>

#include "core/text.h"
#include "gnmi/grpc_status.h"
#include "gnmi/wire_proto.h"

namespace dm::gnmi {
namespace {

constexpr std::size_t kLongestVersion = 64;

core::Error malformed() { return {core::Code::Corrupt, "the answer to Capabilities is malformed"}; }

// FNV-1a, 64 bits. Every part is closed by its length, so that parts cannot run into each other.
class Hash {
 public:
  void add(std::string_view part) {
    for (const char c : part) mix(static_cast<unsigned char>(c));
    for (std::size_t size = part.size(), i = 0; i < 8; ++i, size >>= 8U) mix(size & 0xFFU);
  }
  std::string text() const { return fmt::format("{:016x}", state_); }

 private:
  void mix(std::uint64_t byte) { state_ = (state_ ^ byte) * 0x100000001B3U; }
  std::uint64_t state_ = 0xCBF29CE484222325U;
};

// ModelData: name, organization, version, whatever their order on the wire.
core::Result<std::string> read_model(std::string_view message) {
  std::string_view parts[3];
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.type == ProtoField::Type::Bytes && field.number >= 1 && field.number <= 3) parts[field.number - 1] = field.bytes;
  }
  if (!reader.ok()) return malformed();
  std::string model;
  for (const std::string_view part : parts) model.append(part).push_back('\0');
  return model;
}

// Repeated enums come packed or one by one.
bool read_encodings(const ProtoField& field, std::set<std::uint64_t>& encodings) {
  if (field.type == ProtoField::Type::Varint) {
    encodings.insert(field.value);
    return true;
  }
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const char c : field.bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (shift > 63) return false;
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    shift += 7;
    if (byte >= 0x80U) continue;
    encodings.insert(value);
    value = 0;
    shift = 0;
  }
  return shift == 0;
}

}  // namespace

core::Result<Software> read_software(std::string_view response) {
  std::set<std::string> models;
  std::set<std::uint64_t> encodings;
  std::string_view version;
  ProtoReader reader(response);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(1)) {
      auto model = read_model(field.bytes);
      if (!model) return model.error();
      models.insert(*std::move(model));
    }
    if (field.number == 2 && !read_encodings(field, encodings)) return malformed();
    if (field.is_bytes(3)) version = field.bytes;
  }
  if (!reader.ok()) return malformed();
  Hash hash;
  hash.add(version);
  for (const std::uint64_t encoding : encodings) hash.add(std::to_string(encoding));
  for (const std::string& model : models) hash.add(model);
  return Software{core::shorten(to_printable(version), kLongestVersion), models.size(), hash.text()};
}

std::string to_text(const Software& software) {
  return fmt::format("gNMI {}, {} model{}, fingerprint {}", software.gnmi_version.empty() ? "of no version" : software.gnmi_version,
                     software.models, software.models == 1 ? "" : "s", software.fingerprint);
}

}  // namespace dm::gnmi
