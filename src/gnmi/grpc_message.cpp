#include "gnmi/grpc_message.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "gnmi/grpc_status.h"

namespace dm::gnmi {
namespace {

constexpr std::size_t kPrefixBytes = 5;
// A tail this small keeps its memory for the next cut message; most are.
constexpr std::size_t kKeptTailBytes = 1024;

std::size_t body_length(std::span<const std::uint8_t> prefix) {
  return (std::size_t{prefix[1]} << 24U) | (std::size_t{prefix[2]} << 16U) |
         (std::size_t{prefix[3]} << 8U) | std::size_t{prefix[4]};
}

MessageFailure too_large(std::size_t limit) {
  return {GrpcCode::ResourceExhausted,
          "a message is larger than limits.grpc_message_bytes (" + std::to_string(limit) +
              " bytes); raise it, or subscribe to finer paths in gnmi.paths",
          "grpc_message_bytes"};
}

struct Inflater {
  Inflater() {
    // 16: gzip and nothing else; 15: the largest window.
    CHECK(inflateInit2(&stream, 15 + 16) == Z_OK, "out of memory");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream stream{};
};

// Several gzip members in a row are one text (RFC 1952, 2.2).
std::optional<MessageFailure> inflate_gzip(std::span<const std::uint8_t> packed, std::size_t limit,
                                           std::vector<std::uint8_t>& text) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::size_t used = 0;
  for (;;) {
    if (used == text.size()) {
      // One byte of room beyond the limit shows that there is more.
      if (used > limit) return too_large(limit);
      text.resize(std::min(limit + 1, std::max({packed.size() * 4, used * 2, std::size_t{512}})));
    }
    stream.next_out = text.data() + used;
    stream.avail_out = static_cast<uInt>(text.size() - used);
    const int result = inflate(&stream, Z_NO_FLUSH);
    used = text.size() - stream.avail_out;
    if (used > limit) return too_large(limit);
    if (result == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      CHECK(inflateReset(&stream) == Z_OK, "an inflater that was in use");
    } else if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) {
      return MessageFailure{GrpcCode::Internal, "a message is not valid gzip", {}};
    }
  }
  text.resize(used);
  return std::nullopt;
}

}  // namespace

std::optional<MessageFailure> MessageReader::feed(std::span<const std::uint8_t> bytes,
                                                  const OnMessage& on_message) {
  if (!tail_.empty()) {
    if (auto failure = complete_tail(bytes, on_message)) return failure;
  }
  return hand_out_whole(bytes, on_message);
}

std::optional<MessageFailure> MessageReader::go_on(const OnMessage& on_message) {
  const std::vector<std::uint8_t> bytes = std::exchange(waiting_, {});
  return hand_out_whole(bytes, on_message);
}

std::optional<MessageFailure> MessageReader::hand_out_whole(std::span<const std::uint8_t> bytes, const OnMessage& on_message) {
  while (!is_stopped_ && bytes.size() >= kPrefixBytes) {
    if (auto failure = check_prefix(bytes)) return failure;
    const std::size_t length = body_length(bytes);
    if (bytes.size() - kPrefixBytes < length) break;
    if (turn_->is_over()) {
      waiting_.assign(bytes.begin(), bytes.end());
      return std::nullopt;
    }
    const bool is_compressed = bytes[0] != 0;
    const auto body = bytes.subspan(kPrefixBytes, length);
    bytes = bytes.subspan(kPrefixBytes + length);
    if (auto failure = hand_out(is_compressed, body, on_message)) return failure;
  }
  if (!is_stopped_) tail_.insert(tail_.end(), bytes.begin(), bytes.end());
  return std::nullopt;
}

// Takes from `bytes` what the cut message lacks and hands it out if that is enough.
std::optional<MessageFailure> MessageReader::complete_tail(std::span<const std::uint8_t>& bytes,
                                                           const OnMessage& on_message) {
  const auto take = [this, &bytes](std::size_t wanted) {
    const auto part = bytes.first(std::min(bytes.size(), wanted - tail_.size()));
    tail_.insert(tail_.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
    return tail_.size() == wanted;
  };
  if (tail_.size() < kPrefixBytes) {
    if (!take(kPrefixBytes)) return std::nullopt;
    if (auto failure = check_prefix(tail_)) return failure;
  }
  if (!take(kPrefixBytes + body_length(tail_))) return std::nullopt;
  std::vector<std::uint8_t> message;
  message.swap(tail_);
  auto failure = hand_out(message[0] != 0, std::span(message).subspan(kPrefixBytes), on_message);
  message.clear();
  if (message.capacity() <= kKeptTailBytes) message.swap(tail_);
  return failure;
}

std::optional<MessageFailure> MessageReader::check_prefix(
    std::span<const std::uint8_t> prefix) const {
  if (prefix[0] > 1) return MessageFailure{GrpcCode::Internal, "a message has an unknown flag", {}};
  if (body_length(prefix) > limit_) return too_large(limit_);
  if (prefix[0] == 0 || encoding_ == "gzip") return std::nullopt;
  if (encoding_.empty() || encoding_ == "identity") {
    return MessageFailure{GrpcCode::Internal,
                          "a message is compressed, but no grpc-encoding was given",
                          {}};
  }
  return MessageFailure{GrpcCode::Unimplemented,
                        "messages are compressed with " + to_printable(encoding_) + ", not gzip",
                        {}};
}

std::optional<MessageFailure> MessageReader::hand_out(bool is_compressed,
                                                      std::span<const std::uint8_t> body,
                                                      const OnMessage& on_message) {
  if (!is_compressed) {
    turn_->spend_bytes(body.size());
    on_message(body);
    return std::nullopt;
  }
  std::vector<std::uint8_t> text;
  if (auto failure = inflate_gzip(body, limit_, text)) return failure;
  turn_->spend_bytes(text.size());
  on_message(text);
  return std::nullopt;
}

}  // namespace dm::gnmi
