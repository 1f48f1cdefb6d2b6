#include "sim/json_value.h"

namespace dm::sim {
namespace {

core::Error malformed(const std::string& what) { return {core::Code::InvalidArgument, what}; }

std::string type_of(const Json& value) {
  if (value.is_boolean()) return "bool";
  if (value.is_number_unsigned()) return "uint";
  if (value.is_number_integer()) return "int";
  if (value.is_number()) return "decimal";
  if (value.is_array()) return "leaflist";
  return "string";
}

core::Result<Message> message_from_json(const Json& json) {
  if (!json.is_object()) return malformed("a message must be an object");
  Message message;
  message.delay = std::chrono::milliseconds(int_member(json, "delay_ms", 0));
  for (const Json& update : json.value("update", Json::array())) {
    auto leaf = leaf_from_json(update);
    if (!leaf) return leaf.error();
    message.updates.push_back(*std::move(leaf));
  }
  for (const Json& gone : json.value("delete", Json::array())) {
    if (!gone.is_string()) return malformed("delete: a list of paths expected");
    auto path = model::parse_path(gone.get_ref<const std::string&>());
    if (!path) return path.error();
    message.deletes.push_back(*std::move(path));
  }
  return message;
}

}  // namespace

model::Value value_from_json(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_array()) return {};
  model::ValueList list;
  for (const Json& member : json) list.push_back(value_from_json(member));
  return list;
}

core::Result<LeafValue> leaf_from_json(const Json& json) {
  if (!json.is_object() || !json.contains("value")) {
    return malformed(R"(an update must be {"path", "type", "value"})");
  }
  auto path = model::parse_path(text_member(json, "path"));
  if (!path) return path.error();
  const Json& value = json.at("value");
  if (value.is_null() || value.is_object()) return malformed("value: a scalar or a list expected");
  return LeafValue{*std::move(path), text_member(json, "type", type_of(value)), value_from_json(value)};
}

core::Result<std::vector<Message>> messages_from_json(const Json& json) {
  const Json* list = &json;
  if (json.is_object() && json.contains("messages")) list = &json.at("messages");
  const Json alone = list->is_object() ? Json::array({*list}) : Json();
  if (list->is_object()) list = &alone;
  if (!list->is_array()) return malformed("messages: a list expected");
  std::vector<Message> messages;
  for (const Json& item : *list) {
    auto message = message_from_json(item);
    if (!message) return message.error();
    messages.push_back(*std::move(message));
  }
  return messages;
}

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string text_member(const Json& json, const char* name, const std::string& fallback) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : fallback;
}

std::int64_t int_member(const Json& json, const char* name, std::int64_t fallback) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : fallback;
}

}  // namespace dm::sim
