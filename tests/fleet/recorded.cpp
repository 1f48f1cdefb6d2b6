#include "fleet/recorded.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "gnmi/recording.h"
#include "gnmi/recording_note.h"
#include "source_dir.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // old servers use what gNMI deprecates

namespace dm::fleet::testing {
namespace {

std::string data_file(const std::string& name) { return tests::source_path("tests/data/gnmi/" + name); }

// "# --- message 13 at +2.180s" or "# END +4.895s err=false code=Unavailable ...".
core::Duration time_in(const std::string& line) {
  const double seconds = std::stod(line.substr(line.find('+') + 1));
  return std::chrono::duration_cast<core::Duration>(std::chrono::duration<double>(seconds));
}

// Legacy strings such as `interface[name=Ethernet1]` are taken as they are: they are canonical already.
std::string text_of(const ::gnmi::Path& prefix, const ::gnmi::Path& path) {
  std::string text;
  for (const ::gnmi::Path* part : {&prefix, &path}) {
    for (const auto& element : part->element()) text += "/" + element;
    for (const auto& element : part->elem()) {
      text += "/" + element.name();
      std::map<std::string, std::string> keys(element.key().begin(), element.key().end());
      for (const auto& [name, value] : keys) {
        std::string escaped;
        for (const char c : value) escaped += (c == ']' || c == '\\') ? std::string("\\") + c : std::string(1, c);
        text += "[" + name + "=" + escaped + "]";
      }
    }
  }
  return text;
}

std::string text_of(const ::gnmi::TypedValue& value) {
  switch (value.value_case()) {
    case ::gnmi::TypedValue::kStringVal: return "\"" + value.string_val() + "\"";
    case ::gnmi::TypedValue::kUintVal: return std::to_string(value.uint_val());
    case ::gnmi::TypedValue::kIntVal: return std::to_string(value.int_val());
    case ::gnmi::TypedValue::kBoolVal: return value.bool_val() ? "true" : "false";
    case ::gnmi::TypedValue::kLeaflistVal: {
      std::string list;
      for (const auto& member : value.leaflist_val().element()) list += (list.empty() ? "" : ", ") + text_of(member);
      return "[" + list + "]";
    }
    default: ADD_FAILURE() << "the twins hold no other arms"; return {};
  }
}

void apply(const ::gnmi::Notification& notification, std::map<std::string, std::string>& leaves) {
  for (const auto& deleted : notification.delete_()) {
    const std::string path = text_of(notification.prefix(), deleted);
    std::erase_if(leaves, [&](const auto& leaf) { return leaf.first == path || leaf.first.starts_with(path + "/"); });
  }
  for (const auto& update : notification.update()) leaves[text_of(notification.prefix(), update.path())] = text_of(update.val());
}

std::span<const std::uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::vector<std::string> twin_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(data_file(""))) {
    if (file.path().extension() == ".txtpb") names.push_back(file.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Twin read_twin(const std::string& name) {
  Twin twin;
  std::ifstream stream(data_file(name + ".txtpb"));
  std::string line, text;
  const auto finish = [&] {
    if (twin.messages.empty()) return;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &twin.messages.back().response)) << text;
    text.clear();
  };
  while (std::getline(stream, line)) {
    if (line.starts_with("# --- message")) {
      finish();
      twin.messages.push_back({time_in(line), {}});
    } else if (line.starts_with("# END")) {
      const std::size_t at = line.find("code=") + 5;
      twin.end = time_in(line);
      twin.end_code = line.substr(at, line.find(' ', at) - at);
    } else if (!line.starts_with("#")) {
      text += line + "\n";
    }
  }
  finish();
  return twin;
}

std::map<std::string, std::string> leaves_after(const Twin& twin, std::size_t count) {
  std::map<std::string, std::string> leaves;
  for (std::size_t i = 0; i < count; ++i) apply(twin.messages[i].response.update(), leaves);
  return leaves;
}

void write_with_times(const std::string& name, const Twin& twin, core::WallTime start, const std::string& file) {
  auto reader = gnmi::RecordingReader::open(data_file(name + ".pb"), core::Limits{});
  auto writer = gnmi::RecordingWriter::create(file);
  ASSERT_TRUE(reader && writer);
  const auto note = [&](core::Duration at, auto what) {
    ASSERT_TRUE(writer->append(as_bytes(gnmi::to_record({.at = start + at, .what = std::move(what)}))));
  };
  note({}, gnmi::RecordingStart{.tool_version = "test", .device = "dut", .profile = "openconfig", .target = "", .paths = {}});
  note({}, gnmi::StreamBegins{});
  for (const TwinMessage& message : twin.messages) {
    const auto bytes = reader->next();
    ASSERT_TRUE(bytes && *bytes);
    note(message.at, gnmi::MessageFollows{});
    ASSERT_TRUE(writer->append(**bytes));
  }
  if (twin.end_code == "Unavailable") note(twin.end, gnmi::StreamLost{"the server was killed"});
  note(twin.end, gnmi::RecordingEnd{});
}

}  // namespace dm::fleet::testing
