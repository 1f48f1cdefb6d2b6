#include "schema/lab.h"
#include "source_dir.h"

#include <fstream>
#include <nlohmann/json.hpp>

namespace dm::schema {
namespace {

using nlohmann::json;

json read(const std::string& file) {
  std::ifstream stream(tests::source_path("lab/" + file));
  return json::parse(stream);
}

model::Value to_value(const json& from) {
  if (from.is_boolean()) return from.get<bool>();
  if (from.is_number_unsigned()) return from.get<std::uint64_t>();
  if (from.is_number_integer()) return from.get<std::int64_t>();
  if (from.is_number_float()) return from.get<double>();
  if (from.is_string()) return from.get<std::string>();
  model::ValueList list;
  for (const json& member : from) list.push_back(to_value(member));
  return list;
}

std::vector<std::string> texts(const json& from) { return from.get<std::vector<std::string>>(); }

}  // namespace

std::vector<std::string> lab_devices() {
  return {"leaf1", "leaf2", "leaf3", "leaf4", "leaf5", "leaf6", "leaf7", "leaf8", "spine1", "spine2"};
}

const std::vector<LabLeaf>& lab_leaves(const std::string& device) {
  static std::map<std::string, std::vector<LabLeaf>> known;
  std::vector<LabLeaf>& leaves = known[device];
  if (!leaves.empty()) return leaves;
  const json file = read("devices/" + device + ".json");
  for (const json& leaf : file.at("leaves")) {
    leaves.push_back({leaf.at("path").get<std::string>(), to_value(leaf.at("value"))});
  }
  return leaves;
}

LabIntent lab_intent() {
  const json file = read("intent.json");
  LabIntent intent{texts(file.at("subscription")), texts(file.at("subscription_ext")), texts(file.at("get_only")),
                   {}, {}, texts(file.at("never"))};
  for (const auto& [path, value] : file.at("defaults").items()) intent.defaults[path] = to_value(value);
  for (const auto& [path, policy] : file.at("lists").items()) intent.lists.push_back(path);
  return intent;
}

}  // namespace dm::schema
