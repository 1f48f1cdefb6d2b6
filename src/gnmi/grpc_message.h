// gRPC messages out of the DATA of one call: length-prefixed, cut and joined anyhow, perhaps
// gzipped.
//
// A message that lies whole in the bytes given is handed out in place; of one that is cut only the
// part seen so far is kept. Nothing grows beyond `limit`, also not while inflating (PROTOCOL-HTTP2,
// "Length-Prefixed-Message"; RFC 1952). Lives on the shard's loop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gnmi/transport.h"
#include "gnmi/turn.h"

namespace dm::gnmi {

struct MessageFailure {
  GrpcCode code = GrpcCode::Internal;
  std::string message;
  std::string_view limit;  // its name, if one was exceeded
};

class MessageReader {
 public:
  using OnMessage = std::function<void(std::span<const std::uint8_t>)>;

  // `turn`, which is borrowed, is spent by what is handed out.
  MessageReader(std::size_t limit, Turn& turn) : limit_(limit), turn_(&turn) {}

  // The call's grpc-encoding header; empty is identity.
  void set_encoding(std::string encoding) { encoding_ = std::move(encoding); }
  // A failure is final. `on_message` may call stop(). Once the turn is over, whole messages wait for go_on(), which comes
  // before the next feed().
  std::optional<MessageFailure> feed(std::span<const std::uint8_t> bytes,
                                     const OnMessage& on_message);
  std::optional<MessageFailure> go_on(const OnMessage& on_message);
  // No message is handed out any more.
  void stop() { is_stopped_ = true; }
  // The bytes so far end inside a message.
  bool is_inside_message() const { return !tail_.empty(); }

 private:
  std::optional<MessageFailure> hand_out_whole(std::span<const std::uint8_t> bytes, const OnMessage& on_message);
  std::optional<MessageFailure> complete_tail(std::span<const std::uint8_t>& bytes,
                                              const OnMessage& on_message);
  std::optional<MessageFailure> check_prefix(std::span<const std::uint8_t> prefix) const;
  std::optional<MessageFailure> hand_out(bool is_compressed, std::span<const std::uint8_t> body,
                                         const OnMessage& on_message);

  std::size_t limit_;
  Turn* turn_;
  std::string encoding_;
  std::vector<std::uint8_t> waiting_;  // for the next turn; begins with a whole message
  std::vector<std::uint8_t> tail_;  // prefix and the beginning of a cut message
  bool is_stopped_ = false;
};

}  // namespace dm::gnmi
