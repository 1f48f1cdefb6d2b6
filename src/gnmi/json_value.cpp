#include "gnmi/json_value.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/check.h"
#include "gnmi/wire_path.h"
#include "model/value.h"
#include "schema/leaf_table.h"

namespace dm::gnmi {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;
using Unread = model::UnreadKind;

// Containers and leaves looked at per leaf that could be held.
constexpr std::size_t kMembersPerLeaf = 4;

// Of text; grows as needed.
constexpr std::size_t kLeastBuffer = 64;

bool is_container(const element& value) { return value.is_array() || value.is_object(); }

void encode_scalar(const element& value, std::string& out) {
  switch (value.type()) {
    case element_type::STRING: model::encode_text(value.get_string().value_unsafe(), out); break;
    case element_type::INT64: model::encode_int(value.get_int64().value_unsafe(), out); break;
    case element_type::UINT64: model::encode_uint(value.get_uint64().value_unsafe(), out); break;
    case element_type::DOUBLE: model::encode_double(value.get_double().value_unsafe(), out); break;
    case element_type::BOOL: model::encode_bool(value.get_bool().value_unsafe(), out); break;
    case element_type::NULL_VALUE: break;  // the absent value is the empty encoding
    default: CHECK(false, "not a scalar");
  }
}

// A key's value in a path, where it is always text.
std::optional<std::string> key_text(const element& value) {
  switch (value.type()) {
    case element_type::STRING: return std::string(value.get_string().value_unsafe());
    case element_type::INT64: return fmt::format("{}", value.get_int64().value_unsafe());
    case element_type::UINT64: return fmt::format("{}", value.get_uint64().value_unsafe());
    case element_type::BOOL: return std::string(value.get_bool().value_unsafe() ? "true" : "false");
    default: return std::nullopt;
  }
}

JsonShape shape_of_array(const array& members) {
  std::size_t count = 0, objects = 0, scalars = 0;
  for (const element member : members) {
    ++count;
    if (member.is_object()) ++objects;
    if (!is_container(member)) ++scalars;
  }
  if (count == 0) return JsonShape::EmptyArray;
  if (objects == count) return JsonShape::Tree;
  return scalars == count ? JsonShape::Leaf : JsonShape::Bad;
}

JsonShape shape_of(const element& value) {
  if (value.is_null()) return JsonShape::Null;
  if (value.is_object()) return JsonShape::Tree;
  if (value.is_array()) return shape_of_array(value.get_array().value_unsafe());
  return JsonShape::Leaf;
}

void encode_leaf(const element& value, std::string& out) {
  if (!value.is_array()) return encode_scalar(value, out);
  const array members = value.get_array().value_unsafe();
  if (members.size() == 1 && members.at(0).value_unsafe().is_null()) {
    return model::encode_bool(true, out);  // RFC 7951 6.9: the empty type
  }
  model::encode_list_begin(out);
  std::string member_bytes;
  for (const element member : members) {
    member_bytes.clear();
    encode_scalar(member, member_bytes);
    model::encode_list_member(member_bytes, out);
  }
}

std::optional<element> find_member(const object& members, std::string_view name) {
  for (const auto member : members) {
    if (model::strip_module(member.key) == name) return member.value;
  }
  return std::nullopt;
}

// Walks a subtree, the path growing and shrinking with the depth.
class Flattener {
 public:
  Flattener(const schema::Profile& profile, const core::Limits& limits, model::Path base,
            const JsonValue::Sinks& sinks)
      : profile_(profile), limits_(limits), base_(base), path_(std::move(base)), sinks_(sinks) {}

  void walk(const element& value) { put(value); }

 private:
  void put(const element& value) {
    switch (shape_of(value)) {
      case JsonShape::Null:
      case JsonShape::Leaf: return put_leaf(value);
      case JsonShape::EmptyArray:
        if (keys_of_list().empty()) put_leaf(value);  // a list without entries says nothing
        return;
      case JsonShape::Tree:
        if (value.is_array()) return put_list(value.get_array().value_unsafe());
        return put_object(value.get_object().value_unsafe());
      case JsonShape::TooDeep:
      case JsonShape::Bad: return sinks_.unread(path_, Unread::Json);
    }
  }

  void put_leaf(const element& value) {
    encoded_.clear();
    encode_leaf(value, encoded_);
    if (++leaves_ > limits_.leaves_per_device) return sinks_.unread(base_, Unread::LeavesPerDevice);
    if (encoded_.size() > limits_.value_bytes) return sinks_.unread(path_, Unread::ValueBytes);
    sinks_.leaf(path_, encoded_);
  }

