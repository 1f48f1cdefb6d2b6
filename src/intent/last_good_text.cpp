#include "intent/last_good_text.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/text.h"

namespace dm::intent {
namespace {

using Json = nlohmann::json;
using core::Code;
using core::Error;

constexpr const char* kFormat = "drift-monitor/intent/v1";

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Absent is null, an object a list of pairs in an object, everything else itself.
Json value_json(const model::Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<T, model::ValueList>) {
          Json list = Json::array();
          for (const model::Value& item : held) list.push_back(value_json(item));
          return list;
        } else if constexpr (std::is_same_v<T, model::ValueObject>) {
          Json members = Json::array();
          for (const auto& [name, item] : held) members.push_back(Json::array({name, value_json(item)}));
          return Json{{"object", std::move(members)}};
        } else {
          return held;
        }
      },
      value.data);
}

model::Value value_of(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    model::ValueList list;
    for (const Json& item : json) list.push_back(value_of(item));
    return list;
  }
  if (json.is_object()) {
    model::ValueObject members;
    for (const Json& member : json.at("object")) members.emplace_back(member.at(0).get<std::string>(), value_of(member.at(1)));
    return members;
  }
  return {};
}

// Provenances of a device repeat: each is written once and named by its place.
class Sources {
 public:
  std::size_t place_of(const model::Provenance& from) {
    const auto [slot, is_new] = places_.try_emplace({from.source.str(), from.object.str(), from.url.str(), from.field.str()}, places_.size());
    if (is_new) list_.push_back(Json::array({from.source.str(), from.object.str(), from.url.str(), from.field.str()}));
    return slot->second;
  }
  Json take() { return std::move(list_); }

 private:
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::size_t> places_;
  Json list_ = Json::array();
};

Json paths_json(const std::vector<model::Path>& paths) {
  Json list = Json::array();
  for (const model::Path& path : paths) list.push_back(model::to_text(path));
  return list;
}

Json device_json(const model::DeviceIntent& device) {
  Sources sources;
  Json leaves = Json::array(), entries = Json::array(), lists = Json::object();
  for (const model::Expectation& leaf : device.leaves) {
    Json values = Json::array();
    for (const model::Value& value : leaf.values) values.push_back(value_json(value));
    leaves.push_back(Json::array({leaf.path.text(), static_cast<int>(leaf.rule), std::move(values), sources.place_of(leaf.from)}));
  }
  for (const model::EntryExpectation& entry : device.entries)
    entries.push_back(Json::array({entry.path.text(), sources.place_of(entry.from)}));
  for (const auto& [list, policy] : device.lists) lists[list] = static_cast<int>(policy);
  return {{"device", device.device},
          {"leaves", std::move(leaves)},
          {"entries", std::move(entries)},
          {"lists", std::move(lists)},
          {"not_compared", device.not_compared},
          {"unmanaged", paths_json(device.unmanaged)},
          {"strict", paths_json(device.strict)},
          {"from", sources.take()}};
}

model::Path path_of(const Json& json) {
  auto path = model::parse_path(json.get<std::string>());
  if (!path) throw std::invalid_argument(path.error().message);
  return std::move(*path);
}

int in_range(const Json& json, int last) {
  const int number = json.get<int>();
  if (number < 0 || number > last) throw std::invalid_argument("a number is out of range");
  return number;
}

std::shared_ptr<const model::DeviceIntent> device_of(const Json& json) {
  std::vector<model::Provenance> sources;
  for (const Json& from : json.at("from")) {
    sources.push_back({from.at(0).get<std::string>(), from.at(1).get<std::string>(), from.at(2).get<std::string>(), from.at(3).get<std::string>()});
  }
  model::DeviceIntent device;
  device.device = json.at("device").get<std::string>();
  for (const Json& leaf : json.at("leaves")) {
    model::Expectation expectation{path_of(leaf.at(0)), static_cast<model::Rule>(in_range(leaf.at(1), static_cast<int>(model::Rule::Set))), {}, sources.at(leaf.at(3).get<std::size_t>())};
    for (const Json& value : leaf.at(2)) expectation.values.push_back(value_of(value));
    device.leaves.push_back(std::move(expectation));
  }
  for (const Json& entry : json.at("entries")) device.entries.push_back({path_of(entry.at(0)), sources.at(entry.at(1).get<std::size_t>())});
  for (const auto& [list, policy] : json.at("lists").items())
    device.lists[list] = static_cast<model::ListPolicy>(in_range(policy, static_cast<int>(model::ListPolicy::AuthoritativeIfDocumented)));
  device.not_compared = json.at("not_compared").get<std::map<std::string, std::string>>();
  for (const Json& path : json.at("unmanaged")) device.unmanaged.push_back(path_of(path));
  for (const Json& path : json.at("strict")) device.strict.push_back(path_of(path));
  return std::make_shared<const model::DeviceIntent>(std::move(device));
}

