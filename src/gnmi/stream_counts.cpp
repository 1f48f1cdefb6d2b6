#include "gnmi/stream_counts.h"

#include <chrono>
#include <utility>

#include "gnmi/unread_log.h"

namespace dm::gnmi {

using metrics::Metric;

namespace {

constexpr core::Duration kFlushInterval = std::chrono::seconds(1);

}  // namespace

void StreamCounts::add_bad_message() {
  ++all_.bad_messages;
  ++unflushed_.bad_messages;
}

void StreamCounts::add(const model::UpdateBatch& batch, std::size_t message_bytes) {
  ++all_.messages;
  all_.bytes += message_bytes;
  all_.leaves += batch.sets.size();
  unflushed_.messages += 1;
  unflushed_.bytes += static_cast<double>(message_bytes);
  unflushed_.leaves += static_cast<double>(batch.sets.size());
  unflushed_.coalesced += batch.coalesced;
  if (!batch.unread.empty()) add_unread(batch.unread_counts);
  if (is_flush_due_) return;
  is_flush_due_ = true;
  timer_.after(kFlushInterval, [this] { flush(); });
}

void StreamCounts::add_unread(const model::UnreadCounts& counts) {
  all_.undecodable += model::undecodable(counts);
  for (std::size_t i = 0; i < model::kUnreadKinds; ++i) unread_[i] += counts[i];
}

void StreamCounts::flush() {
  if (!is_flush_due_) return;
  is_flush_due_ = false;
  timer_.cancel();
  const Unflushed done = std::exchange(unflushed_, {});
  metrics_.add(Metric::Messages, done.messages);
  metrics_.add(Metric::MessageBytes, done.bytes);
  metrics_.add(Metric::Leaves, done.leaves);
  metrics_.add(Metric::BadMessages, done.bad_messages);
  metrics_.add(Metric::Coalesced, done.coalesced);
  for (std::size_t i = 0; i < model::kUnreadKinds; ++i) {
    count_unread(static_cast<model::UnreadKind>(i), static_cast<double>(std::exchange(unread_[i], 0)), metrics_);
  }
}

}  // namespace dm::gnmi
