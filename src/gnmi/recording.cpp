#include "gnmi/recording.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace dm::gnmi {

using core::Code;
using core::Error;

RecordingReader::RecordingReader(std::string file, std::ifstream stream, std::size_t most_bytes)
    : file_(std::move(file)), stream_(std::move(stream)), most_bytes_(most_bytes) {}

core::Result<RecordingReader> RecordingReader::open(const std::string& file, const core::Limits& limits) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{Code::NotFound, fmt::format("recording {}: cannot be opened", file)};
  return RecordingReader(file, std::move(stream), limits.grpc_message_bytes);
}

core::Result<std::optional<std::span<const std::uint8_t>>> RecordingReader::next() {
  const auto corrupt = [&](std::string_view what) {
    return Error{Code::Corrupt, fmt::format("recording {}: message {}: {}", file_, read_ + 1, what)};
  };
  std::uint64_t length = 0;
  for (unsigned shift = 0;; shift += 7) {
    const int byte = stream_.get();
    if (byte == std::ifstream::traits_type::eof()) {
      if (shift == 0) return std::optional<std::span<const std::uint8_t>>();
      return corrupt("cut short");
    }
    if (shift > 28) return corrupt("its length makes no sense");
    length |= (static_cast<std::uint64_t>(byte) & 0x7FU) << shift;
    if (byte < 0x80) break;
  }
  if (length > most_bytes_) return corrupt(fmt::format("{} bytes, more than {}", length, most_bytes_));
  message_.resize(static_cast<std::size_t>(length));
  stream_.read(message_.data(), static_cast<std::streamsize>(length));
  if (static_cast<std::uint64_t>(stream_.gcount()) != length) return corrupt("cut short");
  ++read_;
  return std::optional(std::span(reinterpret_cast<const std::uint8_t*>(message_.data()), message_.size()));
}

RecordingWriter::RecordingWriter(std::string file, std::ofstream stream)
    : file_(std::move(file)), stream_(std::move(stream)) {}

core::Result<RecordingWriter> RecordingWriter::create(const std::string& file) {
  const int created = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (created < 0 && errno == EEXIST) {
    return Error{Code::InvalidArgument, fmt::format("recording {}: exists already, and is not overwritten", file)};
  }
  if (created >= 0) ::close(created);
  std::ofstream stream(file, std::ios::binary | std::ios::app);
  if (created < 0 || !stream) return Error{Code::Io, fmt::format("recording {}: cannot be created", file)};
  return RecordingWriter(file, std::move(stream));
}

core::Status RecordingWriter::append(std::span<const std::uint8_t> message) {
  for (std::size_t length = message.size();; length >>= 7U) {
    const bool is_last = length < 0x80;
    stream_.put(static_cast<char>(is_last ? length : (length & 0x7FU) | 0x80U));
    if (is_last) break;
  }
  stream_.write(reinterpret_cast<const char*>(message.data()), static_cast<std::streamsize>(message.size()));
  stream_.flush();
  if (!stream_) return Error{Code::Io, fmt::format("recording {}: cannot be written", file_)};
  return {};
}

}  // namespace dm::gnmi
