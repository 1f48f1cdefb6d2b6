#include "store/value_json.h"

#include <nlohmann/json.hpp>

namespace dm::store {
namespace {

using Json = nlohmann::ordered_json;

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool v) const { return v; }
  Json operator()(std::uint64_t v) const { return v; }
  Json operator()(std::int64_t v) const { return v; }
  Json operator()(double v) const { return v; }
  Json operator()(const std::string& v) const { return v; }
  Json operator()(const model::ValueList& list) const {
    Json out = Json::array();
    for (const model::Value& member : list) out.push_back(std::visit(*this, member.data));
    return out;
  }
  Json operator()(const model::ValueObject& object) const {
    Json out = Json::object();
    for (const auto& [name, member] : object) out[name] = std::visit(*this, member.data);
    return out;
  }
};

model::Value from_json(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::number_unsigned:
      return json.get<std::uint64_t>();
    case Json::value_t::number_integer:
      return json.get<std::int64_t>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::string:
      return json.get<std::string>();
    case Json::value_t::array: {
      model::ValueList list;
      for (const Json& member : json) list.push_back(from_json(member));
      return list;
    }
    case Json::value_t::object: {
      model::ValueObject object;
      for (const auto& [name, member] : json.items()) object.emplace_back(name, from_json(member));
      return object;
    }
    default:
      return {};
  }
}

}  // namespace

std::string to_stored_json(const model::Value& value) {
  return std::visit(ToJson{}, value.data).dump(-1, ' ', false, Json::error_handler_t::replace);
}

model::Value from_stored_json(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, false);
  return parsed.is_discarded() ? model::Value(json) : from_json(parsed);
}

}  // namespace dm::store
