// What stands between the raw messages of a recording: who was recorded and how, when each message came, what
// was read beside it, when a stream began and why it was lost.
//
// A note is itself a SubscribeResponse (proto/recording.proto), so a recording stays a file every protobuf library
// reads; one without notes is a recording too, of one stream whose arrival times nobody knows. Value types; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/clock.h"

namespace dm::gnmi {

struct RecordedPath {
  std::string path;  // canonical text, may hold wildcards
  std::string mode;  // on_change | sample | get
  bool operator==(const RecordedPath&) const = default;
};

// First in the file.
struct RecordingStart {
  std::string tool_version, device, profile, target;
  std::vector<RecordedPath> paths;
  core::Duration sample_interval{};  // 0: not known
  bool operator==(const RecordingStart&) const = default;
};
struct StreamBegins {
  bool operator==(const StreamBegins&) const = default;
};
struct StreamLost {
  std::string reason;
  bool operator==(const StreamLost&) const = default;
};
// The next record is a message of the stream.
struct MessageFollows {
  bool operator==(const MessageFollows&) const = default;
};
struct GetAnswer {
  std::string path;
  std::string response;  // GetResponse, serialised
  bool operator==(const GetAnswer&) const = default;
};
// One message of the answer to a Subscribe ONCE; all of them stand together, the last has the sync.
struct OncePart {
  std::string path;
  std::string response;  // SubscribeResponse, serialised
  bool operator==(const OncePart&) const = default;
};
struct GetFailure {
  std::string path, reason;
  bool operator==(const GetFailure&) const = default;
};
// All paths the device refuses from now on.
struct PathsRefused {
  std::vector<std::string> paths;
  bool operator==(const PathsRefused&) const = default;
};
// All paths that are asked otherwise than the start says, from now on: the device did not take them so.
struct ModesInForce {
  std::vector<RecordedPath> paths;
  bool operator==(const ModesInForce&) const = default;
};
struct RecordingEnd {
  bool operator==(const RecordingEnd&) const = default;
};

struct RecordingNote {
  core::WallTime at{};
  std::variant<RecordingStart, StreamBegins, StreamLost, MessageFollows, GetAnswer, OncePart, GetFailure, PathsRefused,
               ModesInForce, RecordingEnd>
      what;
  bool operator==(const RecordingNote&) const = default;
};

// The note as a record of the file.
std::string to_record(const RecordingNote& note);
// nullopt: the record is a message of the device, or a note of a format to come.
std::optional<RecordingNote> read_note(std::span<const std::uint8_t> record);
// True for a note that read_note() may or may not understand; never for a message of a device.
bool is_note(std::span<const std::uint8_t> record);

}  // namespace dm::gnmi
