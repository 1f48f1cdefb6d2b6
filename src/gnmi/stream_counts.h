// What came in on one device's streams, counted: for its status at once, for the metrics once a second (the
// registry has a lock, which is not taken for every message).
//
// Lives on the shard's loop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "metrics/registry.h"
#include "model/update.h"
#include "net/loop.h"

namespace dm::gnmi {

struct SessionCounters {
  std::uint64_t messages = 0, bytes = 0, leaves = 0, bad_messages = 0, undecodable = 0, streams = 0;
};

class StreamCounts {
 public:
  // Borrowed; both outlive this.
  StreamCounts(net::Loop& loop, metrics::Registry& metrics) : metrics_(metrics), timer_(loop) {}

  void add_stream() { ++all_.streams; }
  void add_bad_message();
  void add(const model::UpdateBatch& batch, std::size_t message_bytes);
  void flush();  // the stream is over

  const SessionCounters& all() const { return all_; }

 private:
  void add_unread(const model::UnreadCounts& counts);

  metrics::Registry& metrics_;
  net::Timer timer_;
  SessionCounters all_;
  struct Unflushed {
    double messages = 0, bytes = 0, leaves = 0, bad_messages = 0, coalesced = 0;
  } unflushed_;
  std::array<std::uint64_t, model::kUnreadKinds> unread_{};
  bool is_flush_due_ = false;
};

}  // namespace dm::gnmi