  // An object where a list without keys was named is that list's only entry.
  void put_object(const object& members) {
    const bool is_keyless = !path_.elements.empty() && path_.elements.back().keys.empty();
    if (is_keyless && !schema_keys(path_).empty()) return put_entry(members, schema_keys(path_));
    put_members(members);
  }

  void put_members(const object& members) {
    for (const auto member : members) {
      if (member.key.starts_with('@')) continue;
      if (++members_ > kMembersPerLeaf * limits_.leaves_per_device) {
        sinks_.unread(base_, Unread::LeavesPerDevice);
        return;
      }
      const std::string_view name = model::strip_module(member.key);
      if (!is_name(name)) {
        sinks_.unread(path_, Unread::Path);
      } else if (path_.elements.size() >= limits_.path_depth) {
        sinks_.unread(path_, Unread::PathDepth);
      } else {
        path_.elements.push_back({std::string(name), {}});
        put(member.value);
        path_.elements.pop_back();
      }
    }
  }

  void put_list(const array& entries) {
    const auto keys = keys_of_list();
    if (keys.empty()) return sinks_.unread(path_, Unread::ListKeys);
    for (const element entry : entries) put_entry(entry.get_object().value_unsafe(), keys);
  }

  void put_entry(const object& members, std::span<const std::string_view> key_names) {
    std::vector<model::PathKey> keys;
    const auto config = find_member(members, "config");
    for (const std::string_view name : key_names) {
      auto key = find_member(members, name);
      if (!key && config && config->is_object()) {
        key = find_member(config->get_object().value_unsafe(), name);
      }
      auto text = key ? key_text(*key) : std::nullopt;
      if (!text) return sinks_.unread(path_, Unread::ListKeys);
      keys.push_back({std::string(name), std::move(*text)});
    }
    std::sort(keys.begin(), keys.end());
    std::swap(keys, path_.elements.back().keys);
    put_members(members);
    std::swap(keys, path_.elements.back().keys);
  }

  static std::span<const std::string_view> schema_keys(const model::Path& path) {
    if (!path.origin.empty() || path.elements.empty()) return {};
    return schema::list_keys(model::schema_text(path));
  }

  // A list may be known only under the name an alias gives it.
  std::span<const std::string_view> keys_of_list() const {
    const auto keys = schema_keys(path_);
    return keys.empty() ? schema_keys(schema::canonicalise(profile_, path_)) : keys;
  }

  const schema::Profile& profile_;
  const core::Limits& limits_;
  const model::Path base_;
  model::Path path_;
  const JsonValue::Sinks& sinks_;
  std::string encoded_;
  std::size_t leaves_ = 0;
  std::size_t members_ = 0;
};

}  // namespace

struct JsonValue::Impl {
  const schema::Profile& profile;
  core::Limits limits;
  simdjson::dom::parser parser;
  element root;
};

JsonValue::JsonValue(const schema::Profile& profile, const core::Limits& limits)
    : impl_(std::make_unique<Impl>(Impl{profile, limits, simdjson::dom::parser(), {}})) {
  const auto allocated = impl_->parser.allocate(kLeastBuffer, limits.json_depth);
  CHECK(allocated == simdjson::SUCCESS, "no memory to parse JSON");
}
JsonValue::~JsonValue() = default;

JsonShape JsonValue::parse(std::string_view text) {
  if (text.empty()) return JsonShape::Bad;
  // simdjson reads beyond the end, so it copies the text into a buffer of its own (kept and reused).
  const auto error = impl_->parser.parse(text.data(), text.size(), true).get(impl_->root);
  if (error == simdjson::DEPTH_ERROR) return JsonShape::TooDeep;
  if (error != simdjson::SUCCESS) return JsonShape::Bad;
  return shape_of(impl_->root);
}

JsonShape JsonValue::unwrap(const model::Path& at) {
  element& root = impl_->root;
  // A vendor's own tree may well have a node that is named as the one above it.
  if (!root.is_object() || at.elements.empty() || !at.origin.empty()) return shape_of(root);
  const object members = root.get_object().value_unsafe();
  if (members.size() != 1) return shape_of(root);
  const auto only = *members.begin();
  const auto& last = at.elements.back();
  if (model::strip_module(only.key) != model::strip_module(last.name)) return shape_of(root);
  root = only.value;
  if (last.keys.empty() || !root.is_array()) return shape_of(root);
  const array entries = root.get_array().value_unsafe();
  if (entries.size() == 1) root = entries.at(0).value_unsafe();
  return shape_of(root);
}

void JsonValue::encode(std::string& out) const { encode_leaf(impl_->root, out); }

void JsonValue::flatten(const model::Path& base, const Sinks& sinks) const {
  Flattener(impl_->profile, impl_->limits, base, sinks).walk(impl_->root);
}

}  // namespace dm::gnmi
