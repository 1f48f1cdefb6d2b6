// Reads the paths of mode GET of one device while its stream is live: at once, then every get_interval.
//
// Each path is one unary Get; a round has a connection of its own, which is closed after it (the stream's carries
// one call) and waits its turn among all connections that are begun. What an answer says is the complete state of
// its path. A device without such paths costs nothing. The rules are in get_rounds.h. Lives on the shard's loop;
// stop() and retry_now() are allowed inside every callback.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gnmi/session.h"

namespace dm::gnmi {

// Paths are named by their index in Subscription::get_requests.
struct GetterHandlers {
  // A round begins, and something will be asked for.
  std::function<void()> on_round;
  // What is about to be told by on_answer, as it came; for who records.
  std::function<void(std::size_t path, std::string_view response)> on_raw;
  // The batch is complete for its path, and valid only inside the call.
  std::function<void(std::size_t path, const model::UpdateBatch&)> on_answer;
  // The path could not be read; the reason is for people.
  std::function<void(std::size_t path, const std::string& reason)> on_failure;
  // The set of refused paths changed.
  std::function<void()> on_quarantine;
};

// Makes of a decoded answer all there is of the path that was asked for: other leaves are left out.
void complete(model::UpdateBatch& answer, model::Path asked, const model::PathTable& paths);

class Getter {
 public:
  // Everything is borrowed and outlives this.
  Getter(net::Loop& loop, const core::Clock& clock, core::Logger& log, metrics::Registry& metrics,
         const schema::Profile& profile, model::PathTable& paths, const SessionSettings& settings,
         GetterHandlers handlers);
  ~Getter();
  Getter(const Getter&) = delete;
  Getter& operator=(const Getter&) = delete;

  void start();      // the stream is live
  void stop();       // the stream is lost: no callback afterwards
  void retry_now();  // what was refused is asked for again, at once if the stream is live

  std::vector<QuarantinedPath> quarantined() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;  // null: nothing to read
};

}  // namespace dm::gnmi
