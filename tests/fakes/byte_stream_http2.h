// HTTP/2 frames by hand: what a scripted gRPC server says, also what no library would, and what the
// client said (RFC 9113, RFC 7541).
#pragma once

#include <zlib.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dm::fakes::http2 {

enum FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kRstStream = 3,
  kSettings = 4,
  kPushPromise = 5,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};
enum Flag : std::uint8_t { kNone = 0, kAck = 1, kEndStream = 1, kEndHeaders = 4, kPadded = 8 };

struct Frame {
  std::uint8_t type = 0, flags = 0;
  std::uint32_t stream = 0;
  std::string payload;
};

inline std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    text.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU));
  }
  return text;
}

inline std::uint32_t number_at(std::string_view text, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value = (value << 8U) | static_cast<unsigned char>(text.at(at + i));
  }
  return value;
}

inline std::string frame(std::uint8_t type, int flags, std::uint32_t stream,
                         std::string_view payload) {
  return number(static_cast<std::uint32_t>(payload.size()), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + number(stream, 4) + std::string(payload);
}

using Fields = std::vector<std::pair<std::string, std::string>>;

// An HPACK integer with a 7-bit prefix (RFC 7541, 5.1).
inline std::string hpack_length(std::size_t length) {
  if (length < 127) return std::string(1, static_cast<char>(length));
  std::string text(1, '\x7f');
  for (length -= 127; length >= 128; length /= 128)
    text.push_back(static_cast<char>(length % 128 + 128));
  return text + static_cast<char>(length);
}

// Literals that are not indexed (6.2.2), after shrinking the table to nothing (6.3).
inline std::string hpack(const Fields& fields) {
  std::string block = "\x20";
  for (const auto& [name, value] : fields) {
    block += '\0';
    block += hpack_length(name.size()) + name + hpack_length(value.size()) + value;
  }
  return block;
}

inline std::string settings() {
  return frame(kSettings, kNone, 0, {}) + frame(kSettings, kAck, 0, {});
}
inline std::string headers(std::uint32_t stream, const Fields& fields, bool is_end = false) {
  return frame(kHeaders, kEndHeaders | (is_end ? kEndStream : kNone), stream, hpack(fields));
}
inline Fields accepted() { return {{":status", "200"}, {"content-type", "application/grpc"}}; }
inline std::string data(std::uint32_t stream, std::string_view payload, bool is_end = false) {
  return frame(kData, is_end ? kEndStream : kNone, stream, payload);
}
inline std::string reset(std::uint32_t stream, std::uint32_t error) {
  return frame(kRstStream, kNone, stream, number(error, 4));
}
inline std::string goaway(std::uint32_t last_stream, std::uint32_t error,
                          std::string_view debug = {}) {
  return frame(kGoaway, kNone, 0, number(last_stream, 4) + number(error, 4) + std::string(debug));
}
inline std::string trailers(std::uint32_t stream, std::string_view status,
                            std::string_view message = {}) {
  return headers(
      stream, {{"grpc-status", std::string(status)}, {"grpc-message", std::string(message)}}, true);
}

// A length-prefixed gRPC message.
inline std::string message(std::string_view body, int flag = 0) {
  return static_cast<char>(flag) + number(static_cast<std::uint32_t>(body.size()), 4) +
         std::string(body);
}

inline std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// The frames of a client's bytes, with or without its preface. Throws on a cut frame.
inline std::vector<Frame> frames_of(std::string_view bytes) {
  if (bytes.starts_with(kPreface)) bytes.remove_prefix(kPreface.size());
  std::vector<Frame> frames;
  while (!bytes.empty()) {
    const std::size_t length = number_at(bytes, 0, 3);
    if (bytes.size() < 9 + length) throw std::runtime_error("the client cut a frame");
    frames.push_back({static_cast<std::uint8_t>(bytes[3]), static_cast<std::uint8_t>(bytes[4]),
                      number_at(bytes, 5, 4), std::string(bytes.substr(9, length))});
    bytes.remove_prefix(9 + length);
  }
  return frames;
}

inline std::vector<Frame> frames_of_type(std::string_view bytes, std::uint8_t type) {
  std::vector<Frame> found;
  for (auto& one : frames_of(bytes)) {
    if (one.type == type) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace dm::fakes::http2
