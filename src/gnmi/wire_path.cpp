#include "gnmi/wire_path.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/text.h"
#include "gnmi/wire_proto.h"
#include "schema/leaf_table.h"

namespace dm::gnmi {
namespace {

// One Path message; what protobuf's last-one-wins and map rules leave of it.
struct RawPath {
  std::string_view origin;
  std::vector<model::PathElement> elements;
  std::vector<std::string_view> texts;  // deprecated `element`
};

// Map entries may lack key or value (then empty) or repeat them (the last counts).
model::PathKey read_key(std::string_view entry) {
  std::string_view name, value;
  ProtoReader reader(entry);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(1)) name = field.bytes;
    if (field.is_bytes(2)) value = field.bytes;
  }
  return {std::string(name), std::string(value)};
}

void set_key(std::vector<model::PathKey>& keys, model::PathKey key) {
  const auto at = std::lower_bound(
      keys.begin(), keys.end(), key.name,
      [](const model::PathKey& known, const std::string& name) { return known.name < name; });
  if (at != keys.end() && at->name == key.name) {
    at->value = std::move(key.value);
  } else {
    keys.insert(at, std::move(key));
  }
}

model::PathElement read_element(std::string_view message) {
  model::PathElement element;
  std::string_view name;
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(1)) name = field.bytes;
    if (field.is_bytes(2)) set_key(element.keys, read_key(field.bytes));
  }
  element.name = std::string(name);
  return element;
}

RawPath read_message(std::string_view message) {
  RawPath raw;
  ProtoReader reader(message);
  for (ProtoField field; reader.next(field);) {
    if (field.is_bytes(1)) raw.texts.push_back(field.bytes);
    if (field.is_bytes(2)) raw.origin = field.bytes;
    if (field.is_bytes(3)) raw.elements.push_back(read_element(field.bytes));
  }
  return raw;
}

// Targets older than gNMI 0.4 answer with text elements only: `port[port-id=1/1/1]`.
bool upgrade(RawPath& raw) {
  if (!raw.elements.empty()) return true;
  for (const std::string_view text : raw.texts) {
    if (text.empty()) continue;
    if (!core::is_valid_utf8(text)) return false;
    auto parsed = model::parse_path("/" + std::string(text));
    if (!parsed) return false;
    std::move(parsed->elements.begin(), parsed->elements.end(), std::back_inserter(raw.elements));
  }
  return true;
}

// Other trees keep theirs: an EOS native element may be an IPv6 address.
void strip_modules(std::vector<model::PathElement>& elements) {
  for (model::PathElement& element : elements) {
    element.name = std::string(model::strip_module(element.name));
    for (model::PathKey& key : element.keys) key.name = std::string(model::strip_module(key.name));
  }
}

bool is_text(const model::PathElement& element) {
  return core::is_valid_utf8(element.name) &&
         std::all_of(element.keys.begin(), element.keys.end(), [](const model::PathKey& key) {
           return core::is_valid_utf8(key.name) && core::is_valid_utf8(key.value);
         });
}

bool is_named(const model::PathElement& element) {
  return is_name(element.name) &&
         std::all_of(element.keys.begin(), element.keys.end(),
                     [](const model::PathKey& key) { return is_name(key.name); });
}

}  // namespace

bool is_name(std::string_view name) {
  return !name.empty() && name.find_first_of("/[]=") == std::string_view::npos &&
         core::is_valid_utf8(name);
}

std::string_view one_tree(std::string_view origin) {
  if (origin == "openconfig" || origin.starts_with("openconfig-") || origin == "rfc7951") return {};
  return origin;
}

bool lacks_keys(const model::Path& path) {
  if (!path.origin.empty()) return false;  // only the OpenConfig tree's lists are known
  std::string schema;
  for (const model::PathElement& element : path.elements) {
    schema += '/';
    schema += element.name;
    if (element.keys.size() < schema::list_keys(schema).size()) return true;
  }
  return false;
}

std::optional<model::Path> read_path(std::string_view prefix, std::string_view path) {
  RawPath front = read_message(prefix);
  RawPath back = read_message(path);
  if (!upgrade(front) || !upgrade(back)) return std::nullopt;
  // Only one of the two may carry an origin (gNMI specification 2.7); the more specific one wins.
  const std::string_view said = back.origin.empty() ? front.origin : back.origin;
  const std::string_view origin = one_tree(said);
  if (!core::is_valid_utf8(said)) return std::nullopt;
  if (!origin.empty() && (!is_name(origin) || origin.find(':') != std::string_view::npos)) {
    return std::nullopt;
  }
  model::Path joined{std::string(origin), std::move(front.elements)};
  std::move(back.elements.begin(), back.elements.end(), std::back_inserter(joined.elements));
  const auto& elements = joined.elements;
  if (!std::all_of(elements.begin(), elements.end(), is_text)) return std::nullopt;
  if (joined.origin.empty()) strip_modules(joined.elements);
  if (!std::all_of(elements.begin(), elements.end(), is_named)) return std::nullopt;
  return joined;
}

}  // namespace dm::gnmi
