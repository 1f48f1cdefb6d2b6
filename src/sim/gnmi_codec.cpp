#include "sim/gnmi_codec.h"

#include <algorithm>

namespace dm::sim {
namespace {

std::string without_module(const std::string& key_value) {
  const std::size_t colon = key_value.find(':');
  const bool has_module = colon != std::string::npos && key_value.starts_with("openconfig-");
  return has_module ? key_value.substr(colon + 1) : key_value;
}

void append(const ::gnmi::Path& from, model::Path& to) {
  for (const ::gnmi::PathElem& elem : from.elem()) {
    model::PathElement element{std::string(model::strip_module(elem.name())), {}};
    for (const auto& [name, value] : elem.key()) element.keys.push_back({name, without_module(value)});
    std::sort(element.keys.begin(), element.keys.end());
    to.elements.push_back(std::move(element));
  }
}

void scalar_to_proto(const model::Value& value, ::gnmi::TypedValue& out) {
  if (const auto* flag = std::get_if<bool>(&value.data)) return out.set_bool_val(*flag);
  if (const auto* number = std::get_if<std::uint64_t>(&value.data)) return out.set_uint_val(*number);
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return out.set_int_val(*number);
  if (const auto* number = std::get_if<double>(&value.data)) return out.set_double_val(*number);
  out.set_string_val(value.text() == nullptr ? "" : *value.text());
}

}  // namespace

core::Result<model::Path> path_from_proto(const ::gnmi::Path& prefix, const ::gnmi::Path& path) {
  const std::string& origin = prefix.origin().empty() ? path.origin() : prefix.origin();
  if (!origin.empty() && origin != "openconfig") {
    return core::Error{core::Code::InvalidArgument, "path invalid: unsupported origin \"" + origin + "\""};
  }
  model::Path joined;
  append(prefix, joined);
  append(path, joined);
  return joined;
}

void path_to_proto(const model::Path& path, ::gnmi::Path& out) {
  for (const model::PathElement& element : path.elements) {
    ::gnmi::PathElem* elem = out.add_elem();
    elem->set_name(element.name);
    for (const model::PathKey& key : element.keys) (*elem->mutable_key())[key.name] = key.value;
  }
}

void value_to_proto(const LeafValue& leaf, ::gnmi::TypedValue& out) {
  const model::ValueList* list = leaf.value.list();
  if (list == nullptr) return scalar_to_proto(leaf.value, out);
  ::gnmi::ScalarArray* array = out.mutable_leaflist_val();
  for (const model::Value& member : *list) scalar_to_proto(member, *array->add_element());
}

}  // namespace dm::sim
