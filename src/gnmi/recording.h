// A stream on disk: SubscribeResponses as they came, each preceded by its length as a varint (the
// length-delimited form every protobuf library reads). `record` puts notes between them, which are
// SubscribeResponses that say nothing (gnmi/recording_note.h). Read by `replay`, `scrub`, `profile test` and tests.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <span>
#include <string>

#include "core/limits.h"
#include "core/result.h"

namespace dm::gnmi {

class RecordingReader {
 public:
  // Error NotFound: the file cannot be opened.
  static core::Result<RecordingReader> open(const std::string& file, const core::Limits& limits);

  // The next message, valid until the next call; nullopt at the end.
  // Error Corrupt names the file and the message: cut short, or longer than limits.grpc_message_bytes.
  core::Result<std::optional<std::span<const std::uint8_t>>> next();

 private:
  RecordingReader(std::string file, std::ifstream stream, std::size_t most_bytes);

  std::string file_;
  std::ifstream stream_;
  std::size_t most_bytes_;
  std::size_t read_ = 0;
  std::string message_;
};

class RecordingWriter {
 public:
  // Error InvalidArgument: the file exists (a recording is never overwritten). Error Io: it cannot be created.
  static core::Result<RecordingWriter> create(const std::string& file);

  // In the file when this returns, so that a recording that is interrupted is usable. Error Io.
  core::Status append(std::span<const std::uint8_t> message);

 private:
  RecordingWriter(std::string file, std::ofstream stream);

  std::string file_;
  std::ofstream stream_;
};

}  // namespace dm::gnmi
