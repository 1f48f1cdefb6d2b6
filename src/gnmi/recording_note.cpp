#include "gnmi/recording_note.h"

#include <gnmi.pb.h>
#include <recording.pb.h>

#include <string_view>

namespace dm::gnmi {
namespace {

constexpr std::string_view kMark = "drift-monitor:";
constexpr std::uint32_t kExperimental = 999;  // gnmi_ext.proto: EID_EXPERIMENTAL

void fill(const RecordedPath& path, drift_monitor::RecordedPath& to) {
  to.set_path(path.path);
  to.set_mode(path.mode);
}
void fill(const RecordingStart& start, drift_monitor::RecordingNote& out) {
  drift_monitor::RecordingStart& to = *out.mutable_start();
  to.set_tool_version(start.tool_version);
  to.set_device(start.device);
  to.set_profile(start.profile);
  to.set_target(start.target);
  to.set_sample_interval_ns(start.sample_interval.count());
  for (const RecordedPath& path : start.paths) fill(path, *to.add_path());
}
void fill(const StreamBegins&, drift_monitor::RecordingNote& out) { out.set_stream_begins(true); }
void fill(const StreamLost& lost, drift_monitor::RecordingNote& out) { out.set_stream_lost(lost.reason); }
void fill(const MessageFollows&, drift_monitor::RecordingNote& out) { out.set_message(true); }
void fill(const GetAnswer& answer, drift_monitor::RecordingNote& out) {
  out.mutable_answer()->set_path(answer.path);
  out.mutable_answer()->set_response(answer.response);
}
void fill(const OncePart& part, drift_monitor::RecordingNote& out) {
  out.mutable_part()->set_path(part.path);
  out.mutable_part()->set_response(part.response);
}
void fill(const ModesInForce& modes, drift_monitor::RecordingNote& out) {
  auto& to = *out.mutable_modes();
  for (const RecordedPath& path : modes.paths) fill(path, *to.add_path());
}
void fill(const GetFailure& failure, drift_monitor::RecordingNote& out) {
  out.mutable_failure()->set_path(failure.path);
  out.mutable_failure()->set_reason(failure.reason);
}
void fill(const PathsRefused& refused, drift_monitor::RecordingNote& out) {
  auto& paths = *out.mutable_refused()->mutable_path();
  for (const std::string& path : refused.paths) *paths.Add() = path;
}
void fill(const RecordingEnd&, drift_monitor::RecordingNote& out) { out.set_end(true); }

template <class From>
std::vector<RecordedPath> to_paths(const From& from) {
  std::vector<RecordedPath> paths;
  for (const auto& path : from.path()) paths.push_back({path.path(), path.mode()});
  return paths;
}

RecordingStart to_start(const drift_monitor::RecordingStart& from) {
  return {from.tool_version(), from.device(), from.profile(), from.target(), to_paths(from), core::Duration(from.sample_interval_ns())};
}

// The serialised note inside a record, or nullopt.
std::optional<std::string> note_text(std::span<const std::uint8_t> record) {
  constexpr std::uint8_t kExtensionTag = 5U << 3U | 2U;
  if (record.empty() || record.front() != kExtensionTag) return std::nullopt;
  ::gnmi::SubscribeResponse response;
  if (!response.ParseFromArray(record.data(), static_cast<int>(record.size()))) return std::nullopt;
  if (response.response_case() != ::gnmi::SubscribeResponse::RESPONSE_NOT_SET || response.extension_size() != 1) return std::nullopt;
  const auto& extension = response.extension(0).registered_ext();
  if (extension.id() != kExperimental || !extension.msg().starts_with(kMark)) return std::nullopt;
  return extension.msg().substr(kMark.size());
}

}  // namespace

std::string to_record(const RecordingNote& note) {
  drift_monitor::RecordingNote text;
  text.set_at_ns(note.at.time_since_epoch().count());
  std::visit([&](const auto& what) { fill(what, text); }, note.what);
  ::gnmi::SubscribeResponse response;
  auto& extension = *response.add_extension()->mutable_registered_ext();
  extension.set_id(kExperimental);
  extension.set_msg(std::string(kMark) + text.SerializeAsString());
  return response.SerializeAsString();
}

bool is_note(std::span<const std::uint8_t> record) { return note_text(record).has_value(); }

std::optional<RecordingNote> read_note(std::span<const std::uint8_t> record) {
  const auto text = note_text(record);
  drift_monitor::RecordingNote from;
  if (!text || !from.ParseFromString(*text)) return std::nullopt;
  RecordingNote note{.at = core::WallTime(core::Duration(from.at_ns())), .what = StreamBegins{}};
  switch (from.what_case()) {
    case drift_monitor::RecordingNote::kStart: note.what = to_start(from.start()); break;
    case drift_monitor::RecordingNote::kStreamBegins: break;
    case drift_monitor::RecordingNote::kStreamLost: note.what = StreamLost{from.stream_lost()}; break;
    case drift_monitor::RecordingNote::kMessage: note.what = MessageFollows{}; break;
    case drift_monitor::RecordingNote::kAnswer: note.what = GetAnswer{from.answer().path(), from.answer().response()}; break;
    case drift_monitor::RecordingNote::kPart: note.what = OncePart{from.part().path(), from.part().response()}; break;
    case drift_monitor::RecordingNote::kModes: note.what = ModesInForce{to_paths(from.modes())}; break;
    case drift_monitor::RecordingNote::kFailure: note.what = GetFailure{from.failure().path(), from.failure().reason()}; break;
    case drift_monitor::RecordingNote::kRefused:
      note.what = PathsRefused{{from.refused().path().begin(), from.refused().path().end()}};
      break;
    case drift_monitor::RecordingNote::kEnd: note.what = RecordingEnd{}; break;
    case drift_monitor::RecordingNote::WHAT_NOT_SET: return std::nullopt;
  }
  return note;
}

}  // namespace dm::gnmi
