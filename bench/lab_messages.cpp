#include "lab_messages.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/check.h"
#include "fakes/byte_stream_http2.h"
#include "intent/files.h"
#include "source_dir.h"

namespace dm::bench {
namespace {

using Json = nlohmann::ordered_json;
namespace h2 = fakes::http2;

void set_value(const Json& json, ::gnmi::TypedValue& value) {
  if (json.is_boolean()) {
    value.set_bool_val(json.get<bool>());
  } else if (json.is_number_unsigned()) {
    value.set_uint_val(json.get<std::uint64_t>());
  } else if (json.is_number_integer()) {
    value.set_int_val(json.get<std::int64_t>());
  } else if (json.is_string()) {
    value.set_string_val(json.get<std::string>());
  } else {
    for (const Json& member : json) set_value(member, *value.mutable_leaflist_val()->add_element());
  }
}

bool is_subscribed(const schema::Profile& profile, const model::Path& path) {
  return std::any_of(profile.paths.begin(), profile.paths.end(), [&](const schema::ProfilePath& subscribed) {
    return subscribed.mode == schema::PathMode::OnChange && model::covers(subscribed.path, path);
  });
}

void add_update(const LabLeaf& leaf, ::gnmi::Notification& notification) {
  ::gnmi::Update& update = *notification.add_update();
  for (const model::PathElement& element : leaf.path.elements) {
    ::gnmi::PathElem& elem = *update.mutable_path()->add_elem();
    elem.set_name(element.name);
    for (const model::PathKey& key : element.keys) (*elem.mutable_key())[key.name] = key.value;
  }
  *update.mutable_val() = leaf.value;
}

}  // namespace

std::vector<LabLeaf> lab_leaves(const schema::Profile& profile, std::size_t count) {
  std::ifstream in(tests::source_path("lab/devices/leaf1.json"));
  const Json recorded = Json::parse(in);
  std::vector<LabLeaf> leaves;
  for (const Json& leaf : recorded["leaves"]) {
    if (leaves.size() == count) break;
    LabLeaf made{.path = *model::parse_path(leaf["path"].get<std::string>()), .value = {}};
    if (!is_subscribed(profile, made.path)) continue;
    set_value(leaf["value"], made.value);
    leaves.push_back(std::move(made));
  }
  for (std::size_t i = 0; leaves.size() < count; ++i) {
    LabLeaf made{.path = *model::parse_path("/interfaces/interface[name=Ethernet1]/aggregation/config/vendor-knob-" + std::to_string(i)), .value = {}};
    made.value.set_string_val("value" + std::to_string(i));
    leaves.push_back(std::move(made));
  }
  return leaves;
}

std::shared_ptr<const model::DeviceIntent> lab_intent() {
  intent::FilesLoad load = intent::load_files(tests::source_path("tests/data/fabric"), {"intent-files/leaf1.yaml"}, {});
  CHECK(load.errors.empty(), "the lab's intent files are valid");
  return load.loaded.devices.at(0);
}

std::string lab_intent_text(std::size_t devices) {
  std::ifstream in(tests::source_path("tests/data/fabric/intent-files/leaf1.yaml"));
  const std::string leaf1{std::istreambuf_iterator<char>(in), {}};
  const std::string name = "  leaf1:\n";
  const std::size_t at = leaf1.find(name);
  CHECK(at != std::string::npos, "the lab's intent file names its device");
  std::string text = leaf1.substr(0, at);
  for (std::size_t i = 0; i < devices; ++i) text += "  device" + std::to_string(i) + ":\n" + leaf1.substr(at + name.size());
  return text;
}

std::string update_message(const LabLeaf& leaf, std::int64_t timestamp_ns) {
  return update_message({leaf}, 0, 1, timestamp_ns);
}

std::string update_message(const std::vector<LabLeaf>& leaves, std::size_t first, std::size_t count, std::int64_t timestamp_ns) {
  ::gnmi::SubscribeResponse response;
  response.mutable_update()->set_timestamp(timestamp_ns);
  for (std::size_t i = first; i < std::min(first + count, leaves.size()); ++i) add_update(leaves[i], *response.mutable_update());
  return response.SerializeAsString();
}

std::string sync_message() {
  ::gnmi::SubscribeResponse response;
  response.set_sync_response(true);
  return response.SerializeAsString();
}

std::string data_frames(const std::vector<LabLeaf>& leaves, std::size_t per_message) {
  std::string frames;
  for (std::size_t i = 0; i < leaves.size(); i += per_message) {
    frames += h2::data(1, h2::message(update_message(leaves, i, per_message, 1'760'000'000'000'000'000)));
  }
  return frames;
}

}  // namespace dm::bench
