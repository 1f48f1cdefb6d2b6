#include "gnmi/spelling.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "gnmi/wire_proto.h"

namespace dm::gnmi {
namespace {

// Field numbers of gnmi.proto.
constexpr std::uint32_t kElementText = 1, kOrigin = 2, kElem = 3;             // Path
constexpr std::uint32_t kName = 1, kKey = 2, kMapKey = 1, kMapValue = 2;       // PathElem and its map

std::optional<std::string> element(std::string_view bytes) {
  std::string name;
  std::vector<std::pair<std::string, std::string>> keys;
  ProtoReader reader(bytes);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(kName)) name = field.bytes;
    if (!field.is_bytes(kKey)) continue;
    ProtoReader entry(field.bytes);
    keys.emplace_back();
    for (ProtoField part; entry.next(part);) {
      if (part.is_bytes(kMapKey)) keys.back().first = part.bytes;
      if (part.is_bytes(kMapValue)) keys.back().second = part.bytes;
    }
    if (!entry.ok()) return std::nullopt;
  }
  if (!reader.ok()) return std::nullopt;
  std::sort(keys.begin(), keys.end());
  std::string text = "/" + name;
  for (const auto& [key, value] : keys) text += "[" + key + "=" + value + "]";
  return text;
}

std::optional<std::string> path_text(std::string_view bytes) {
  std::string origin, elements;
  ProtoReader reader(bytes);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(kOrigin)) origin = std::string(field.bytes) + ":";
    if (field.is_bytes(kElementText)) elements += "/" + std::string(field.bytes);
    if (!field.is_bytes(kElem)) continue;
    const auto text = element(field.bytes);
    if (!text) return std::nullopt;
    elements += *text;
  }
  if (!reader.ok()) return std::nullopt;
  return origin + elements;
}

}  // namespace

std::string spelling(std::string_view prefix, std::string_view path) {
  const auto first = path_text(prefix), second = path_text(path);
  if (!first || !second) return {};
  return first->empty() ? *second : *first + " + " + *second;
}

}  // namespace dm::gnmi
