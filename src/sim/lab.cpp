#include "sim/lab.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/json_value.h"

namespace dm::sim {
namespace {

core::Result<std::string> read_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return core::Error{core::Code::NotFound, file + ": cannot be read"};
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

core::Error in_file(const std::string& file, const core::Error& error) {
  return {error.code, file + ": " + error.message};
}

core::Result<Change> change_from_json(const Json& json) {
  Change change;
  change.id = text_member(json, "id");
  change.device = text_member(json, "device");
  change.why = text_member(json, "why");
  for (const Json& line : json.value("cli", Json::array())) {
    if (line.is_string()) change.cli.push_back(line.get<std::string>());
  }
  auto messages = messages_from_json(json.value("messages", Json::array()));
  if (!messages) return messages.error();
  auto revert = messages_from_json(json.value("revert", Json::array()));
  if (!revert) return revert.error();
  change.messages = *std::move(messages);
  change.revert = *std::move(revert);
  return change;
}

core::Result<std::vector<Change>> load_changes(const std::string& file) {
  std::vector<Change> changes;
  if (!std::filesystem::exists(file)) return changes;
  auto text = read_file(file);
  if (!text) return text.error();
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_array()) return core::Error{core::Code::InvalidArgument, file + ": a JSON list expected"};
  for (const Json& item : json) {
    auto change = change_from_json(item);
    if (!change) return in_file(file, change.error());
    changes.push_back(*std::move(change));
  }
  return changes;
}

}  // namespace

core::Result<LabDevice> parse_device(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object() || !document.value("leaves", Json()).is_array()) {
    return core::Error{core::Code::InvalidArgument, R"({"name", "leaves": […]} expected)"};
  }
  LabDevice device;
  device.name = text_member(document, "name");
  device.address = text_member(document, "address");
  for (const Json& item : document.at("leaves")) {
    auto leaf = leaf_from_json(item);
    if (!leaf) return leaf.error();
    device.leaves.push_back(*std::move(leaf));
  }
  return device;
}

core::Result<std::vector<Message>> parse_messages(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) return core::Error{core::Code::InvalidArgument, "not JSON"};
  return messages_from_json(document);
}

core::Result<LabDevice> load_device(const std::string& file) {
  auto text = read_file(file);
  if (!text) return text.error();
  auto device = parse_device(*text);
  if (!device) return in_file(file, device.error());
  return device;
}

core::Result<Lab> load_lab(const std::string& directory) {
  Lab lab;
  lab.directory = directory;
  std::error_code error;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory + "/devices", error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  if (files.empty()) {
    return core::Error{core::Code::NotFound, directory + "/devices: no device files there"};
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    auto device = load_device(file);
    if (!device) return device.error();
    lab.devices.push_back(*std::move(device));
  }
  auto changes = load_changes(directory + "/changes.json");
  if (!changes) return changes.error();
  lab.changes = *std::move(changes);
  return lab;
}

const LabDevice* Lab::device(std::string_view name) const {
  const auto found = std::find_if(devices.begin(), devices.end(), [&](const auto& d) { return d.name == name; });
  return found == devices.end() ? nullptr : &*found;
}

const Change* Lab::change(std::string_view id) const {
  const auto found = std::find_if(changes.begin(), changes.end(), [&](const auto& c) { return c.id == id; });
  return found == changes.end() ? nullptr : &*found;
}

}  // namespace dm::sim
