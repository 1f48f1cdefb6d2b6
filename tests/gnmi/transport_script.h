// A Transport over a scripted stream, and a record of what its handlers were told.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/byte_stream.h"
#include "fakes/byte_stream_http2.h"
#include "fakes/patience.h"
#include "gnmi/transport.h"
#include "net/loop.h"

namespace dm::gnmi::script {

namespace h2 = fakes::http2;

inline std::string text_of(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

struct Record {
  int headers = 0;
  std::vector<std::string> messages;
  std::vector<CallEnd> ends;

  CallHandlers handlers() {
    return {.on_headers = [this] { ++headers; },
            .on_message =
                [this](std::span<const std::uint8_t> bytes) { messages.push_back(text_of(bytes)); },
            .on_end = [this](const CallEnd& end) { ends.push_back(end); }};
  }
  // The one end there was.
  CallEnd end() const {
    return ends.size() == 1 ? ends.front() : CallEnd{.message = "not ended exactly once"};
  }
};

// Stream 1 is the first call, as RFC 9113, 5.1.1 has it.
constexpr std::uint32_t kCall = 1;

struct Script {
  explicit Script(TransportSettings settings = {.host = "switch.test"})
      : transport(std::make_unique<Transport>(loop, std::move(settings),
                                              [this] { return std::make_unique<fakes::ScriptedStream>(peer); })) {}

  // Calls, connects, and lets the device introduce itself.
  void start(bool half_close = false) {
    transport->start("/gnmi.gNMI/Subscribe", "request", half_close, record.handlers());
    peer->connect();
    peer->say(h2::settings());
  }
  void accept() { peer->say(h2::headers(kCall, h2::accepted())); }
  // Runs what was posted to the loop.
  void run_posted() {
    loop.post([this] { loop.stop(); });
    fakes::run(loop);
  }
  std::optional<std::uint32_t> reset_code() {
    const auto resets = h2::frames_of_type(peer->take(), h2::kRstStream);
    if (resets.empty()) return std::nullopt;
    return h2::number_at(resets.front().payload, 0, 4);
  }

  net::Loop loop;
  std::shared_ptr<fakes::Peer> peer = std::make_shared<fakes::Peer>();
  Record record;
  std::unique_ptr<Transport> transport;
};

}  // namespace dm::gnmi::script
