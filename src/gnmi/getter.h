// Reads paths of one device one by one while its stream is live: at once, then every get_interval. These are the paths
// of mode GET, and those that the device does not send on a stream.
//
// Each path is one unary Get, or one Subscribe ONCE where the device has no Get; a round has a connection of its own, which
// is closed after it (the stream's carries one call) and waits its turn among all connections that are begun. What an
// answer says is the complete state of its path. The rules are in get_rounds.h. Lives on the shard's loop; stop(),
// set_paths() and retry_now() are allowed inside every callback.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gnmi/get_rounds.h"
#include "gnmi/session.h"

namespace dm::gnmi {

// Paths are named by their index in Subscription::paths.
struct GetterHandlers {
  // A round begins, and something will be asked for.
  std::function<void()> on_round;
  // What is about to be told by on_answer, as it came: one GetResponse, or the SubscribeResponses of a Subscribe ONCE; for
  // who records.
  std::function<void(std::size_t path, bool is_by_once, const std::vector<std::string>& responses)> on_raw;
  // The batch is complete for its path, and valid only inside the call.
  std::function<void(std::size_t path, const model::UpdateBatch&)> on_answer;
  // The path could not be read; the reason is for people.
  std::function<void(std::size_t path, const std::string& reason)> on_failure;
  // The set of refused paths, or the way in which one is read, changed.
  std::function<void()> on_quarantine;
};

// Makes of a decoded answer all there is of the path that was asked for: other leaves are left out.
void complete(model::UpdateBatch& answer, model::Path asked, const model::PathTable& paths);

class Getter {
 public:
  // Everything is borrowed and outlives this. Begins with the paths of mode GET.
  Getter(net::Loop& loop, const core::Clock& clock, core::Logger& log, metrics::Registry& metrics,
         const schema::Profile& profile, model::PathTable& paths, const SessionSettings& settings,
         GetterHandlers handlers);
  ~Getter();
  Getter(const Getter&) = delete;
  Getter& operator=(const Getter&) = delete;

  void set_paths(std::vector<std::size_t> paths);  // read from the next round on
  void use_forms(const std::map<std::size_t, std::size_t>& forms);  // likewise; the profile's forms
  void start();      // the stream is live
  void stop();       // the stream is lost: no callback afterwards
  void retry_now();  // what was refused is asked for again, at once if the stream is live

  std::vector<QuarantinedPath> quarantined() const;
  // The paths that are read by Subscribe ONCE, and why.
  const std::map<std::size_t, GetMissing>& by_once() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dm::gnmi