Json inventory_json(const std::vector<model::InventoryDevice>& devices) {
  Json list = Json::array();
  for (const model::InventoryDevice& one : devices) list.push_back(Json::array({one.name, one.address, one.labels, one.source, one.is_staged}));
  return list;
}

Json findings_json(const std::vector<model::Finding>& findings) {
  Json list = Json::array();
  for (const model::Finding& one : findings) {
    list.push_back(Json::array({static_cast<int>(one.kind), static_cast<int>(one.severity), one.source, one.device, one.object, one.url, one.message}));
  }
  return list;
}

Json about_json(const LastGood& good) {
  Json suspended = Json::array();
  for (const model::SuspendedDevice& one : good.loaded->suspended) suspended.push_back(Json::array({one.name, one.reason}));
  return {{"inventory", inventory_json(good.loaded->inventory)},
          {"warnings", good.loaded->warnings},
          {"findings", findings_json(good.loaded->findings)},
          {"suspended", std::move(suspended)}};
}

void read_about(const Json& json, Loaded& loaded) {
  for (const Json& one : json.at("inventory")) {
    loaded.inventory.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>(), one.at(2).get<std::map<std::string, std::string>>(), one.at(3).get<std::string>(), one.at(4).get<bool>()});
  }
  loaded.warnings = json.at("warnings").get<std::vector<std::string>>();
  for (const Json& one : json.at("findings")) {
    model::Finding finding;
    finding.kind = static_cast<model::FindingKind>(in_range(one.at(0), static_cast<int>(model::kAllFindingKinds.back())));
    finding.severity = static_cast<model::Severity>(in_range(one.at(1), static_cast<int>(model::Severity::Critical)));
    finding.source = one.at(2).get<std::string>();
    finding.device = one.at(3).get<std::string>();
    finding.object = one.at(4).get<std::string>();
    finding.url = one.at(5).get<std::string>();
    finding.message = one.at(6).get<std::string>();
    loaded.findings.push_back(std::move(finding));
  }
  for (const Json& one : json.at("suspended")) loaded.suspended.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>()});
}

LastGood read(std::string_view text) {
  LastGood good;
  Loaded loaded;
  std::size_t number = 0, devices = 0;
  bool is_whole = false;
  for (const std::string_view line : core::split(text, '\n')) {
    if (line.empty() || is_whole) continue;
    const Json json = Json::parse(line);
    if (++number == 1) {
      if (json.at("format").get<std::string>() != kFormat) throw std::invalid_argument("it is of another format");
      good.source = json.at("source").get<std::string>();
      good.scope = json.at("scope").get<std::string>();
      good.made_by = json.at("made_by").get<std::string>();
      devices = json.at("devices").get<std::size_t>();
    } else if (json.contains("device")) {
      loaded.devices.push_back(device_of(json));
    } else {
      read_about(json, loaded);
      is_whole = loaded.devices.size() == devices;
    }
  }
  if (!is_whole) throw std::invalid_argument("it is cut short");
  good.loaded = std::make_shared<const Loaded>(std::move(loaded));
  return good;
}

}  // namespace

void to_lines(const LastGood& good, const std::function<bool(const std::string&)>& line) {
  const Json head{{"format", kFormat}, {"source", good.source}, {"scope", good.scope}, {"made_by", good.made_by}, {"devices", good.loaded->devices.size()}};
  if (!line(dump(head))) return;
  for (const auto& device : good.loaded->devices) {
    if (!line(dump(device_json(*device)))) return;
  }
  line(dump(about_json(good)));
}

core::Result<LastGood> from_lines(std::string_view text) {
  try {
    return read(text);
  } catch (const std::exception& e) {  // of the JSON library, or ours
    return Error{Code::Corrupt, fmt::format("not usable: {}", e.what())};
  }
}

}  // namespace dm::intent
