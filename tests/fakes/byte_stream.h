// A ByteStream whose other end is the test: it decides when to connect, what to say, and how to
// end.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/stream.h"

namespace dm::fakes {

// The test's end. Lives as long as the test wants, also when the stream is gone.
struct Peer {
  std::shared_ptr<net::StreamHandlers> handlers;  // null: not opened, or gone
  std::string written;                            // by the client
  std::string hint;
  std::span<const std::uint8_t> saying;  // the bytes of the say() in progress
  bool is_opened = false, is_closed = false, is_paused = false;

  void connect() {
    const auto current = handlers;
    if (current && current->on_connected) current->on_connected();
  }
  // Handlers are called on a copy, so that they may close or destroy the stream. The bytes live in
  // an allocation of exactly their size: reading beyond it is found by a sanitizer.
  void say(std::string_view bytes) {
    const auto current = handlers;
    if (!current) return;
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    saying = exact;
    current->on_bytes(exact);
    saying = {};
  }
  void say_in_pieces(std::string_view bytes, std::size_t size) {
    for (std::size_t at = 0; at < bytes.size(); at += size) say(bytes.substr(at, size));
  }
  void hang_up(std::string message = "the device closed the connection", std::string why = {}) {
    const auto current = std::exchange(handlers, nullptr);
    hint = std::move(why);
    if (current) current->on_closed({core::Code::Unavailable, std::move(message)});
  }
  // What the client wrote since the last take.
  std::string take() { return std::exchange(written, {}); }
};

class ScriptedStream final : public net::ByteStream {
 public:
  explicit ScriptedStream(std::shared_ptr<Peer> peer) : peer_(std::move(peer)) {}
  ~ScriptedStream() override { close(); }
  ScriptedStream(const ScriptedStream&) = delete;
  ScriptedStream& operator=(const ScriptedStream&) = delete;

  void open(net::StreamHandlers handlers) override {
    peer_->is_opened = true;
    peer_->handlers = std::make_shared<net::StreamHandlers>(std::move(handlers));
  }
  void write(std::string bytes) override {
    if (!peer_->is_closed) peer_->written += bytes;
  }
  void pause(bool paused) override { peer_->is_paused = paused; }
  void close() override {
    peer_->is_closed = true;
    peer_->handlers = nullptr;
  }
  std::string hint() const override { return peer_->hint; }

 private:
  std::shared_ptr<Peer> peer_;
};

}  // namespace dm::fakes
